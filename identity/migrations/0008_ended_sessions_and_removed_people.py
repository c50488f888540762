from django.db import migrations, models


class Migration(migrations.Migration):
    """How often all sessions of a person were ended, and whether the person was removed."""

    dependencies = [("identity", "0007_failures_of_tasks")]

    operations = [
        migrations.AddField(
            model_name="user",
            name="session_generation",
            field=models.PositiveIntegerField(default=0, editable=False),
        ),
        migrations.AddField(
            model_name="user",
            name="is_removed",
            field=models.BooleanField(default=False, editable=False),
        ),
    ]
