"""What a kind of event is, and the catalogue of all kinds that are recorded. Pure.

Each app declares the kinds of its own nouns in its `event_kinds.py`. `config/event_kinds.py` puts
them together; the setting `EVENT_CATALOGUE` names the whole for `identity.event_types`, which the
lists, filters and feeds ask that show those of all apps.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

WELL_FORMED = re.compile(r"[a-z]+(_[a-z]+)*\.[a-z]+([_-][a-z]+)*")


class Group(StrEnum):
    """What kinds are grouped by, for those who want to hear of everything of a sort."""

    ACCOUNTING = "accounting"
    AGENTS = "agents"
    AUTH = "auth"
    BUS = "bus"
    CATALOGUE = "catalogue"
    CUSTOMERS = "customers"
    OFFERING_ACCOUNTING = "offering_accounting"
    PERMISSIONS = "permissions"
    PROJECTS = "projects"
    PROVIDERS = "providers"
    RESOURCES = "resources"
    SSH = "ssh"
    TERMS_OF_SERVICE = "terms_of_service"
    USERS = "users"


OWN_GROUPS = frozenset({Group.ACCOUNTING, Group.AGENTS, Group.BUS, Group.CATALOGUE})
"""Groups for what Waldur's log does not know; its clients know the others by name."""


class Readers(StrEnum):
    """Who may read the events of a kind, beside staff, support and the person who did it."""

    BOTH_SIDES = "both sides"
    CONSUMER = "the consumer's side"
    PROVIDER = "the provider's side"
    PERSON = "the person"
    NOBODY = "nobody"

    @property
    def on_consumer_side(self) -> bool:
        """Whether the organisation and the project may read them."""
        return self in {Readers.BOTH_SIDES, Readers.CONSUMER}

    @property
    def on_provider_side(self) -> bool:
        """Whether the provider and the managers of the offering may read them."""
        return self in {Readers.BOTH_SIDES, Readers.PROVIDER}


class BadKind(ValueError):
    """A kind of event is declared wrongly."""


@dataclass(frozen=True)
class Kind:
    """A kind of event: `<noun>.<what happened>`, what it means, and who may read it.

    `waldur` is what Waldur calls it, where one of its types means the same thing.
    """

    name: str
    meaning: str
    group: Group
    readers: Readers
    waldur: str = ""

    def __post_init__(self) -> None:
        """Refuse what cannot be stored and searched for.

        :raises BadKind: the name is not `<noun>.<what happened>`.
        """
        if not WELL_FORMED.fullmatch(self.name):
            raise BadKind(f"{self.name!r} is not <noun>.<what happened>")

    def __str__(self) -> str:
        return self.name

    @property
    def noun(self) -> str:
        """What it happens to."""
        return self.name.partition(".")[0]

    @property
    def verb(self) -> str:
        """What happens to it."""
        return self.name.partition(".")[2]

    @property
    def wire_name(self) -> str:
        """How it is called outside: Waldur's name, or else our own."""
        return self.waldur or self.name


class Catalogue:
    """All kinds that are recorded, by their names; events of the past may be of others."""

    def __init__(self, kinds: Iterable[Kind]) -> None:
        """Take the kinds in.

        :raises BadKind: two are of one name.
        """
        self.by_name: dict[str, Kind] = {}
        for kind in kinds:
            if self.by_name.setdefault(kind.name, kind) is not kind:
                raise BadKind(f"{kind} is declared twice")
        self.nouns = frozenset(kind.noun for kind in self)

    def __iter__(self) -> Iterator[Kind]:
        """Return the kinds in the order in which they are declared."""
        return iter(self.by_name.values())

    def __contains__(self, kind: object) -> bool:
        """Tell whether a kind is in the catalogue."""
        return kind in self.by_name.values()
