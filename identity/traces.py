"""What tells of a person in texts, and texts without it. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable
    from uuid import UUID

SHORTEST = 2
"""Characters of the shortest name that is looked for."""


@dataclass(frozen=True)
class Traces:
    """A person's texts: those that are nobody else's, and names that may be anybody's.

    `subjects` are the UUIDs by which records are recognized as telling of the person.
    """

    pseudonym: str
    unique: frozenset[str] = frozenset()
    names: frozenset[str] = frozenset()
    subjects: frozenset[str] = field(default_factory=frozenset)

    @classmethod
    def of(cls, pseudonym: str, texts: Iterable[str], subjects: Iterable[UUID]) -> Traces:
        """Sort texts: what has an @ in it, a CUID or an address, is nobody else's."""
        kept = {text.strip() for text in texts}
        kept = {text for text in kept if len(text) >= SHORTEST and text != pseudonym}
        unique = frozenset(text for text in kept if "@" in text)
        return cls(pseudonym, unique, frozenset(kept - unique), frozenset(s.hex for s in subjects))

    def joined(self, other: Traces) -> Traces:
        """Return the traces of both."""
        return Traces(
            self.pseudonym,
            self.unique | other.unique,
            self.names | other.names,
            self.subjects | other.subjects,
        )

    def as_json(self) -> dict[str, Any]:
        """Return the traces as they are kept."""
        parts = {"unique": self.unique, "names": self.names, "subjects": self.subjects}
        return {"pseudonym": self.pseudonym, **{name: sorted(part) for name, part in parts.items()}}

    @classmethod
    def from_json(cls, kept: dict[str, Any]) -> Traces:
        """Return the traces that were kept."""
        parts = {name: frozenset(kept[name]) for name in ("unique", "names", "subjects")}
        return cls(kept["pseudonym"], **parts)

    @cached_property
    def _unique(self) -> re.Pattern[str] | None:
        return _any_of(self.unique, re.IGNORECASE)

    @cached_property
    def _all(self) -> re.Pattern[str] | None:
        return _any_of(self.unique | self.names, re.IGNORECASE)

    def without(self, value: Any, *, names: bool) -> Any:
        """Return a text or JSON with the pseudonym in the place of the person's texts.

        `names` says whether those go, too, that may be anybody's.
        """
        pattern = self._all if names else self._unique
        return value if pattern is None else _replaced(value, pattern, self.pseudonym)


def _any_of(texts: frozenset[str], flags: re.RegexFlag) -> re.Pattern[str] | None:
    """Return what finds any of some texts where they are words of their own; longer ones first."""
    if not texts:
        return None
    longest_first = sorted(texts, key=lambda text: (-len(text), text))
    return re.compile(
        r"(?<![\w])(?:" + "|".join(re.escape(text) for text in longest_first) + r")(?![\w])", flags
    )


def _replaced(value: Any, pattern: re.Pattern[str], by: str) -> Any:
    if isinstance(value, str):
        return pattern.sub(by, value)
    if isinstance(value, list):
        return [_replaced(one, pattern, by) for one in value]
    if isinstance(value, dict):
        return {
            pattern.sub(by, key) if isinstance(key, str) else key: _replaced(one, pattern, by)
            for key, one in value.items()
        }
    return value
