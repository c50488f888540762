from django.db import migrations, models


class Migration(migrations.Migration):
    """How often all sessions of a person were ended: part of what a session must carry."""

    dependencies = [("identity", "0006_hooks")]

    operations = [
        migrations.AddField(
            model_name="user",
            name="session_generation",
            field=models.PositiveIntegerField(default=0, editable=False),
        )
    ]
