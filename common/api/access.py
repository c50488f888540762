"""Who may call an action: declared per action, and nothing may be called that is not declared.

A rule looks at the user and at what the action is about (`target`): the row of a detail action, the
validated input of a collection action. What a user may *see* is the queryset's business (404), and
what may happen *now* is the life cycle's (409). `str()` of a rule says in words who may: the
published documents have it from there.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol, cast

from rest_framework.exceptions import PermissionDenied

SCOPES = {
    "customer": "organization",
    "identity": "agent",
    "resource": "allocation",
    "scope": "offering",
    "service": "agent service",
}
"""What the steps of a rule's paths lead to, in words, where that is not their name."""

SCOPE_KINDS = {
    "CUSTOMER": {"customer"},
    "OFFERING": {"offering", "scope"},
    "PROJECT": {"project"},
}
"""By which last step of a rule's path a role is met, by the first part of its name."""

PEOPLE = {
    "": "person themselves",
    "author": "author",
    "created_by": "person who created it",
    "user": "person whose it is",
}
"""Whom a rule's path leads to, in words, by its last step."""


TAKES_A_LOGIN = "A personal access token does not allow this: log in yourself."


class NotAllowed(PermissionDenied):
    """The rule of the action does not allow it (403); problem details say what it asks for."""

    def __init__(self, needs: tuple[str, ...]) -> None:
        """Take what would be enough: permissions, or flags of the person."""
        super().__init__()
        self.more = {"needs": list(needs)}


class Rule(Protocol):
    """Decides for a user and, unless `at_once`, a target."""

    @property
    def at_once(self) -> bool:
        """Tell whether it needs no target."""

    @property
    def needs(self) -> tuple[str, ...]:
        """Return what would be enough, each in a word: a permission, a flag of the person."""

    def allows(self, user: Any, target: Any) -> bool:
        """Tell whether the action may be carried out."""


class Either:
    """Lets rules be combined with `|`; what would be enough is a rule's own to say."""

    @property
    def needs(self) -> tuple[str, ...]:
        """Return nothing: who may is no single permission."""
        return ()

    def __or__(self, other: Rule) -> AnyOf:
        return AnyOf((cast("Rule", self), other))


@dataclass(frozen=True)
class Everyone(Either):
    """Whoever has got this far; `scoped` says that each meets other rows, as the queryset decides.

    What is not scoped is the same for everybody who gets in, such as the list of roles.
    """

    anonymous: bool = False
    scoped: bool = False
    at_once: bool = True

    def __str__(self) -> str:
        who = "everybody" if self.anonymous else "whoever is logged in"
        return f"{who}, within what they may see" if self.scoped else who

    def allows(self, user: Any, target: Any) -> bool:
        """Allow the authenticated, and the anonymous where that is declared."""
        return self.anonymous or user.is_authenticated


@dataclass(frozen=True)
class Marked(Either):
    """Users with a flag: staff, or one of several flags."""

    flags: tuple[str, ...]
    at_once: bool = True

    def __str__(self) -> str:
        return " or ".join(flag.removeprefix("is_").replace("_", " ") for flag in self.flags)

    @property
    def needs(self) -> tuple[str, ...]:
        """Return the flags."""
        return self.flags

    def allows(self, user: Any, target: Any) -> bool:
        """Allow users with any of the flags."""
        return any(getattr(user, flag, False) for flag in self.flags)


@dataclass(frozen=True)
class Needs(Either):
    """A permission in any of the scopes that `on` leads to, from the target ("" is itself)."""

    permission: Any
    on: tuple[str, ...]
    at_once: bool = False

    def __str__(self) -> str:
        scopes = {path.rpartition(".")[2] for path in self.on}
        roles = [
            f"`{role}`"
            for role in self.permission.roles
            if "" in scopes or SCOPE_KINDS[role.partition(".")[0]] & scopes
        ]
        by_role = f" ({', '.join(roles)})" if roles else ""
        return f"whoever has `{self.permission}` in {named(self.on)}{by_role}"

    @property
    def needs(self) -> tuple[str, ...]:
        """Return the permission."""
        return (str(self.permission),)

    def allows(self, user: Any, target: Any) -> bool:
        """Ask the user's grants."""
        scopes = [scope for path in self.on if (scope := follow(target, path)) is not None]
        return bool(user.may(self.permission, *scopes))


