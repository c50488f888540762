"""The words by which kinds of events are told and asked for outside.

A kind goes by Waldur's name where one means the same thing, and else by its own. Events of the past
may be of a kind that is not declared any more: they are told by its name, and are in no group.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from django.conf import settings
from django.utils.module_loading import import_string

from identity.event_catalogue import OWN_GROUPS, Group

if TYPE_CHECKING:
    from collections.abc import Iterable

    from identity.event_catalogue import Catalogue, Kind


@cache
def catalogue() -> Catalogue:
    """Return the kinds of all apps together, which the composition root knows."""
    found: Catalogue = import_string(settings.EVENT_CATALOGUE)
    return found


def wire_name(kind: str) -> str:
    """Return Waldur's name for a kind; the kind itself where Waldur has none."""
    declared = catalogue().by_name.get(kind)
    return declared.wire_name if declared else kind


def kinds_named(name: str) -> frozenset[str]:
    """Return the kinds that go by a name, which is Waldur's or our own; none when it is unknown."""
    return frozenset(kind.name for kind in catalogue() if name in {kind.name, kind.wire_name})


def kinds_in(group: str) -> frozenset[str]:
    """Return the kinds of a group; none when it is unknown."""
    return frozenset(kind.name for kind in catalogue() if kind.group == group)


def kinds_meant(word: str) -> frozenset[str]:
    """Return the kinds that a word asks for: a kind, a name of Waldur's, or a group."""
    return kinds_named(word) | kinds_in(word)


def is_kind(word: str) -> bool:
    """Tell whether a word is a kind by our own name, or stands for all of a noun (`order.*`)."""
    noun, _, rest = word.partition(".")
    return word in catalogue().by_name or (rest == "*" and noun in catalogue().nouns)


def names_by_group() -> dict[str, list[str]]:
    """Return the groups, each with the names under which its kinds are told."""
    return {group.value: _sorted(kind.wire_name for kind in _of(group)) for group in Group}


def waldur_names_by_group() -> dict[str, list[str]]:
    """Return the groups that Waldur's clients know, each with the names that they know."""
    return {
        group.value: _sorted(kind.waldur for kind in _of(group) if kind.waldur)
        for group in Group
        if group not in OWN_GROUPS
    }


def _of(group: Group) -> list[Kind]:
    return [kind for kind in catalogue() if kind.group is group]


def _sorted(names: Iterable[str]) -> list[str]:
    return sorted(set(names))
