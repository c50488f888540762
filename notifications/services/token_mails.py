"""The mails that say that a personal access token ends soon."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings

from identity.models import Token
from notifications.bus import mailing

if TYPE_CHECKING:
    from identity.models import Event


def send(expiring: Event) -> None:
    """Tell the holder of a token that it ends soon, if it is there and they want such mail.

    :raises mailing.NotSent: the mail server did not take it.
    """
    token = Token.objects.select_related("user").filter(uuid=expiring.subject_uuid).first()
    if token is None or token.expires_at is None:
        return
    if not (token.user.is_active and token.user.notifications_enabled and token.user.email):
        return
    subject = f"[{settings.SITE_NAME}] A token ends soon"
    mailing.send([token.user.email], subject, _text(token))


def _text(token: Token) -> str:
    name = mailing.one_line(token.name)
    return "\n".join(
        (
            f"The personal access token {name} ({token.prefix}…)",
            f"ends on {token.expires_at:%Y-%m-%d %H:%M} UTC.",
            "",
            "What uses it is refused from then on. Make another one before, or rotate it:",
            f"POST /api/personal-access-tokens/{token.uuid.hex}/rotate/",
            "",
            "-- ",
            "Who wants no such mail switches off notifications in their profile",
            "(notifications_enabled).",
            "",
        )
    )
