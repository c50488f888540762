from django.db import migrations


class Migration(migrations.Migration):
    """Changed nothing in the database: it told Django of validators, which migrations leave out now."""

    dependencies = [
        ("marketplace", "0002_offering_partitions"),
    ]

    operations = []
