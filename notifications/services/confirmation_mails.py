"""Mail to an address that is to be confirmed, with the link that confirms it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings

from identity.models import EmailConfirmation
from identity.services import emails
from notifications.bus import mailing

if TYPE_CHECKING:
    from identity.models import Event

NOTICE = """\
Somebody, hopefully you, asked for another e-mail address for the account {username}. Mail goes to
this address until the new one is confirmed.

If it was not you: cancel the change (cancel_change_email), and change your password.
"""


def send(requested: Event) -> None:
    """Send the link to the new address, and word of it to the one that a person has so far.

    :raises mailing.NotSent: the mail server did not take it.
    """
    found = EmailConfirmation.objects.select_related("user")
    confirmation = found.filter(uuid=requested.subject_uuid, ended_at__isnull=True).first()
    if confirmation is None:
        return  # it was withdrawn meanwhile
    link = f"{settings.SITE_URL}/confirm-email/?code={emails.code_of(confirmation)}"
    subject = f"[{settings.SITE_NAME}] Confirm this e-mail address"
    mailing.send([confirmation.email], subject, _text(confirmation, link))
    if confirmation.subject_uuid is None and confirmation.user.email:
        subject = f"[{settings.SITE_NAME}] Another e-mail address was asked for"
        mailing.send(
            [confirmation.user.email], subject, NOTICE.format(username=confirmation.user.username)
        )


def _text(confirmation: EmailConfirmation, link: str) -> str:
    what = (
        f"The account {confirmation.user.username} wants this address for its profile."
        if confirmation.subject_uuid is None
        else f"{confirmation.user.username} wants to have word of events sent to this address."
    )
    return (
        f"{what}\n\nTo confirm that, open this link within two days:\n\n{link}\n\n"
        "If you know nothing of it, do nothing: then no further mail comes.\n"
    )
