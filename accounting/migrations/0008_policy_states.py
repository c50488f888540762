"""Call how a resource stands under a policy its policy state.

Every row stays, with its key. The table is renamed at once, so what the last release evaluates
while it is being replaced fails and is evaluated again by this one: evaluations are repeated until
they succeed, and leave nothing behind when they fail.
"""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("accounting", "0007_usage_is_unique_by_month")]

    operations = [
        migrations.RenameModel("PolicyStanding", "PolicyState"),
        migrations.AlterField(
            model_name="policystate",
            name="policy",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="states",
                to="accounting.slurmperiodicusagepolicy",
            ),
        ),
        migrations.RemoveConstraint(model_name="policystate", name="a_standing_once"),
        migrations.AddConstraint(
            model_name="policystate",
            constraint=models.UniqueConstraint(
                fields=("policy", "resource"), name="a_policy_state_once"
            ),
        ),
    ]
