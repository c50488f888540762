"""Accounts may wait for vetting, too."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("allocations", "0018_accounts_wait_for_assurance"),
    ]

    operations = [
        migrations.AlterField(
            model_name="offeringuser",
            name="withheld_for",
            field=models.CharField(
                blank=True,
                choices=[
                    ("consent", "consent"),
                    ("vetting", "vetting"),
                    ("assurance", "assurance"),
                    ("authentication", "authentication"),
                ],
                default="",
                max_length=20,
            ),
        ),
    ]
