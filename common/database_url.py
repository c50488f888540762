"""A database URL, read into Django's settings."""

import re
from urllib.parse import parse_qsl, unquote, urlsplit


class UnreadableUrl(ValueError):
    """DATABASE_URL is not `postgresql://user:password@host:port/name`."""


def connection_settings(url: str) -> dict[str, object]:
    """Turn a database URL into the settings of one PostgreSQL connection.

    Query parameters become libpq options (`?sslmode=verify-full`); `?host=/folder` names a socket.

    :raises UnreadableUrl: the URL is of another engine, or names no database.
    """
    parts = urlsplit(url)
    if parts.scheme not in {"postgres", "postgresql"}:
        given = f"{parts.scheme}://" if parts.scheme else repr(_beginning(url))
        raise UnreadableUrl(f"DATABASE_URL must begin with postgresql://, not with {given}")
    name = unquote(parts.path.removeprefix("/"))
    if not name:
        raise UnreadableUrl("DATABASE_URL names no database: postgresql://user:password@host/name")
    try:
        port = parts.port
    except ValueError as error:
        raise UnreadableUrl(f"DATABASE_URL has a port that is no number: {error}") from error
    options = dict(parse_qsl(parts.query))
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": name,
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": options.pop("host", unquote(parts.hostname or "")),
        "PORT": str(port or ""),
        "OPTIONS": options,
    }


def _beginning(url: str) -> str:
    """Return the first word of what is no URL: a password would come later."""
    found = re.match(r"[^:/@?]{1,40}", url)
    return found[0] if found else url[:1]
