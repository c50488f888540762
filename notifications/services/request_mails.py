"""The mails of requests for roles: to those who decide, and to who asked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings

from identity.lifecycle import RequestState
from identity.models import PermissionRequest
from identity.services import role_requests
from notifications.bus import mailing
from notifications.bus.mailing import one_line

if TYPE_CHECKING:
    from identity.models import Event

RELATED = ("invitation__role", "invitation__project_role", "invitation__customer", "created_by")


def ask(made: Event) -> None:
    """Tell those who give the role, by one mail each, that somebody asks for it.

    :raises mailing.NotSent: the mail server did not take it.
    """
    request = _request(made)
    if request is None or request.state != RequestState.PENDING:
        return  # given at once, or withdrawn meanwhile
    person, where = request.created_by, one_line(request.invitation.scope_name)
    wish = one_line(request.project_name)
    text = "\n".join(
        (
            f"{one_line(person.full_name or person.username)} ({person.email or person.username})",
            f"asks to become {_role(request)} in {where}.",
            *((f"They want their project to be called: {wish}",) if wish else ()),
            "",
            "Approve or reject it:",
            "",
            f"{settings.SITE_URL}/api/user-permission-requests/{request.uuid.hex}/",
            "",
            "-- ",
            "You get this as somebody who may give this role. Who wants no such mail switches off",
            "notifications in their profile (notifications_enabled).",
            "",
        )
    )
    subject = f"[{settings.SITE_NAME}] Somebody asks for a role in {where}"
    to = role_requests.deciders(request.invitation)
    if to:
        mailing.send(to, subject, text)


def tell(decided: Event) -> None:
    """Tell who asked what was decided, unless they want no mail.

    :raises mailing.NotSent: the mail server did not take it.
    """
    request = _request(decided)
    if request is None:
        return
    person = request.created_by
    if not (person.email and person.is_active and person.notifications_enabled):
        return
    where, comment = (
        one_line(request.invitation.scope_name),
        (request.review_comment or "").strip(),
    )
    gets = request.state == RequestState.APPROVED
    what = "You are" if gets else "You do not become"
    quoted = [f"> {line}" for line in comment.splitlines()]
    text = "\n".join(
        (
            f"You asked to become {_role(request)} in {where}.",
            f"{what} {_role(request)} there{' now' if gets else ''}.",
            *(("", "The reviewer writes:", "", *quoted) if quoted else ()),
            "",
        )
    )
    verdict = "approved" if gets else "rejected"
    mailing.send([person.email], f"[{settings.SITE_NAME}] Your request was {verdict}", text)


def _request(event: Event) -> PermissionRequest | None:
    rows = PermissionRequest.objects.select_related(*RELATED)
    found: PermissionRequest | None = rows.filter(uuid=event.subject_uuid).first()
    return found


def _role(request: PermissionRequest) -> str:
    invitation = request.invitation
    own = invitation.project_role if invitation.auto_create_project else None
    role = own or invitation.role
    named = role.description or role.name
    return f"{named} of a project of their own" if own else named
