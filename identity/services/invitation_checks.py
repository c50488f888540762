"""What is asked about invitations before anything is done: it changes nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db.models.functions import Lower

from common import mailboxes
from identity.lifecycle import OPEN_INVITATION, InvitationState
from identity.models import Grant, Invitation
from identity.services import invitation_links as links

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime


def pending(token: str, *, now: datetime) -> Invitation:
    """Return the invitation that a link leads to, if it can be accepted.

    :raises links.NoSuchInvitation: it cannot, or there is none.
    """
    found = links.find(token)
    if found.state != InvitationState.PENDING or found.expires <= now:
        raise links.unknown()
    return found


def known(*, scope: Any, invitations: Sequence[dict[str, Any]]) -> dict[str, list[dict[str, Any]]]:
    """Return which of some addresses are invited to a role in a scope, and which hold one there.

    Two queries, however many are asked about.
    """
    asked = [(one, mailboxes.mailbox_of(one["email"])) for one in invitations]
    boxes = [mailbox for _, mailbox in asked]
    here = {"scope_type": scope.scope_type.value, "scope_id": scope.pk}
    open_ones = Invitation.objects.filter(**here, state__in=sorted(OPEN_INVITATION))
    written = open_ones.annotate(mailbox=Lower("email")).filter(mailbox__in=boxes)
    waiting = {(row.mailbox, row.role_id): row.uuid for row in written}
    members = Grant.objects.in_force().filter(**here).annotate(mailbox=Lower("user__email"))
    held: dict[str, list[Any]] = {}
    for grant in members.filter(mailbox__in=boxes).select_related("role").order_by("pk"):
        held.setdefault(grant.mailbox, []).append(grant)
    return {
        "duplicates": [
            {
                "email": one["email"],
                "role": one["role"].uuid,
                "existing_invitation_uuid": waiting[mailbox, one["role"].pk],
            }
            for one, mailbox in asked
            if (mailbox, one["role"].pk) in waiting
        ],
        "existing_roles": [
            {
                "email": one["email"],
                "role": one["role"].uuid,
                "existing_role": grant.role.uuid,
                "existing_role_name": grant.role.name,
                "existing_role_description": grant.role.description or grant.role.name,
                "is_same_role": grant.role_id == one["role"].pk,
            }
            for one, mailbox in asked
            for grant in held.get(mailbox, ())
        ],
    }
