"""The mails that ask people to look at who has which role."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings

from identity.models import PermissionReview
from identity.services import permission_reviews
from notifications.bus import mailing
from notifications.bus.mailing import one_line

if TYPE_CHECKING:
    from identity.models import Event

RELATED = ("customer", "project")


def ask(begun: Event) -> None:
    """Ask those who may close a review, by a mail each, to do so, unless it waits for nobody.

    :raises mailing.NotSent: the mail server did not take it.
    """
    rows = PermissionReview.objects.pending().select_related(*RELATED)
    review = rows.filter(uuid=begun.subject_uuid).first()
    if review is None:
        return
    where = one_line(review.scope.name)
    subject = f"[{settings.SITE_NAME}] Who has which role in {where}: please look"
    for address in permission_reviews.closers(review):
        mailing.send([address], subject, _text(review, where))


def _text(review: PermissionReview, where: str) -> str:
    kind = review.scope.scope_type.value
    lines = [
        f"Please look at who has which role in {where}:",
        "",
        f"{settings.SITE_URL}/api/{kind}s/{review.scope.uuid.hex}/list_users/",
        "",
        "Take the roles that are not needed any more. Then close the review:",
        "",
        f"{settings.SITE_URL}/api/{kind}-permissions-reviews/{review.uuid.hex}/",
        "",
        "-- ",
        "You get this as somebody who may give roles there. Who wants no such mail switches off",
        "notifications in their profile (notifications_enabled).",
        "",
    ]
    return "\n".join(lines)
