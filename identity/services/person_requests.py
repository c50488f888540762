"""What staff ask for about a person: that they are reminded, that their accounts are gone over."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.db import transaction

from common.errors import Conflict
from identity import event_kinds as kinds
from identity import events
from identity.models import Event, User
from identity.profile import completeness_of
from identity.services import platform_terms

if TYPE_CHECKING:
    from datetime import datetime

ONCE_IN = timedelta(hours=24)


class RemindedAlready(Conflict):
    """The person was sent such a mail a short while ago."""

    code = "reminded_already"


class PersonUnreachable(Conflict):
    """The person has no address, wants no mail, or may not log in."""

    code = "unreachable"


@transaction.atomic
def remind(user: User, *, actor: User, now: datetime) -> None:
    """Have a person mailed what they have to do here: at most once in a day.

    :raises PersonUnreachable: no mail would reach them.
    :raises RemindedAlready: they were mailed within a day.
    """
    locked = User.objects.select_for_update(no_key=True).get(pk=user.pk)
    if not (locked.is_active and locked.email and locked.notifications_enabled):
        raise PersonUnreachable("This person has no address, wants no mail, or cannot log in.")
    asked = Event.objects.filter(
        kind=kinds.USER_REMINDER_REQUESTED.name, subject_uuid=user.uuid, created__gt=now - ONCE_IN
    )
    if asked.exists():
        raise RemindedAlready("This person was sent a mail within the last 24 hours.")
    message = f"{locked.username} is to be reminded of what they have to do."
    events.record(kinds.USER_REMINDER_REQUESTED, locked, actor=actor, now=now, message=message)


@transaction.atomic
def check(user: User, *, actor: User, now: datetime) -> None:
    """Have the accounts and entitlements of a person brought in line with what they may have."""
    message = f"What {user.username} may have is gone over."
    events.record(kinds.USER_CHECK_REQUESTED, user, actor=actor, now=now, message=message)


def waiting_for(user: User) -> list[str]:
    """Return what a person has to do here, as sentences; nothing where nothing waits for them."""
    waiting = []
    if platform_terms.awaited_from(user):
        waiting.append("Accept the terms of service of the platform: /platform-terms/")
    if missing := completeness_of(user)["missing_fields"]:
        waiting.append(f"Complete your profile ({', '.join(missing)}): /profile/")
    return waiting
