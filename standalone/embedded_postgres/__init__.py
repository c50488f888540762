"""The database of a machine that has none: a PostgreSQL of our own, started when it is needed.

`DATABASE_URL` names the database. When it is unset, Django's engine is this package (`base.py`):
the first connection of a process starts the server under `var/postgres/`, or joins the one that
another process of this project already runs (`cluster.py`); the last one to leave stops it
(`holders.py`).
"""

from standalone.embedded_postgres.cluster import Cluster
from standalone.embedded_postgres.holders import hold, is_alone
from standalone.embedded_postgres.server_user import CannotStart

__all__ = ["CannotStart", "Cluster", "embedded", "hold", "is_alone"]


def embedded(cluster: Cluster) -> dict[str, object]:
    """Describe the database of an embedded cluster as Django's settings do.

    It starts nothing: the server is brought up by the first connection.
    """
    return {
        "ENGINE": "standalone.embedded_postgres",
        "NAME": cluster.database,
        "USER": "postgres",
        "HOST": str(cluster.socket_folder),
        "EMBEDDED": cluster,
    }
