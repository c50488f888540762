"""Tell why somebody is kept out of a site: the provider's word, or that they have to agree first."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("allocations", "0013_addresses_in_ascii")]

    operations = [
        migrations.AddField(
            model_name="offeringuser",
            name="kept_out",
            field=models.BooleanField(default=False),
        ),
        migrations.AddField(
            model_name="offeringuser",
            name="withheld_for",
            field=models.CharField(
                blank=True, choices=[("consent", "consent")], default="", max_length=20
            ),
        ),
    ]
