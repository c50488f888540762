from typing import Any

from django.db import migrations

BEFORE, AFTER = "allocations.tasks.deliver_due", "allocations.tasks.work_provisions"


def rename(apps: Any, schema_editor: Any) -> None:
    """Show the failures of the task under its new name."""
    apps.get_model("identity", "TaskFailure").objects.filter(task=BEFORE).update(task=AFTER)


def rename_back(apps: Any, schema_editor: Any) -> None:
    """Show them under its former name."""
    apps.get_model("identity", "TaskFailure").objects.filter(task=AFTER).update(task=BEFORE)


class Migration(migrations.Migration):
    """The task that works on provisions is called that; what it failed on stays on record."""

    dependencies = [
        ("allocations", "0013_addresses_in_ascii"),
        ("identity", "0024_hooks_leave"),
    ]

    operations = [migrations.RunPython(rename, rename_back)]
