from django.db import migrations


class Migration(migrations.Migration):
    """Changed nothing in the database: it told Django of validators, which migrations leave out now."""

    dependencies = [
        ("identity", "0009_days_of_grace_are_bounded"),
    ]

    operations = []
