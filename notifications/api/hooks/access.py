"""Whose hook somebody may make."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from common.api.access import Either, follow


@dataclass(frozen=True)
class ForOneself(Either):
    """What is to belong to the caller alone, since no organisation is named."""

    at_once: bool = False

    def allows(self, user: Any, target: Any) -> bool:
        """Allow everybody as much for themselves."""
        return user.is_authenticated and follow(target, "customer") is None and not user.is_limited

    def __str__(self) -> str:
        return "everybody, for a hook of their own"
