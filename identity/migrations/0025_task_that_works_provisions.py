from typing import Any

from django.db import migrations

FORMER, NAME = "allocations.tasks.deliver_due", "allocations.tasks.work_provisions"


def rename(apps: Any, schema_editor: Any) -> None:
    """Call the task by its new name."""
    apps.get_model("identity", "TaskFailure").objects.filter(task=FORMER).update(task=NAME)


def rename_back(apps: Any, schema_editor: Any) -> None:
    """Call it by its former name."""
    apps.get_model("identity", "TaskFailure").objects.filter(task=NAME).update(task=FORMER)


class Migration(migrations.Migration):
    """Failures are shown under the name that the task has now."""

    dependencies = [("identity", "0024_hooks_leave")]

    operations = [migrations.RunPython(rename, rename_back)]
