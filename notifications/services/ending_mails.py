"""The mails that say that a role is over soon."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings

from identity.models import Grant
from identity.services import ending_roles, pi_rules
from notifications.bus import mailing
from notifications.bus.mailing import one_line

if TYPE_CHECKING:
    from identity.models import Event


def send(ending: Event) -> None:
    """Tell each by a mail of their own that a role ends soon, unless it ends otherwise by now.

    :raises mailing.NotSent: the mail server did not take it.
    """
    rows = Grant.objects.in_force().select_related("user", "role", "project")
    grant = rows.filter(uuid=ending.subject_uuid).first()
    said = ending.payload.get("expiration_time")
    if grant is None or grant.expiration_time is None or grant.expiration_time.isoformat() != said:
        return
    subject = f"[{settings.SITE_NAME}] A role in {one_line(grant.scope_name)} ends soon"
    for address in ending_roles.readers(grant):
        mailing.send([address], subject, _text(grant))


def _text(grant: Grant) -> str:
    leads = grant.project is not None and pi_rules.concern(grant.role, grant.project)
    who = one_line(grant.user.full_name or grant.user.username)
    ends = f"{grant.expiration_time:%Y-%m-%d %H:%M} UTC"
    lines = [
        f"{who} is {one_line(grant.role.description or grant.role.name)}",
        f"in {one_line(grant.scope_name)} until {ends}.",
        "",
        *(
            (
                "A project has one principal investigator at a time. Without a successor it goes",
                "on then with nobody who leads it: hand it over before, or put the end off.",
            )
            if leads
            else ("Whoever gave the role can put its end off.",)
        ),
        "",
        "-- ",
        "Who wants no such mail switches off notifications in their profile",
        "(notifications_enabled).",
        "",
    ]
    return "\n".join(lines)
