from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("allocations", "0017_people_are_entitled_at_the_aai"),
    ]

    operations = [
        migrations.AlterField(
            model_name="offeringuser",
            name="withheld_for",
            field=models.CharField(
                blank=True,
                choices=[
                    ("consent", "consent"),
                    ("assurance", "assurance"),
                    ("authentication", "authentication"),
                ],
                default="",
                max_length=20,
            ),
        ),
    ]
