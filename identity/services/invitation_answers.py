"""What becomes of an invitation by whoever was invited: they take the role, or they do not."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import transaction

from common import mailboxes
from common.errors import Conflict, Forbidden
from identity import event_kinds as kinds
from identity.lifecycle import INVITATION, InvitationState
from identity.services import invitation_links as links
from identity.services import invitation_states as states
from identity.services import members

if TYPE_CHECKING:
    from datetime import datetime

    from identity.models import Grant, Invitation, User


class WrongPerson(Forbidden):
    """Somebody else was invited."""

    code = "wrong_person"


class InvitationExpired(Conflict):
    """The invitation was not answered in time."""

    code = "invitation_expired"


class InviterLost(Conflict):
    """Whoever invited may not give the role any more."""

    code = "inviter_lost"


@transaction.atomic
def accept(name: str, *, actor: User, now: datetime) -> Grant:
    """Give a person the role that they are invited to, in the name of whoever invited them.

    The invitation is named by its link, or by its UUID if it is to the person's own address. Of two
    who accept at once, one does.

    :raises links.NoSuchInvitation: nothing leads there.
    :raises IllegalTransition: it is not pending.
    :raises InvitationExpired: its time is over.
    :raises WrongPerson: it is to somebody else.
    :raises InviterLost: whoever invited may not give the role any more.
    :raises members.ScopeGone: what the role was to be in was removed.
    :raises members.RoleNotFound: the role is not given any more.
    :raises concealments.RoleConcealed: staff alone give it there, and another one invited.
    :raises members.AlreadyHeld: the person has it.
    :raises members.OwnGrant: they invited themselves, for longer than they may.
    """
    found, by_link = links.find_for(name, actor)
    invitation, scope = states.locked_with_scope(found)
    check_now(invitation, now=now)
    check_person(invitation, actor, by_link=by_link)
    inviter = invitation.created_by
    if not members.may_give(inviter, scope, invitation.role):
        raise InviterLost(
            "Whoever invited you may not give this role any more. Ask for another invitation."
        )
    given = members.grant(scope=scope, user=actor, role=invitation.role, actor=inviter, now=now)
    to = InvitationState.ACCEPTED
    states.advance(invitation, "accept", to, now=now, accepted_by=actor)
    states.record(
        kinds.INVITATION_ACCEPTED,
        invitation,
        "was accepted",
        actor=actor,
        now=now,
        source=InvitationState.PENDING,
        user_uuid=actor.uuid.hex,
    )
    return given


@transaction.atomic
def decline(token: str, *, actor: User | None, now: datetime) -> None:
    """Say that whoever holds the link does not want the role; they need no account for it.

    :raises links.NoSuchInvitation: nothing leads there.
    :raises IllegalTransition: it is not pending.
    """
    invitation = states.locked(links.find(token))
    states.advance(invitation, "decline", InvitationState.REJECTED, now=now)
    states.record(
        kinds.INVITATION_DECLINED,
        invitation,
        "was declined",
        actor=actor,
        now=now,
        source=InvitationState.PENDING,
    )


def check_now(invitation: Invitation, *, now: datetime) -> None:
    """Refuse an invitation that cannot be accepted now.

    :raises IllegalTransition: it is not pending.
    :raises InvitationExpired: its time is over.
    """
    state = InvitationState(invitation.state)
    if state is InvitationState.PENDING and invitation.expires <= now:
        raise InvitationExpired(f"This invitation expired on {invitation.expires:%Y-%m-%d}.")
    INVITATION.check("accept", state)


def check_person(invitation: Invitation, user: Any, *, by_link: bool) -> None:
    """Refuse whoever is not the person that was invited.

    An address of a profile counts only once it was confirmed. The platform may let whoever holds
    the link accept, whatever their address; that never goes for the UUID, which others may read.

    :raises WrongPerson: it is for another address, or for another person with it.
    """
    own = mailboxes.mailbox_of(user.email) == mailboxes.mailbox_of(invitation.email)
    if not own and (settings.INVITATIONS.checks_address or not by_link):
        raise WrongPerson(
            "This invitation is for another e-mail address than that of your profile. Log in as the"
            " person it is for, or have that address confirmed in your profile first."
        )
    if invitation.civil_number and invitation.civil_number != user.civil_number:
        raise WrongPerson("This invitation is for a person with another civil number.")
