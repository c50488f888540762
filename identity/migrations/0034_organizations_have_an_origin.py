from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("identity", "0033_people_have_middle_names"),
    ]

    operations = [
        migrations.AddField(
            model_name="customer",
            name="originated_id",
            field=models.CharField(
                blank=True,
                default="",
                help_text="What the system that it comes from calls it.",
                max_length=255,
            ),
        ),
        migrations.AddIndex(
            model_name="customer",
            index=models.Index(fields=["originated_id"], name="customer_by_origin"),
        ),
    ]
