"""Django's database engine for the tests; Django requires this module name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db.backends.postgresql.creation import DatabaseCreation
from django.db.backends.postgresql.operations import DatabaseOperations

from standalone.embedded_postgres.base import DatabaseWrapper as EmbeddedWrapper
from tests.database.template import create_migrated

if TYPE_CHECKING:
    from collections.abc import Sequence


class DeletingOperations(DatabaseOperations):
    """Empties tables by deleting: a test has left few rows, and to truncate makes all files anew.

    The files of all tables and of their indexes cost the server a seventh of a second.
    """

    def sql_flush(
        self,
        style: Any,
        tables: Sequence[str],
        *,
        reset_sequences: bool = False,
        allow_cascade: bool = False,
    ) -> list[str]:
        """Return one statement of many that deletes every row, whichever refers to which."""
        if reset_sequences or allow_cascade:
            return super().sql_flush(
                style, tables, reset_sequences=reset_sequences, allow_cascade=allow_cascade
            )
        deletes = [f"DELETE FROM {self.quote_name(table)}" for table in tables]  # noqa: S608 - names of tables
        without_triggers = "SET LOCAL session_replication_role = replica"  # nor foreign keys
        with_triggers = "SET LOCAL session_replication_role = DEFAULT"
        return ["; ".join([without_triggers, *deletes, with_triggers])]


class CopyingCreation(DatabaseCreation):
    """Makes a test database by copying one that is migrated, instead of migrating it."""

    def create_test_db(
        self,
        verbosity: int = 1,
        autoclobber: bool = False,  # noqa: FBT002 (the signature is Django's)
        serialize: bool | None = True,  # noqa: FBT002
        keepdb: bool = False,  # noqa: FBT002
    ) -> str:
        """Create the database of this process, and connect to it.

        Its rows are not serialized: no test wants those of the migrations back by
        `serialized_rollback`.
        """
        name = str(self.connection.settings_dict["TEST"]["NAME"])
        create_migrated(self.connection, name)
        self.connection.close()
        settings.DATABASES[self.connection.alias]["NAME"] = name
        self.connection.settings_dict["NAME"] = name
        self.connection.ensure_connection()
        return name


class DatabaseWrapper(EmbeddedWrapper):
    """A connection to the embedded server whose test database is a copy."""

    creation_class = CopyingCreation
    ops_class = DeletingOperations
