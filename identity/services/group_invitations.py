"""Links by which people ask for a role: made, changed and withdrawn by those who give it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from django.db import transaction

from common import changes, locks, patterns
from common.errors import Conflict, Forbidden, Invalid
from identity import event_kinds as kinds
from identity import events
from identity.models import Customer, GroupInvitation
from identity.permissions import Permission
from identity.roles import ScopeType
from identity.services import concealments, members, pi_rules
from identity.services import invitation_rules as rules

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from identity.event_catalogue import Kind
    from identity.models import Role, User

VARIABLES = frozenset({"username", "email", "full_name"})
"""What a template of names of projects may ask for."""

RELATED = ("role", "project_role", "customer", "project", "created_by")


class GroupInvitationGone(Conflict):
    """The group invitation was removed in the meantime."""

    code = "group_invitation_gone"


class NotActive(Conflict):
    """The group invitation was withdrawn."""

    code = "not_active"


class OnlyStaff(Forbidden):
    """Only staff have everybody see an invitation."""

    code = "only_staff"


class ProjectSettings(Invalid):
    """What is said of projects to be made does not go together."""

    code = "project_settings"


class NoPattern(Invalid):
    """A pattern of addresses cannot be matched."""

    code = "no_pattern"


class InvitationFixed(Invalid):
    """An invitation is not moved to another scope."""

    code = "invitation_fixed"


@transaction.atomic
def create(
    *, scope: Any, role: Role, actor: User, now: datetime, **details: Any
) -> GroupInvitation:
    """Make a link by which people ask for a role in a scope.

    :raises rules.MayNotInvite: the actor may not give roles there.
    :raises members.ScopeGone: the scope was removed.
    :raises members.RoleNotFound: a role is not given any more.
    :raises members.WrongScope: a role is for another kind of scope.
    :raises concealments.RoleConcealed: staff alone give a role there.
    :raises pi_rules.HasPi: a project has one PI at a time, and this has one.
    :raises OnlyStaff: it would be public.
    :raises ProjectSettings: projects could not be made by it.
    :raises NoPattern: a pattern cannot be matched.
    """
    customer, project = members.belongs_to(scope)
    made = GroupInvitation(
        role=role,
        scope_type=scope.scope_type.value,
        scope_id=scope.pk,
        scope_uuid=scope.uuid,
        scope_name=scope.name,
        customer=customer,
        project=project,
        created_by=actor,
        created=now,
        **details,
    )
    _check(made, scope, actor)
    made.save(force_insert=True)
    record(kinds.GROUP_INVITATION_CREATED, made, "was made", actor=actor, now=now)
    return made


@transaction.atomic
def change(
    invitation: GroupInvitation, *, actor: User, now: datetime, **wanted: Any
) -> GroupInvitation:
    """Change a link; from then on it is in the name of whoever changed it.

    :raises GroupInvitationGone: it was removed.
    :raises NotActive: it was withdrawn.
    :raises InvitationFixed: it would be to something else.
    :raises rules.MayNotInvite: the actor may not give roles there.
    :raises members.ScopeGone: the scope was removed.
    :raises members.RoleNotFound: a role is not given any more.
    :raises members.WrongScope: a role is for another kind of scope.
    :raises concealments.RoleConcealed: staff alone give a role there.
    :raises pi_rules.HasPi: a project has one PI at a time, and this has one.
    :raises OnlyStaff: it would be public.
    :raises ProjectSettings: projects could not be made by it.
    :raises NoPattern: a pattern cannot be matched.
    """
    scope = members.scope_of(invitation.scope_type, invitation.scope_id)
    members.belongs_to(scope)
    row = locked(invitation)
    asked = wanted.pop("scope", scope)
    if (asked.scope_type, asked.pk) != (scope.scope_type, scope.pk):
        raise InvitationFixed({"scope": ["An invitation cannot be moved: make another one."]})
    check_active(row)
    changed = changes.differing(row, wanted)
    if not changed:
        return row
    was_public = row.is_public
    changes.assign(row, changed)
    _check(row, scope, actor, may_be_public=was_public)
    row.created_by = actor
    row.save(update_fields=[*changed, "created_by", "modified"])
    fields = sorted(changed)
    kind = kinds.GROUP_INVITATION_UPDATED
    record(kind, row, "was changed", actor=actor, now=now, fields=fields)
    return row


@transaction.atomic
def cancel(invitation: GroupInvitation, *, actor: User, now: datetime) -> None:
    """Withdraw a link: nobody asks by it any more, and what was asked can still be decided.

    :raises GroupInvitationGone: it was removed.
    :raises NotActive: it was withdrawn already.
    """
    row = locked(invitation)
    check_active(row)
    GroupInvitation.objects.filter(pk=row.pk).update(is_active=False, modified=now)
    record(kinds.GROUP_INVITATION_CANCELED, row, "was withdrawn", actor=actor, now=now)


@transaction.atomic
def remove(invitation: GroupInvitation, *, actor: User, now: datetime) -> None:
    """Forget a link and what was asked by it; roles that came of it stay.

    :raises GroupInvitationGone: somebody else was quicker.
    """
    row = locked(invitation)
    asked = row.requests.count()
    kind = kinds.GROUP_INVITATION_REMOVED
    record(kind, row, "was removed", actor=actor, now=now, requests=asked)
    row.delete()


def locked(invitation: GroupInvitation) -> GroupInvitation:
    """Return an invitation as it is now, locked.

    :raises GroupInvitationGone: it was removed.
    """
    gone = GroupInvitationGone("This invitation was removed.")
    return locks.locked(invitation, gone, related=RELATED)


def check_active(invitation: GroupInvitation) -> None:
    """Refuse an invitation that was withdrawn.

    :raises NotActive: it was.
    """
    if not invitation.is_active:
        raise NotActive("This invitation was withdrawn.")


def may_make_projects(actor: User, customer: Customer) -> bool:
    """Tell whether somebody may have projects of an organisation made."""
    return actor.may(Permission.CREATE_PROJECT, customer)


def name_of_project(template: str, user: User) -> str:
    """Return what a template says for a person; unknown variables stay as they are."""
    known: Mapping[str, str] = {
        "username": user.username,
        "email": user.email,
        "full_name": user.full_name or user.username,
    }
    said = re.sub(r"\{(\w+)\}", lambda found: known.get(found[1], found[0]), template)
    return " ".join(said.split())[:500]


def record(
    kind: Kind,
    invitation: GroupInvitation,
    what: str,
    *,
    actor: User,
    now: datetime,
    **more: object,
) -> None:
    """Record what happened to a link."""
    events.record(
        kind,
        invitation,
        actor=actor,
        now=now,
        message=(f"The link to become {invitation.role.name} in {invitation.scope_name} {what}."),
        payload={
            "role": invitation.role.name,
            "scope_type": invitation.scope_type,
            "scope_uuid": invitation.scope_uuid.hex,
            **more,
        },
    )


def _check(
    invitation: GroupInvitation, scope: Any, actor: User, *, may_be_public: bool = False
) -> None:
    rules.check_inviter(actor, scope)
    members.check_role(invitation.role, scope)
    concealments.check_offered(invitation.role, invitation.customer, actor)
    pi_rules.check_free(invitation.role, scope)
    if invitation.is_public and not (actor.is_staff or may_be_public):
        raise OnlyStaff("Only staff make an invitation public.")
    for pattern in invitation.user_email_patterns:
        try:
            patterns.check(pattern)
        except patterns.Unusable as error:
            raise NoPattern({"user_email_patterns": [f"{pattern}: {error}."]}) from error
    if invitation.auto_create_project:
        _check_projects(invitation, scope, actor)


def _check_projects(invitation: GroupInvitation, scope: Any, actor: User) -> None:
    role = invitation.project_role
    if scope.scope_type is not ScopeType.CUSTOMER:
        raise ProjectSettings({"scope": ["Projects are made in an organization alone."]})
    if role is None or not role.is_active or role.content_type != ScopeType.PROJECT:
        raise ProjectSettings({"project_role": ["Say which role in the project is given."]})
    concealments.check_offered(role, invitation.customer, actor)
    if not invitation.project_name_template:
        raise ProjectSettings({"project_name_template": ["Say what the projects are called."]})
    unknown = {*re.findall(r"\{([^}]*)\}", invitation.project_name_template)} - VARIABLES
    if unknown:
        there_are = ", ".join(f"{{{name}}}" for name in sorted(VARIABLES))
        raise ProjectSettings({"project_name_template": [f"There are {there_are} alone."]})
    if not may_make_projects(actor, scope):
        raise rules.MayNotInvite("You may not make projects here.")
