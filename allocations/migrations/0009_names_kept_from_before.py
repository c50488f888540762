"""Mark accounts whose names differ from another one's in case alone, so that they can stay."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("allocations", "0008_links_lead_where_they_may")]

    operations = [
        migrations.AddField(
            model_name="offeringuser",
            name="keeps_old_name",
            field=models.BooleanField(default=False, editable=False),
        ),
    ]
