from typing import Any

from django.db import migrations

TABLES = ("hook", "hookdelivery", "hookattempt", "hookposition")


def rename(apps: Any, schema_editor: Any) -> None:
    """Give the tables, with their keys and sequences, the names that the app above looks for."""
    _rename(schema_editor, "identity", "notifications")


def rename_back(apps: Any, schema_editor: Any) -> None:
    """Give them their former names."""
    _rename(schema_editor, "notifications", "identity")


def _rename(schema_editor: Any, old: str, new: str) -> None:
    for table in TABLES:
        schema_editor.execute(f"ALTER TABLE {old}_{table} RENAME TO {new}_{table}")
        schema_editor.execute(f"ALTER INDEX {old}_{table}_pkey RENAME TO {new}_{table}_pkey")
        schema_editor.execute(
            f"ALTER SEQUENCE IF EXISTS {old}_{table}_id_seq RENAME TO {new}_{table}_id_seq"
        )


class Migration(migrations.Migration):
    """Hooks leave for the app `notifications`: the rows stay where they are.

    Constraints and indexes have names of their own, or Django finds them by their columns.
    """

    dependencies = [("identity", "0023_tasks_of_notifications")]

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RunPython(rename, rename_back)],
            state_operations=[
                migrations.DeleteModel(name="WebHook"),
                migrations.DeleteModel(name="EmailHook"),
                migrations.DeleteModel(name="HookAttempt"),
                migrations.DeleteModel(name="HookDelivery"),
                migrations.DeleteModel(name="HookPosition"),
                migrations.DeleteModel(name="Hook"),
            ],
        ),
    ]
