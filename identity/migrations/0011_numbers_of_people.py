from django.db import migrations


class Migration(migrations.Migration):
    """Changed nothing in the database: it told Django of validators, which migrations leave out now."""

    dependencies = [
        ("identity", "0010_links_lead_where_they_may"),
    ]

    operations = []
