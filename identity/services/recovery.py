"""Projects that were removed and come back, with as much of their team as is still there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import Max, Q

from common.errors import Conflict, DomainError, Invalid
from identity import event_kinds as kinds
from identity import events
from identity.models import Customer, Grant, Project
from identity.roles import ScopeType
from identity.services import invitation_rules, invitations, members, projects
from identity.services.organisations import CustomerGone

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import date, datetime

    from identity.models import User

UNSAID: Any = object()
"""Stands for an end that nobody said anything of: it stays what it was."""


class NotRemoved(Conflict):
    """The project is there."""

    code = "not_removed"


class RolesOrInvitations(Invalid):
    """Who has a role again need not be invited to it."""

    code = "roles_or_invitations"


@transaction.atomic
def recover(
    project: Project,
    *,
    end_date: date | None = UNSAID,
    restore_team_members: bool = False,
    send_invitations_to_previous_members: bool = False,
    actor: User,
    now: datetime,
) -> Project:
    """Bring a removed project back; the roles that ended with it are given, or offered, again.

    Who was deactivated or removed meanwhile is left out, and so is a role that would be over by
    now, that is not given any more, or that its person may not have any more.

    :raises NotRemoved: it is there.
    :raises CustomerGone: its organisation was removed meanwhile.
    :raises RolesOrInvitations: people would be given roles and be invited to them.
    :raises projects.EndDateInPast: it has ended and no new end is said, or one that is over.
    :raises projects.StartsAfterEnd: it would start after it ended.
    :raises invitation_rules.TooManyInvitations: the actor has sent too many today.
    """
    if restore_team_members and send_invitations_to_previous_members:
        raise RolesOrInvitations(
            ["Give the former members their roles again, or invite them to these: not both."]
        )
    held = _removed(project)
    _set_end(held, end_date, actor=actor, now=now)
    held.is_removed, held.termination_metadata = False, None
    held.save()
    message = f"Project {held.name} is there again."
    events.record(kinds.PROJECT_RECOVERED, held, actor=actor, now=now, message=message)
    if restore_team_members:
        _each(_team(held, now), _give(held, actor=actor, now=now))
    if send_invitations_to_previous_members:
        _each(_team(held, now).exclude(user__email=""), _invite(held, actor=actor, now=now))
    return held


def _removed(project: Project) -> Project:
    """Lock a project that is not there; the organization first, which is."""
    customers = Customer.objects.select_for_update(no_key=True).filter(is_removed=False)
    if not customers.filter(pk=project.customer_id).exists():
        raise CustomerGone("The organization of this project was removed.")
    held: Project = Project.objects.select_for_update(no_key=True).get(pk=project.pk)
    if not held.is_removed:
        raise NotRemoved("This project was not removed.")
    return held


def _set_end(project: Project, end_date: date | None, *, actor: User, now: datetime) -> None:
    """See that a project that comes back does not end at once."""
    if end_date is not UNSAID:
        projects.note_end_date(project, end_date, actor=actor, now=now)
        project.end_date = end_date
        projects.check_dates(project)
    elif project.end_date is not None and project.end_date < now.date():
        raise projects.EndDateInPast(
            {"end_date": [f"The project ended on {project.end_date}. Say when it ends now."]}
        )


def _team(project: Project, now: datetime) -> Any:
    """Return the roles that ended when the project was removed, and that could hold now."""
    ended = Grant.objects.on(ScopeType.PROJECT, project.pk).filter(revoke_reason=projects.REMOVED)
    latest = ended.aggregate(at=Max("revoked_at"))["at"]
    in_time = Q(expiration_time__isnull=True) | Q(expiration_time__gt=now)
    team = ended.filter(in_time, revoked_at=latest, user__is_active=True, role__is_active=True)
    return team.select_related("user", "role").order_by("pk")


def _each(team: Iterable[Grant], bring_in: Callable[[Grant], object]) -> None:
    """Do something for each former role; one that is refused leaves the others."""
    for former in team:
        try:
            with transaction.atomic():
                bring_in(former)
        except invitation_rules.TooManyInvitations:
            raise
        except DomainError:
            continue


def _give(project: Project, *, actor: User, now: datetime) -> Callable[[Grant], object]:
    return lambda former: members.grant(
        scope=project,
        user=former.user,
        role=former.role,
        expiration_time=former.expiration_time,
        actor=actor,
        now=now,
    )


def _invite(project: Project, *, actor: User, now: datetime) -> Callable[[Grant], object]:
    return lambda former: invitations.create(
        scope=project, role=former.role, email=former.user.email, actor=actor, now=now
    )
