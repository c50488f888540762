"""The bench's own databases, beside the service's: one that is seeded, and a copy to measure on.

A run writes orders and usages, so it works on a copy that is made anew each time; the next run
measures the same rows.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import quote, urlsplit

from django.conf import settings
from django.db import connection

if TYPE_CHECKING:
    from collections.abc import Mapping

PREFIX = "bench_"
"""How the databases' names begin; a server serves floors on no other."""

FILES = (
    "DATABASE_URL_FILE",
    "SECRET_KEY_FILE",
    "ENCRYPTION_KEYS_FILE",
    "CELERY_BROKER_URL_FILE",
    "CACHE_URL_FILE",
)
"""The other form of what is set here; only one of the two may be there."""


@dataclass(frozen=True)
class BenchDatabase:
    """A database in the same PostgreSQL as the service's."""

    name: str

    @property
    def url(self) -> str:
        """The URL, in the form of DATABASE_URL."""
        if settings.DATABASE_URL:
            return urlsplit(settings.DATABASE_URL)._replace(path=f"/{quote(self.name)}").geturl()
        here = settings.DATABASES["default"]
        folder = quote(str(here["HOST"]), safe="")
        return f"postgresql://{here['USER']}@/{self.name}?host={folder}"

    @property
    def environment(self) -> Mapping[str, str]:
        """What a process needs to work on this database, as in production but over plain HTTP."""
        return {
            **dict.fromkeys(FILES, ""),
            "DJANGO_SETTINGS_MODULE": "bench.settings",
            "DATABASE_URL": self.url,
            "SECRET_KEY": settings.SECRET_KEY,
            "ENCRYPTION_KEYS": ",".join(settings.ENCRYPTION_KEYS),
            "ALLOWED_HOSTS": "127.0.0.1",
            "BEHIND_PROXY": "false",
            "HTTPS_ONLY": "false",
            "DEBUG": "false",
            "LOG_LEVEL": "WARNING",
            "VAR_DIR": str(settings.VAR_DIR / "bench"),
            "CELERY_BROKER_URL": "filesystem://localhost",
            "CACHE_URL": "",
            "RATE_LIMITS": "false",
        }

    def create(self, template: BenchDatabase | None = None) -> None:
        """Create the database unless it exists; as a copy of another one, it is always new."""
        quoted = connection.ops.quote_name(self.name)
        with connection.cursor() as cursor:
            if template is not None:
                cursor.execute(f"DROP DATABASE IF EXISTS {quoted} WITH (FORCE)")
                source = connection.ops.quote_name(template.name)
                cursor.execute(f"CREATE DATABASE {quoted} TEMPLATE {source}")
                return
            cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [self.name])
            if cursor.fetchone() is None:
                cursor.execute(f"CREATE DATABASE {quoted}")

    def drop(self) -> None:
        """Drop the database."""
        with connection.cursor() as cursor:
            quoted = connection.ops.quote_name(self.name)
            cursor.execute(f"DROP DATABASE IF EXISTS {quoted} WITH (FORCE)")


def seeded(factor: float) -> BenchDatabase:
    """Return the database that holds the data set at a factor."""
    size = "" if factor == 1 else f"_x{factor:g}".replace(".", "_")
    return BenchDatabase(f"{PREFIX}{_service()}_seed{size}")


def measured() -> BenchDatabase:
    """Return the database that is measured on."""
    return BenchDatabase(f"{PREFIX}{_service()}")


def _service() -> str:
    return str(connection.settings_dict["NAME"])
