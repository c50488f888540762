"""The links of invitations: a random token that only the mail knows; its hash is stored.

A token has the form of a UUID, as Waldur's clients put it where they put the invitation's UUID.
"""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

from django.db import transaction

from common.errors import Missing
from identity import event_kinds as kinds
from identity.lifecycle import InvitationState, MailingState
from identity.models import Invitation
from identity.services import invitation_states as states

if TYPE_CHECKING:
    from datetime import datetime

    from identity.models import User


class NoSuchInvitation(Missing):
    """The link leads nowhere: it was never made, was replaced, or what it led to is gone."""

    code = "no_such_invitation"


def unknown() -> NoSuchInvitation:
    """Return the refusal of a link, the same whatever is wrong with it."""
    return NoSuchInvitation("No Invitation matches the given query.")


def digest(token: str) -> str | None:
    """Return what is stored of a token in either form of a UUID; None of what is none."""
    try:
        return sha256(UUID(token).hex.encode()).hexdigest()
    except ValueError:
        return None


@transaction.atomic
def make(invitation: Invitation, *, now: datetime) -> str | None:
    """Make the link of an invitation that is to be mailed; a former one is dead.

    None is returned when it is not to be mailed any more.
    """
    row = states.locked(invitation)
    if row.state != InvitationState.PENDING:
        return None
    token = uuid4().hex
    Invitation.objects.filter(pk=row.pk).update(
        digest=digest(token), execution_state=MailingState.PROCESSING, modified=now
    )
    states.record(kinds.INVITATION_LINKED, row, "has a new link", actor=None, now=now)
    return token


@transaction.atomic
def make_for_approval(invitation: Invitation, *, now: datetime) -> str | None:
    """Make the token by which staff decide about an invitation; None when that is over."""
    row = states.locked(invitation)
    if row.state != InvitationState.REQUESTED:
        return None
    token = uuid4().hex
    Invitation.objects.filter(pk=row.pk).update(approval_digest=digest(token), modified=now)
    states.record(kinds.INVITATION_LINKED, row, "has a new link", actor=None, now=now)
    return token


def find(token: str) -> Invitation:
    """Return the invitation that a link leads to, in whatever state.

    :raises NoSuchInvitation: it leads to none.
    """
    rows = Invitation.objects.select_related(*states.RELATED)
    found: Invitation | None = rows.filter(digest=digest(token), digest__isnull=False).first()
    if found is None:
        raise unknown()
    return found


def find_for_approval(token: str) -> Invitation:
    """Return the invitation about which the holder of a token decides.

    :raises NoSuchInvitation: there is none.
    """
    rows = Invitation.objects.filter(approval_digest=digest(token), approval_digest__isnull=False)
    found: Invitation | None = rows.first()
    if found is None:
        raise unknown()
    return found


def find_for(name: str, user: User) -> tuple[Invitation, bool]:
    """Return what a link leads to, or the UUID of one to the own address; and whether it is a link.

    :raises NoSuchInvitation: neither leads anywhere.
    """
    try:
        return find(name), True
    except NoSuchInvitation:
        if not user.email or digest(name) is None:
            raise
    own = Invitation.objects.filter(uuid=UUID(name), email__iexact=user.email).first()
    if own is None:
        raise unknown()
    return own, False
