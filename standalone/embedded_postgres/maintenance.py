"""Statements about whole databases of the embedded server, which no transaction may hold."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import psycopg2

if TYPE_CHECKING:
    from standalone.embedded_postgres.cluster import Cluster


def execute(cluster: Cluster, statement: Any) -> None:
    """Run one statement beside the service's database: in `postgres`, which is always there.

    :raises psycopg2.Error: it was refused.
    """
    connection = psycopg2.connect(
        host=str(cluster.socket_folder), user="postgres", dbname="postgres"
    )
    try:
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute(statement)
    finally:
        connection.close()
