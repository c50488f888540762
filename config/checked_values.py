"""What the values of settings must be beyond their type; whatever is refused is named in a line."""

import re
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured

from common.env import FALSE

SECONDS = {"second": 1, "minute": 60, "hour": 3600, "day": 86400}
FEWEST_DIFFERENT = 5
"""How many different characters a secret has at least; Django's deployment check asks the same."""

Rate = tuple[int, int]
"""So many requests in so many seconds; no rate at all means without a limit."""


def rate(name: str, value: str) -> Rate | None:
    """Return what a variable like `600/minute` means; `off` is no limit.

    :raises ImproperlyConfigured: it is neither.
    """
    if value.strip().lower() in FALSE:
        return None
    found = re.fullmatch(r"([0-9]{1,9})/(second|minute|hour|day)", value.strip().lower())
    if found is None or int(found[1]) == 0:
        raise ImproperlyConfigured(
            f"{name} must be a number per second, minute, hour or day like 600/minute, or off, "
            f"not {value!r}."
        )
    return int(found[1]), SECONDS[found[2]]


def check_origins(name: str, origins: Sequence[str]) -> None:
    """Refuse what is no origin as browsers send it.

    :raises ImproperlyConfigured: the message says which.
    """
    for origin in origins:
        parts = urlsplit(origin)
        if parts.scheme not in {"http", "https"} or origin != f"{parts.scheme}://{parts.netloc}":
            raise ImproperlyConfigured(
                f"{name} holds {origin!r}, which is no origin like https://portal.example.org."
            )


def check_strength(name: str, secret: str, *, least: int) -> None:
    """Refuse a secret that is short, or the same few characters over and over.

    :raises ImproperlyConfigured: the message names the variable and not the secret.
    """
    if len(secret) < least:
        raise ImproperlyConfigured(f"{name} must have at least {least} characters.")
    if len(set(secret)) < FEWEST_DIFFERENT:
        raise ImproperlyConfigured(
            f"{name} must have at least {FEWEST_DIFFERENT} different characters."
        )


def check_url(name: str, url: str, schemes: Sequence[str]) -> None:
    """Refuse an address of another kind than what is spoken there; an empty one is not looked at.

    :raises ImproperlyConfigured: the message names the variable and not the address, which may hold
        a password.
    """
    try:
        parts = urlsplit(url)
        port_is_one = parts.port is None or parts.port > 0
    except ValueError:
        parts, port_is_one = urlsplit(""), False
    if url and not (parts.scheme in schemes and port_is_one):
        wanted = " or ".join(f"{scheme}://" for scheme in schemes)
        raise ImproperlyConfigured(f"{name} must be an address that begins with {wanted}.")


def check_file(name: str, file: str) -> None:
    """Refuse a file that is not there, when one is named.

    :raises ImproperlyConfigured: it cannot be read.
    """
    try:
        if file:
            Path(file).read_bytes()
    except OSError as error:
        raise ImproperlyConfigured(f"{name}: {error.strerror}: {file}") from error


def made_folder(name: str, folder: Path) -> Path:
    """Return a folder, which is made if it is not there.

    :raises ImproperlyConfigured: it cannot be.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ImproperlyConfigured(
            f"{name}: the folder {folder} cannot be made: {error.strerror}."
        ) from error
    return folder
