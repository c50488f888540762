"""Give the events that are there their offering; a later one is given it when it is recorded."""

from django.db import migrations

NAMED = """
UPDATE identity_event SET offering_uuid = CASE
  WHEN subject_type = 'offering' THEN subject_uuid
  WHEN subject_type = 'grant' THEN (payload ->> 'scope_uuid')::uuid
  ELSE coalesce(payload ->> 'offering_uuid', payload ->> 'offering')::uuid
END
WHERE subject_type = 'offering'
  OR subject_type = 'grant' AND payload ->> 'scope_type' = 'offering'
  OR subject_type <> 'grant'
    AND coalesce(payload ->> 'offering_uuid', payload ->> 'offering')
      ~ '^[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}$'
"""
"""Those that name it."""

OF_RESOURCES = """
UPDATE identity_event event SET offering_uuid = known.offering_uuid
FROM (
  SELECT DISTINCT ON (resource_uuid) resource_uuid, offering_uuid FROM identity_event
  WHERE resource_uuid IS NOT NULL AND offering_uuid IS NOT NULL ORDER BY resource_uuid, id
) known
WHERE event.resource_uuid = known.resource_uuid
  AND event.offering_uuid IS NULL AND event.provider_id IS NOT NULL
"""
"""Those that a provider may read about a resource (its usage, say), from another one about it."""


class Migration(migrations.Migration):
    dependencies = [("identity", "0004_event_offering")]

    operations = [
        migrations.RunSQL(NAMED, "UPDATE identity_event SET offering_uuid = NULL"),
        migrations.RunSQL(OF_RESOURCES, migrations.RunSQL.noop),
    ]
