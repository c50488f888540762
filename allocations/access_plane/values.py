"""Entitlements: who has which, how one is written, and what is to be done about a person's. Pure.

A value is `{namespace}:res:{login node}:{username}:act:ssh`: the certificate authority for SSH cuts
prefix and suffix off, and has the host and the name there. A value in the namespace is this
service's, whoever put it there; any other one at the AAI is somebody else's.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from allocations.lifecycle import AccountState
from marketplace.lifecycle import OfferingState

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

END = ":act:ssh"
LONGEST_NAMESPACE = 200

IN_USE = frozenset({OfferingState.ACTIVE, OfferingState.PAUSED, OfferingState.UNAVAILABLE})
"""The states of an offering whose people log in: a draft has none yet, an archived one no more."""


@dataclass(frozen=True)
class Standing:
    """What decides whether an account entitles its person, and to what."""

    offering: int
    state: str
    username: str
    is_restricted: bool
    has_right: bool
    is_person_active: bool
    offering_state: str
    is_entitling: bool
    nodes: tuple[str, ...]

    @property
    def may_log_in(self) -> bool:
        """Tell whether the person may log in at the site under the account's name."""
        return (
            self.state == AccountState.OK
            and bool(self.username)
            and not self.is_restricted
            and self.has_right
            and self.is_person_active
            and self.offering_state in IN_USE
        )


@dataclass(frozen=True)
class EntitlementChanges:
    """What is to be put and to be taken of one person's entitlements, each in order."""

    put: tuple[str, ...]
    take: tuple[str, ...]

    def __bool__(self) -> bool:
        """Tell whether there is anything to do."""
        return bool(self.put or self.take)


def entitlement(namespace: str, node: str, username: str) -> str:
    """Return the value that lets a person log in at a host under a name."""
    return f"{_start(namespace)}{node}:{username}{END}"


def is_ours(namespace: str, value: str) -> bool:
    """Tell whether a value at the AAI is in this service's hands."""
    return value.startswith(_start(namespace)) and value.endswith(END)


def wanted(namespace: str, standings: Iterable[Standing]) -> frozenset[str]:
    """Return the values that a person with these accounts is to have.

    Offerings may share a login node, and a person a name at it: that is one value.
    """
    return frozenset(
        entitlement(namespace, node, one.username)
        for one in standings
        if one.may_log_in and one.is_entitling
        for node in one.nodes
    )


def needed(
    namespace: str,
    *,
    present: Collection[str],
    wanted: Collection[str],
    known: Collection[str] = (),
) -> EntitlementChanges:
    """Return what makes of what a person has at the AAI what they are to have.

    `known` are values that were put from here, perhaps under a former namespace. Values that are
    not ours are never touched.
    """
    ours = {value for value in present if is_ours(namespace, value) or value in known}
    return EntitlementChanges(
        put=tuple(sorted(set(wanted) - set(present))), take=tuple(sorted(ours - set(wanted)))
    )


def _start(namespace: str) -> str:
    return f"{namespace}:res:"
