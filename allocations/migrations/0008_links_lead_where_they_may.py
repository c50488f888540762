from django.db import migrations


class Migration(migrations.Migration):
    """Changed nothing in the database: it told Django of validators, which migrations leave out now."""

    dependencies = [
        ("allocations", "0007_resource_api_keys"),
    ]

    operations = []
