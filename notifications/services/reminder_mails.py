"""The mail that reminds a person of what they have to do here."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings

from identity.models import User
from identity.services import person_requests
from notifications.bus import mailing

if TYPE_CHECKING:
    from identity.models import Event


def send(asked: Event) -> None:
    """Mail a person what waits for them, or that nothing does.

    :raises mailing.NotSent: the mail server did not take it.
    """
    user = User.objects.filter(uuid=asked.subject_uuid, is_active=True).first()
    if user is None or not (user.email and user.notifications_enabled):
        return
    waiting = person_requests.waiting_for(user)
    lines = [f"- {one.replace(': /', f': {settings.SITE_URL}/')}" for one in waiting]
    text = "\n".join(
        (
            f"{settings.SITE_NAME} ({settings.SITE_URL})",
            "",
            *(("What waits for you:", "", *lines) if lines else ("Nothing waits for you.",)),
            "",
            "-- ",
            "Who wants no such mail switches off notifications in their profile",
            "(notifications_enabled).",
            "",
        )
    )
    mailing.send([user.email], f"[{settings.SITE_NAME}] What waits for you", text)
