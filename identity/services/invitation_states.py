"""The only writer of `Invitation.state`, and the record of what becomes of invitations."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from common import locks
from common.errors import Conflict
from common.machine import wrong_state
from identity import events
from identity.lifecycle import INVITATION, InvitationState
from identity.models import Invitation
from identity.services import members

if TYPE_CHECKING:
    from datetime import datetime

    from identity.event_catalogue import Kind
    from identity.models import User


class InvitationGone(Conflict):
    """The invitation was removed in the meantime."""

    code = "invitation_gone"


GONE = InvitationGone("This invitation was removed.")
RELATED = ("role", "customer", "project", "created_by")


def locked(invitation: Invitation) -> Invitation:
    """Return an invitation as it is now, locked.

    :raises InvitationGone: it was removed.
    """
    return locks.locked(invitation, GONE, related=RELATED)


def locked_with_scope(invitation: Invitation) -> tuple[Invitation, Any]:
    """Lock what an invitation is to, against its removal, and then the invitation; return both.

    :raises members.ScopeGone: the scope was removed.
    :raises InvitationGone: the invitation was.
    """
    scope = members.scope_of(invitation.scope_type, invitation.scope_id)
    members.belongs_to(scope)
    return locked(invitation), scope


def advance(
    invitation: Invitation, action: str, to: InvitationState, *, now: datetime, **also: Any
) -> None:
    """Move an invitation along the table, with the columns that go with it.

    The caller holds its lock.

    :raises IllegalTransition: it is not possible, or somebody else was quicker.
    """
    source = InvitationState(invitation.state)
    INVITATION.check(action, source, to)
    columns = {**also, "state": to, "modified": now}
    if not Invitation.objects.filter(pk=invitation.pk, state=source).update(**columns):
        raise wrong_state("another", sorted(INVITATION.sources(action)))
    for name, value in columns.items():
        setattr(invitation, name, value)


def record(
    kind: Kind,
    invitation: Invitation,
    what: str,
    *,
    actor: User | None,
    now: datetime,
    source: str = "",
    **more: object,
) -> None:
    """Record what happened to an invitation, but not to whom it is: all members may read it."""
    events.record(
        kind,
        invitation,
        actor=actor,
        now=now,
        source=source,
        target=invitation.state,
        message=(
            f"The invitation to become {invitation.role.name} in {invitation.scope_name} {what}."
        ),
        payload={
            "role": invitation.role.name,
            "scope_type": invitation.scope_type,
            "scope_uuid": invitation.scope_uuid.hex,
            **more,
        },
    )
