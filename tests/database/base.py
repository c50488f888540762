"""Django's database engine for the tests; Django requires this module name."""

from __future__ import annotations

from django.conf import settings
from django.db.backends.postgresql.creation import DatabaseCreation

from standalone.embedded_postgres.base import DatabaseWrapper as EmbeddedWrapper
from tests.database.template import create_migrated


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
