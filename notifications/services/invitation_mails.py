"""The mails of invitations: the link to who is invited, and the question to staff.

The one mail of the service that goes to an address which nobody confirmed (ADR 0031): it says first
who had it sent, it quotes what they write, and each is counted (`identity.services.invitations`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings

from identity.models import Invitation, User
from identity.services import invitation_links, invitations
from notifications.bus import mailing
from notifications.bus.mailing import one_line

if TYPE_CHECKING:
    from datetime import datetime

    from identity.models import Event

LONGEST_FAULT = 500


def send(sent: Event, *, now: datetime) -> None:
    """Mail the link of an invitation, which is made for this mail alone.

    Should the mail go out twice, as a worker died over it, the second one's link is the one that
    works.

    :raises mailing.NotSent: the mail server did not take it.
    """
    invitation = _invitation(sent)
    token = invitation_links.make(invitation, now=now) if invitation else None
    if invitation is None or token is None:
        return  # it was withdrawn meanwhile
    subject = f"[{settings.SITE_NAME}] Invitation to {invitation.scope_name}"
    try:
        mailing.send([invitation.email], subject, _text(invitation, link_of(token)))
    except mailing.NotSent as error:
        invitations.note_mail(invitation, fault=str(error)[:LONGEST_FAULT], now=now)
        raise
    invitations.note_mail(invitation, now=now)


def ask(asked: Event, *, now: datetime) -> None:
    """Ask staff by one mail whether an invitation may go out.

    :raises mailing.NotSent: the mail server did not take it.
    """
    invitation = _invitation(asked)
    staff = User.objects.filter(is_staff=True, is_active=True, notifications_enabled=True)
    to = sorted(staff.exclude(email="").values_list("email", flat=True))
    token = invitation_links.make_for_approval(invitation, now=now) if invitation and to else None
    if invitation is None or token is None:
        return
    subject = f"[{settings.SITE_NAME}] An invitation waits for approval"
    text = (
        f"{_inviter(invitation)} invites {invitation.email} to become\n"
        f"{_role(invitation)} in {one_line(invitation.scope_name)}.\n\n"
        f"It is mailed once somebody of staff approves it: POST {settings.SITE_URL}"
        f"/api/user-invitations/approve/\n(or reject/) with this token, or on the page of the"
        f" invitation in the administration:\n\n{token}\n"
    )
    mailing.send(to, subject, text)


def link_of(token: str) -> str:
    """Return the address of the page that a token leads to."""
    return f"{settings.SITE_URL}/invitation/{token}/"


def _invitation(event: Event) -> Invitation | None:
    rows = Invitation.objects.select_related("role", "customer", "created_by")
    found: Invitation | None = rows.filter(uuid=event.subject_uuid).first()
    return found


def _text(invitation: Invitation, link: str) -> str:
    inviter, ends = _inviter(invitation), f"{invitation.expires:%Y-%m-%d %H:%M} UTC"
    where = one_line(invitation.scope_name)
    if invitation.scope_name != invitation.customer.name:
        where += f" of {one_line(invitation.customer.name)}"
    said = invitation.extra_invitation_text.strip()
    quoted = [f"> {line}" for line in said.splitlines()]
    lines = [
        f"{inviter} invites you to {settings.SITE_NAME}:",
        f"to become {_role(invitation)} in {where}.",
        "",
        "To accept or to decline, open this page and log in with this e-mail address:",
        "",
        link,
        "",
        f"The invitation is good until {ends}. The link is yours: do not pass it on.",
        *(["", "They write:", "", *quoted] if quoted else []),
        "",
        "-- ",
        f"{inviter} had this sent to you through {settings.SITE_NAME}. If you do not know them, or",
        "do not want it, decline on that page, or do nothing: without an answer it expires.",
        "",
    ]
    return "\n".join(lines)


def _inviter(invitation: Invitation) -> str:
    who = invitation.created_by
    return one_line(who.full_name or who.username)


def _role(invitation: Invitation) -> str:
    return invitation.role.description or invitation.role.name