@dataclass(frozen=True)
class Own(Either):
    """The user whom the path leads to, such as the creator of an order."""

    path: str
    at_once: bool = False

    def __str__(self) -> str:
        return f"the {PEOPLE[self.path.rpartition('.')[2]]}"

    def allows(self, user: Any, target: Any) -> bool:
        """Allow that user, but not by a token that limits them: it owns nothing."""
        return bool(follow(target, self.path) == user) and not user.is_limited


@dataclass(frozen=True)
class AnyOf(Either):
    """One of several rules is enough."""

    rules: tuple[Rule, ...]

    def __str__(self) -> str:
        return "; or ".join(str(rule) for rule in self.rules)

    @property
    def at_once(self) -> bool:
        """Tell whether no rule needs the target."""
        return all(rule.at_once for rule in self.rules)

    @property
    def needs(self) -> tuple[str, ...]:
        """Return what any of the rules asks for."""
        return tuple(dict.fromkeys(one for rule in self.rules for one in rule.needs))

    def allows(self, user: Any, target: Any) -> bool:
        """Ask the rules in turn."""
        return any(rule.allows(user, target) for rule in self.rules)


@dataclass(frozen=True)
class EachOf(Either):
    """What holds for every one of several targets, such as the entries of a body that is a list."""

    rule: Rule
    at_once: bool = False

    def __str__(self) -> str:
        return f"{self.rule}, for each entry"

    @property
    def needs(self) -> tuple[str, ...]:
        """Return what the rule asks for."""
        return self.rule.needs

    def allows(self, user: Any, target: Any) -> bool:
        """Ask the rule about each."""
        return all(self.rule.allows(user, one) for one in target)


def refuse_limited(rule: Rule, user: Any, *, only_reads: bool) -> None:
    """Refuse a limited token what everybody may who is logged in, but to read.

    That is asked of a person for themselves, and no scope of a token names it.

    :raises PermissionDenied: that it takes a login.
    """
    by_being_in = isinstance(rule, Everyone) and not rule.anonymous
    if by_being_in and not only_reads and getattr(user, "is_limited", False):
        raise PermissionDenied(TAKES_A_LOGIN)


def follow(target: Any, path: str) -> Any:
    """Return what a dotted path leads to, through mappings and attributes; None where it ends."""
    for step in path.split(".") if path else ():
        if target is None:
            return None
        target = target.get(step) if isinstance(target, Mapping) else getattr(target, step)
    return target


def named(paths: tuple[str, ...]) -> str:
    """Return in words where the paths lead: the offering or its organization."""
    found: list[str] = []
    for path in paths:
        *inner, last = path.split(".")
        if found and last == "customer":
            found.append("its organization")
        elif not path:
            found.append("it")
        else:
            steps = [SCOPES.get(step, step.replace("_", " ")) for step in (last, *reversed(inner))]
            found.append("the " + " of the ".join(steps))
    return " or ".join(found)


PUBLIC = Everyone(anonymous=True)
AUTHENTICATED = Everyone()
SCOPED = Everyone(scoped=True)
STAFF = Marked(("is_staff",))
SUPPORT = Marked(("is_staff", "is_support"))

KEPT_BY_STAFF: Mapping[str, Rule] = {
    "list": AUTHENTICATED,
    "retrieve": AUTHENTICATED,
    "create": STAFF,
    "update": STAFF,
    "destroy": STAFF,
}
"""The access of a noun that everybody reads who is logged in, and staff keep."""
