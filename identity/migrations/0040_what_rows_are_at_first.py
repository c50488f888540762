"""Keep what people, keys, organizations and projects are now, as their first version.

What they were before is not known. There is a way back: versions without an event go.
"""

import json

from django.core.serializers.json import DjangoJSONEncoder
from django.db import migrations
from django.utils import timezone

BATCH = 1000

NEVER_KEPT = {
    *("id", "modified", "password", "last_login", "session_generation", "attribute_sources"),
    *("username_key", "first_name_key", "last_name_key", "name_key"),
    *("marketplace_resource_count", "resources_count", "termination_metadata"),
}

NOUNS = {
    "customer": ("Customer", ()),
    "key": ("SshKey", ("user__uuid",)),
    "project": (
        "Project",
        ("customer__uuid", "science_sub_domain__uuid", "end_date_requested_by__uuid"),
    ),
    "user": ("User", ()),
}


def keep(apps, schema_editor):
    """Write a version of each row that has none."""
    now, versions = timezone.now(), apps.get_model("identity", "RowVersion")
    for noun, (name, paths) in NOUNS.items():
        model = apps.get_model("identity", name)
        plain = [c.name for c in model._meta.concrete_fields if not c.is_relation]
        columns = (*(column for column in plain if column not in NEVER_KEPT), *paths)
        rows = model.objects.filter(is_removed=False) if noun == "user" else model.objects.all()
        batch = []
        for row in rows.order_by("pk").values(*columns).iterator(chunk_size=BATCH):
            data = {path.replace("__", "_"): value for path, value in row.items()}
            data = json.loads(json.dumps(data, cls=DjangoJSONEncoder))
            batch.append(
                versions(subject_type=noun, subject_uuid=row["uuid"], created=now, data=data)
            )
            if len(batch) == BATCH:
                versions.objects.bulk_create(batch)
                batch.clear()
        versions.objects.bulk_create(batch)


def forget(apps, schema_editor):
    """Remove what was written."""
    apps.get_model("identity", "RowVersion").objects.filter(event=None).delete()


class Migration(migrations.Migration):
    dependencies = [("identity", "0039_rows_have_versions")]

    operations = [migrations.RunPython(keep, forget)]
