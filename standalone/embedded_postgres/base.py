"""Django's database engine for the embedded server; Django requires this module name.

It is PostgreSQL's own engine with one addition: before the first connection of a process, the
server is started or joined. Commands that touch no database therefore start none.
"""

from typing import Any

from django.db.backends.postgresql import base

from standalone.embedded_postgres.holders import hold
from standalone.embedded_postgres.server_user import CannotStart


class DatabaseWrapper(base.DatabaseWrapper):
    """A PostgreSQL connection that makes sure there is a server to connect to."""

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        """Connect, starting the server when this process does not hold it yet."""
        cluster = self.settings_dict["EMBEDDED"]
        try:
            hold(cluster)
            try:
                return super().get_new_connection(conn_params)
            except self.Database.OperationalError:
                # It ran when we joined it, and was killed since: start it again, once.
                hold(cluster, again=True)
                return super().get_new_connection(conn_params)
        except CannotStart as error:  # a database that is away, like any other
            raise self.Database.OperationalError(str(error)) from error
