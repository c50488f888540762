from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("identity", "0031_people_are_vetted"),
    ]

    operations = [
        migrations.AddField(
            model_name="grant",
            name="told_of_end",
            field=models.DateTimeField(
                blank=True,
                editable=False,
                help_text="The end that was told of beforehand.",
                null=True,
            ),
        ),
    ]
