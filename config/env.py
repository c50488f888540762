"""The environment, read strictly: a value that cannot be what it should be stops the start.

Each variable is read by one call with a literal name and default; `.env.example` lists them all,
and `tests/house/test_env_example.py` compares the two.
"""

import os
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from django.core.exceptions import ImproperlyConfigured

T = TypeVar("T")
TRUE = frozenset({"1", "true", "yes", "on"})
FALSE = frozenset({"0", "false", "no", "off"})


def env_str(name: str, default: str = "") -> str:
    """Read a text; an empty variable counts as unset."""
    return os.environ.get(name) or default


def env_bool(name: str, default: bool) -> bool:  # noqa: FBT001 (a default is a value, not a flag)
    """Read a yes or no, and refuse anything else."""
    value = os.environ.get(name, "").strip().lower()
    if not value:
        return default
    if value not in TRUE | FALSE:
        raise ImproperlyConfigured(f"{name} must be true or false, not {value!r}.")
    return value in TRUE


def env_int(name: str, default: int) -> int:
    """Read a whole number."""
    return _number(name, default, int, "a whole number")


def env_float(name: str, default: float) -> float:
    """Read a number."""
    return _number(name, default, float, "a number")


def env_list(name: str, default: str = "") -> list[str]:
    """Read values separated by commas."""
    return [part.strip() for part in env_str(name, default).split(",") if part.strip()]


def env_secret(name: str, default: str = "") -> str:
    """Read a secret from the variable, or from the file that `<name>_FILE` names.

    Container platforms hand secrets over as files; a file that cannot be read stops the start.
    """
    file = os.environ.get(f"{name}_FILE")
    if not file:
        return env_str(name, default)
    if os.environ.get(name):
        raise ImproperlyConfigured(f"Set {name} or {name}_FILE, not both.")
    try:
        return Path(file).read_text(encoding="utf-8").strip()
    except OSError as error:
        raise ImproperlyConfigured(f"{name}_FILE: {error}") from error


def _number(name: str, default: T, read: Callable[[str], T], what: str) -> T:
    value = os.environ.get(name, "").strip()
    if not value:
        return default
    try:
        return read(value)
    except ValueError as error:
        raise ImproperlyConfigured(f"{name} must be {what}, not {value!r}.") from error
