"""Handing a project over: somebody else leads it from then on, and nobody beside them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from common.errors import Invalid
from identity import event_kinds as kinds
from identity import events
from identity.models import Role
from identity.services import members, pi_rules

if TYPE_CHECKING:
    from datetime import datetime

    from identity.models import Grant, Project, User


class NotFormer(Invalid):
    """Who led a project cannot lead it on."""

    code = "not_former"


@transaction.atomic
def hand_over(
    project: Project,
    *,
    user: User,
    former_role: Role | None,
    expiration_time: datetime | None = None,
    actor: User,
    now: datetime,
) -> Grant:
    """Make somebody the only PI of a project; those who led it get another role in it, or none.

    That other role ends when theirs would have ended. It needs no consent of who comes: whoever
    may give the role decides, as of every role.

    :raises NotFormer: the former ones would lead it on.
    :raises members.AlreadyHeld: the user leads it already.
    :raises DomainError: what `members.grant` says of either role.
    """
    members.belongs_to(project)
    leading = Role.objects.get(name=pi_rules.PI.value)
    if former_role == leading:
        raise NotFormer({"former_role": ["Say which other role they have from then on, or null."]})
    leaving = list(pi_rules.pis(project.pk).exclude(user=user).select_related("user"))
    for former in leaving if former_role else ():
        _keep(former, project, former_role, actor=actor, now=now)
    given = members.grant(
        scope=project,
        user=user,
        role=leading,
        expiration_time=expiration_time,
        in_place_of=leaving,
        actor=actor,
        now=now,
    )
    events.record(
        kinds.PROJECT_HANDED_OVER,
        project,
        actor=actor,
        now=now,
        message=f"{user} leads project {project.name} from now on.",
        payload={
            "user_uuid": user.uuid.hex,
            "former": [former.user.uuid.hex for former in leaving],
        },
    )
    return given


def _keep(
    former: Grant, project: Project, role: Role | None, *, actor: User, now: datetime
) -> None:
    """Give somebody who led a project another role in it, unless they have it."""
    held = type(former).objects.on(project.scope_type, project.pk).in_force()
    if role is not None and not held.filter(user=former.user, role=role).exists():
        members.grant(
            scope=project,
            user=former.user,
            role=role,
            expiration_time=former.expiration_time,
            actor=actor,
            now=now,
        )
