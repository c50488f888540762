"""The environment, read strictly: a value that cannot be what it should be stops the start.

Each variable is read by one call with a literal name and default; `.env.example` lists them all,
and `tests/house/test_env_example.py` compares the two. Where there are several of a kind, each has
variables of its own: `OIDC_<NAME>_ISSUER`, where `of` says which one's is read.
"""

import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeVar

from django.core.exceptions import ImproperlyConfigured

T = TypeVar("T", int, float)
TRUE = frozenset({"1", "true", "yes", "on"})
FALSE = frozenset({"0", "false", "no", "off"})
HIGHEST_PORT = 65535
LARGEST = 2**31 - 1


def env_str(name: str, default: str = "", among: Sequence[str] = (), of: str = "") -> str:
    """Read a text; an empty variable counts as unset. One of several may be in small letters."""
    name = _spelt(name, of)
    value = os.environ.get(name) or default
    value = value.upper() if among else value
    if among and value not in among:
        raise ImproperlyConfigured(f"{name} must be one of {', '.join(among)}, not {value!r}.")
    return value


def env_bool(name: str, default: bool, of: str = "") -> bool:  # noqa: FBT001 (a default is a value)
    """Read a yes or no, and refuse anything else."""
    name = _spelt(name, of)
    value = os.environ.get(name, "").strip().lower()
    if not value:
        return default
    if value not in TRUE | FALSE:
        raise ImproperlyConfigured(f"{name} must be true or false, not {value!r}.")
    return value in TRUE


def env_int(name: str, default: int, least: int = 0, most: int = LARGEST, of: str = "") -> int:
    """Read a whole number within bounds."""
    return _number(_spelt(name, of), default, int, "a whole number", (least, most))


def env_float(name: str, default: float, least: float = 0.0, most: float = LARGEST) -> float:
    """Read a number within bounds."""
    return _number(name, default, float, "a number", (least, most))


def env_list(name: str, default: str = "", of: str = "") -> list[str]:
    """Read values separated by commas."""
    return [part.strip() for part in env_str(name, default, of=of).split(",") if part.strip()]


def env_secret(name: str, default: str = "", of: str = "") -> str:
    """Read a secret from the variable, or from the file that `<name>_FILE` names.

    Container platforms hand secrets over as files; a file that cannot be read stops the start.
    """
    name = _spelt(name, of)
    file = os.environ.get(f"{name}_FILE")
    if not file:
        return env_str(name, default)
    if os.environ.get(name):
        raise ImproperlyConfigured(f"Set {name} or {name}_FILE, not both.")
    try:
        return Path(file).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeError) as error:
        raise ImproperlyConfigured(f"{name}_FILE: {error}") from error


def _spelt(name: str, of: str) -> str:
    """Return the name of a variable of one of several: `OIDC_<NAME>_ISSUER` of `local`."""
    return name.replace("<NAME>", of.upper().replace("-", "_"))


def _number(name: str, default: T, read: Callable[[str], T], what: str, bounds: tuple[T, T]) -> T:
    value = os.environ.get(name, "").strip()
    if not value:
        return default
    least, most = bounds
    try:
        number = read(value)
    except ValueError as error:
        raise ImproperlyConfigured(f"{name} must be {what}, not {value!r}.") from error
    if not least <= number <= most:
        wanted = f"from {least} to {most}" if most != LARGEST else f"of at least {least}"
        raise ImproperlyConfigured(f"{name} must be {what} {wanted}, not {value!r}.")
    return number
