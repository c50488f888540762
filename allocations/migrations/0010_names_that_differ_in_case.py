"""Find the names that differ in case alone: accounts keep theirs, reports are made anew."""

from django.db import migrations

MARK = """
UPDATE allocations_offeringuser later SET keeps_old_name = true
FROM allocations_offeringuser earlier
WHERE earlier.offering_id = later.offering_id
  AND lower(earlier.username) = lower(later.username)
  AND earlier.id < later.id AND later.username <> ''
  AND earlier.state <> 'Deleted' AND later.state <> 'Deleted'
"""
"""Of several accounts with one name, the first is compared with the new ones."""

FORGET = """
DELETE FROM allocations_backendresource later
USING allocations_backendresource earlier
WHERE earlier.offering_id = later.offering_id
  AND upper(earlier.backend_id) = upper(later.backend_id) AND earlier.id < later.id
"""
"""What a site reported twice: its next search reports it again, or not."""


class Migration(migrations.Migration):
    dependencies = [("allocations", "0009_names_kept_from_before")]

    operations = [
        migrations.RunSQL(MARK, "UPDATE allocations_offeringuser SET keeps_old_name = false"),
        migrations.RunSQL(FORGET, migrations.RunSQL.noop),
    ]
