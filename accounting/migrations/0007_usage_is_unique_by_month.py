"""One usage a resource, component and month, whatever plans the resource was under in it.

The column of the plan period goes at once: what the last release would write into it, a row a plan
period, is what this one forbids. A site's report that the last release refuses while it is being
replaced comes again with the site's next round.
"""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("accounting", "0006_merge_rows_of_a_month")]

    operations = [
        migrations.RemoveConstraint(model_name="componentusage", name="one_usage_a_month"),
        migrations.RemoveField(model_name="componentusage", name="plan_period"),
        migrations.AddConstraint(
            model_name="componentusage",
            constraint=models.UniqueConstraint(
                fields=("resource", "component", "billing_period"), name="one_usage_a_month"
            ),
        ),
    ]
