"""Where people are at the API."""

from __future__ import annotations

from typing import Any

AT = "/api/users/"


def at(user: Any) -> str:
    return f"{AT}{user.uuid.hex}/"
