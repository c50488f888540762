from typing import Any

from django.db import migrations

MODELS = ("hook", "webhook", "emailhook", "hookdelivery", "hookattempt", "hookposition")


def name_types(apps: Any, schema_editor: Any) -> None:
    """Let what refers to the models by their type, such as permissions, refer to them here."""
    _name_types(apps, "identity", "notifications")


def name_types_back(apps: Any, schema_editor: Any) -> None:
    """Let it refer to them where they were."""
    _name_types(apps, "notifications", "identity")


def _name_types(apps: Any, old: str, new: str) -> None:
    types = apps.get_model("contenttypes", "ContentType").objects
    there = types.filter(app_label=new, model__in=MODELS).values_list("model", flat=True)
    types.filter(app_label=old, model__in=MODELS).exclude(model__in=list(there)).update(
        app_label=new
    )


class Migration(migrations.Migration):
    """Permissions and the admin's log go on to mean the hooks that they meant."""

    dependencies = [
        ("notifications", "0001_hooks_arrive"),
        ("contenttypes", "0002_remove_content_type_name"),
    ]

    operations = [migrations.RunPython(name_types, name_types_back)]
