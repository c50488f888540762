"""Mail of what happens to a second factor, so that nobody does it behind the person's back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings

from identity import event_kinds as kinds
from identity.models import User
from notifications.bus import mailing

if TYPE_CHECKING:
    from collections.abc import Mapping

    from identity.models import Event

SAID: Mapping[str, str] = {
    kinds.USER_SECOND_FACTOR_SET_UP.name: "A second factor was set up for your account.",
    kinds.USER_SECOND_FACTOR_REMOVED.name: "You took off the second factor of your account.",
    kinds.USER_SECOND_FACTOR_RESET.name: (
        "The second factor of your account was taken off by those who run this service."
    ),
    kinds.USER_RECOVERY_CODES_RENEWED.name: "New recovery codes were made for your account.",
    kinds.USER_RECOVERY_CODE_USED.name: "Somebody logged in by a recovery code of your account.",
}
"""What is said of each kind of event."""


def send(happened: Event) -> None:
    """Tell the person, even if they want no mails: it is about who can be them.

    :raises mailing.NotSent: the mail server did not take it.
    """
    person = User.objects.filter(uuid=happened.subject_uuid, is_active=True).first()
    if person is None or not person.email:
        return
    left = happened.payload.get("left")
    text = "\n".join(
        (
            SAID[happened.kind],
            f"User name: {person.username}",
            f"When: {happened.created:%Y-%m-%d %H:%M} UTC",
            *(() if left is None else (f"You have {left} of them left.",)),
            "",
            "If it was not you, nor done at your wish: change your password, and tell the support",
            "of this service.",
            "",
        )
    )
    mailing.send([person.email], f"[{settings.SITE_NAME}] Your second factor", text)
