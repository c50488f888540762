"""Roles: what the code says of the system's own, and what staff choose for those that they make.

A role gives what it allows wherever it is held, so all of it is staff's to decide; who may give it
to somebody is `members`' question.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import ProtectedError

from common import changes, locks, storing
from common.errors import Conflict, Invalid
from identity import event_kinds as kinds
from identity import events
from identity.models import Role
from identity.permissions import MEANINGFUL, allowed_by
from identity.roles import LANGUAGES, ScopeType
from identity.services import members
from identity.services.standard import RemovedMeanwhile, StillInUse

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from datetime import datetime

    from common.errors import DomainError
    from identity.event_catalogue import Kind
    from identity.models import User

WRITTEN_IN_THE_CODE = ("content_type", "name", "permissions")
"""What nobody changes of a system role."""


class SystemRole(Conflict):
    """The role is a part of the service: what it allows is written in the code."""

    code = "system_role"


class RoleInUse(StillInUse):
    """Somebody holds or held the role, or is invited to it."""

    code = "role_in_use"


class WithoutMeaning(Invalid):
    """Nothing asks for the permission in a scope of the role's kind."""

    code = "without_meaning"


class UnknownScope(Invalid):
    """No role is held in anything of that kind."""

    code = "unknown_scope"


@transaction.atomic
def create(
    *,
    name: str,
    content_type: str,
    permissions: Collection[str],
    actor: User,
    now: datetime,
    **more: Any,
) -> Role:
    """Make a role that allows something in a kind of scope.

    :raises storing.NotUnique: another role has the name.
    :raises UnknownScope: nothing of that kind has roles.
    :raises WithoutMeaning: a permission is of no use in such a scope.
    """
    columns = {"content_type": content_type, "permissions": sorted(set(permissions)), **more}
    columns["translations"] = _merged({}, columns.get("translations", {}))
    _check_meaning(columns["content_type"], columns["permissions"])
    role = Role(name=name, is_system_role=False, **columns)
    with storing.refusing(**_name_taken()):
        role.save(force_insert=True)
    _record(kinds.ROLE_CREATED, role, actor=actor, now=now)
    return role


@transaction.atomic
def change(role: Role, *, actor: User, now: datetime, **wanted: Any) -> Role:
    """Change a role; those who hold it may at once what it allows then.

    :raises SystemRole: it is one, and its name, its scope or what it allows would differ.
    :raises RoleInUse: it would be for another kind of scope than those who hold it have it in.
    :raises storing.NotUnique: another role has the name.
    :raises UnknownScope: nothing of that kind has roles.
    :raises WithoutMeaning: a permission is of no use in such a scope.
    :raises RemovedMeanwhile: it was removed meanwhile.
    """
    held = _locked(role)
    is_active = wanted.pop("is_active", held.is_active)
    if "permissions" in wanted:
        wanted["permissions"] = sorted(set(wanted["permissions"]))
    if "translations" in wanted:
        wanted["translations"] = _merged(held.translations, wanted["translations"])
    differing = changes.differing(held, wanted)
    if held.is_system_role:
        differing.pop("permissions", None)
        if set(wanted.get("permissions", allowed_by(held.name))) != set(allowed_by(held.name)):
            differing["permissions"] = wanted["permissions"]
        if set(differing).intersection(WRITTEN_IN_THE_CODE):
            raise SystemRole("What a system role is called and allows cannot be changed.")
    elif "content_type" in differing and held.grants.exists():
        raise RoleInUse("The role is held in scopes of its kind; make another one.")
    else:
        _check_meaning(
            differing.get("content_type", held.content_type),
            differing.get("permissions", held.permissions),
        )
    with storing.refusing(**_name_taken()):
        changed = sorted(changes.write(held, differing, now=now))
    if changed:
        payload = {"changed": changed, "permissions": held.permissions}
        _record(kinds.ROLE_UPDATED, held, actor=actor, now=now, payload=payload)
    return _switch(held, is_active=is_active, actor=actor, now=now)


@transaction.atomic
def remove(role: Role, *, actor: User, now: datetime) -> None:
    """Take away a role that nobody ever held.

    :raises SystemRole: it is a part of the service.
    :raises RoleInUse: somebody holds or held it: it can be disabled.
    :raises RemovedMeanwhile: somebody else was quicker.
    """
    held = _locked(role)
    if held.is_system_role:
        raise SystemRole("A system role cannot be removed.")
    _record(kinds.ROLE_REMOVED, held, actor=actor, now=now)
    try:
        held.delete()
    except ProtectedError as error:
        of_it = {str(type(row)._meta.verbose_name_plural) for row in error.protected_objects}
        what = " and ".join(sorted(of_it))
        raise RoleInUse(f"There are {what} of {held}; disable it.") from error


@transaction.atomic
def enable(role: Role, *, actor: User, now: datetime) -> Role:
    """Let a role give what it allows again, to those who hold it too.

    :raises RemovedMeanwhile: it was removed meanwhile.
    """
    return _switch(_locked(role), is_active=True, actor=actor, now=now)


@transaction.atomic
def disable(role: Role, *, actor: User, now: datetime) -> Role:
    """Let a role give nothing any more, also to those who hold it; they keep it for later.

    :raises RemovedMeanwhile: it was removed meanwhile.
    """
    return _switch(_locked(role), is_active=False, actor=actor, now=now)


def _switch(held: Role, *, is_active: bool, actor: User, now: datetime) -> Role:
    """Write whether a locked role gives something, and tell of everybody for whom that changes.

    Sites and the access plane follow what is told of grants: whose role is disabled has lost it.
    """
    if held.is_active == is_active:
        return held
    changes.write(held, {"is_active": is_active}, now=now)
    kind = kinds.ROLE_ENABLED if is_active else kinds.ROLE_DISABLED
    _record(kind, held, actor=actor, now=now)
    members.tell_of_role(held, actor=actor, now=now)
    return held


def _check_meaning(content_type: str, permissions: Collection[str]) -> None:
    if content_type not in set(ScopeType):
        known = ", ".join(ScopeType)
        raise UnknownScope({"content_type": [f"Roles are held in a {known}."]})
    if without := sorted(set(permissions) - MEANINGFUL[ScopeType(content_type)]):
        message = f"Without meaning in a role of {content_type}s: {', '.join(without)}."
        raise WithoutMeaning({"permissions": [message]})


def _merged(former: Mapping[str, str], wanted: Mapping[str, str | None]) -> dict[str, str]:
    """Return the descriptions by language with what was sent; nothing takes one away."""
    merged = {**former, **{code: text for code, text in wanted.items() if code in LANGUAGES}}
    return {code: text for code, text in merged.items() if text}


def _locked(role: Role) -> Role:
    return locks.locked(role, RemovedMeanwhile("This role was removed."))


def _record(kind: Kind, role: Role, **more: Any) -> None:
    events.record(kind, role, message=str(role), **more)


def _name_taken() -> dict[str, DomainError]:
    taken = storing.NotUnique({"name": ["A role with this name exists."]})
    return dict.fromkeys(("name", "role_name_in_any_case"), taken)
