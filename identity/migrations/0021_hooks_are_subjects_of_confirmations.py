from typing import Any

from django.db import migrations
from django.db.models import OuterRef, Subquery


def name_hooks(apps: Any, schema_editor: Any) -> None:
    """Write down the UUID of the hook that each confirmation is for."""
    hooks = apps.get_model("identity", "Hook").objects.filter(pk=OuterRef("hook_id"))
    confirmations = apps.get_model("identity", "EmailConfirmation").objects
    confirmations.filter(hook__isnull=False).update(subject_uuid=Subquery(hooks.values("uuid")[:1]))


def find_hooks(apps: Any, schema_editor: Any) -> None:
    """Find the hook by its UUID; a confirmation for one that is gone went with it, formerly."""
    hooks = apps.get_model("identity", "Hook").objects.filter(uuid=OuterRef("subject_uuid"))
    confirmations = apps.get_model("identity", "EmailConfirmation").objects
    named = confirmations.filter(subject_uuid__isnull=False)
    named.update(hook_id=Subquery(hooks.values("pk")[:1]))
    named.filter(hook__isnull=True).delete()


class Migration(migrations.Migration):
    """Confirmations of hooks' addresses name the hook by its UUID."""

    dependencies = [("identity", "0020_confirmations_name_a_subject")]

    operations = [migrations.RunPython(name_hooks, find_hooks)]
