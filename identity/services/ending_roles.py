"""Roles whose time is over soon: their holders are told in time, once for each end."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import transaction
from django.db.models import F

from identity import event_kinds as kinds
from identity.models import Grant, User
from identity.services import members, periodic_rows, pi_rules

if TYPE_CHECKING:
    from datetime import datetime

TELLING = "identity.tasks.tell_of_ending_roles"
"""The task that has people told."""


def tell(*, now: datetime) -> int:
    """Have the holders told of the roles that end soon; return of how many."""
    soon = now + timedelta(days=settings.ROLES.warning_days)
    due = Grant.objects.in_force().filter(expiration_time__gt=now, expiration_time__lte=soon)
    untold = due.exclude(told_of_end=F("expiration_time")).select_related("user", "role")

    @transaction.atomic
    def note(grant: Grant) -> int:
        same = Grant.objects.filter(pk=grant.pk, expiration_time=grant.expiration_time)
        if not same.filter(is_active=True).update(told_of_end=grant.expiration_time):
            return 0  # it ended, or ends at another time
        message = f"{grant.user} is {grant.role} until {grant.expiration_time:%Y-%m-%d}"
        members.record(kinds.GRANT_ENDING, grant, message, actor=None, now=now)
        return 1

    return sum(periodic_rows.for_each(TELLING, untold, note, now=now))


def readers(grant: Grant) -> list[str]:
    """Return the addresses that are told: the holder's, and of a PI who may name a successor."""
    people = User.objects.filter(is_active=True, notifications_enabled=True).exclude(email="")
    told = people.filter(pk=grant.user_id)
    if grant.project is not None and pi_rules.concern(grant.role, grant.project):
        givers = Grant.objects.in_force().filter(members.giving_roles(grant))
        told |= people.filter(pk__in=givers.values("user"))
    return sorted(set(told.values_list("email", flat=True)))
