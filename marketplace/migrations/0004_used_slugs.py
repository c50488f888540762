"""Keep every slug that an offering or an allocation ever had."""

from django.db import migrations

from common.slug_triggers import keep_used


class Migration(migrations.Migration):
    dependencies = [
        ("identity", "0013_used_slugs"),
        ("marketplace", "0003_links_lead_where_they_may"),
    ]

    operations = [
        keep_used("offering", "marketplace_offering"),
        keep_used("resource", "marketplace_resource"),
    ]
