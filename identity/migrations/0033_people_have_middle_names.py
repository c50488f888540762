from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("identity", "0032_ends_of_roles_are_told_of"),
    ]

    operations = [
        migrations.AddField(
            model_name="user",
            name="middle_name",
            field=models.CharField(blank=True, default="", max_length=100),
        ),
    ]
