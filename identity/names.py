"""How a person's name is written. Pure."""

from __future__ import annotations


def full_name(first: str | None, last: str | None) -> str | None:
    """Return first and last name as one; None where there is no person."""
    return None if first is None else f"{first} {last or ''}".strip()
