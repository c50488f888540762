"""Keep every slug that an offering or an allocation ever had."""

from django.db import migrations

from config.common.slug_triggers import keep_used


class Migration(migrations.Migration):
    dependencies = [("identity", "0011_used_slugs"), ("marketplace", "0002_offering_partitions")]

    operations = [
        keep_used("offering", "marketplace_offering"),
        keep_used("resource", "marketplace_resource"),
    ]
