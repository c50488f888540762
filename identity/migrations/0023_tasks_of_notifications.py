from typing import Any

from django.db import migrations

TASKS = {
    ("identity.tasks.plan_hooks", ""): ("notifications.tasks.plan_hooks", ""),
    ("identity.tasks.send_hooks", ""): ("notifications.tasks.send_hooks", ""),
    ("identity.tasks.prune", "hook_deliveries"): ("notifications.tasks.prune", ""),
}
"""Periodic tasks that may have failed: name and part, before and after."""


def rename(apps: Any, schema_editor: Any) -> None:
    """Call what was moved by its new names."""
    _rename(apps, TASKS)


def rename_back(apps: Any, schema_editor: Any) -> None:
    """Call it by its former names."""
    _rename(apps, {new: old for old, new in TASKS.items()})


def _rename(apps: Any, tasks: dict[Any, Any]) -> None:
    failures = apps.get_model("identity", "TaskFailure").objects
    for (old, part), (new, new_part) in tasks.items():
        failures.filter(task=old, subject=part).update(task=new, subject=new_part)


class Migration(migrations.Migration):
    """Failures are shown under the names of the tasks that do the work now."""

    dependencies = [("identity", "0022_confirmations_know_no_hook")]

    operations = [migrations.RunPython(rename, rename_back)]
