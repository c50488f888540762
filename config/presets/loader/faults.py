"""What is said of a file that cannot be loaded."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from django.core.exceptions import ValidationError
    from django.db import DatabaseError


class BrokenPreset(Exception):
    """A row (or the file) is wrong; the message says where and why."""


class Fault(Exception):
    """What is wrong with the row that is being read."""


def faults_of(error: ValidationError) -> Fault:
    """Return what Django's validation has against a row, in one line."""
    faults = (
        " ".join(messages) if field == "__all__" else f"{field}: {' '.join(messages)}"
        for field, messages in error.message_dict.items()
    )
    return Fault("; ".join(faults))


def database_error_of(error: DatabaseError) -> str:
    """Return what the database has against a row, without the row itself."""
    first, *more = str(error).strip().splitlines()
    keys = (line.removeprefix("DETAIL:").strip() for line in more if "DETAIL:  Key" in line)
    return " ".join((first, *keys))
