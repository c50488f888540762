"""What people write about an allocation: its name, its description, and with them its end date."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import transaction

from common import changes
from marketplace import event_kinds as kinds
from marketplace.services import delivery, end_dates, history, locking

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date, datetime

    from identity.models import User
    from marketplace.models import Resource

KEEP: Any = object()
"""Stands for an end date that is not to be changed, where None clears it."""


@transaction.atomic
def write_as_consumer(
    resource: Resource,
    *,
    actor: User,
    now: datetime,
    end_date: date | None = KEEP,
    **texts: str,
) -> None:
    """Change name, description and end date for the project; what is not named stays.

    :raises EndDateForbidden: the actor may not end allocations of the project.
    :raises EndDateInPast: the day is over.
    """
    _write(resource, texts, actor=actor, now=now)
    if end_date is not KEEP:
        end_dates.set_by_consumer(resource, end_date, actor=actor, now=now)


@transaction.atomic
def write_as_provider(
    resource: Resource,
    *,
    actor: User,
    now: datetime,
    end_date: date | None = KEEP,
    flags: Mapping[str, bool] | None = None,
    **texts: str,
) -> None:
    """Change name, description, end date and flags for the provider; what is not named stays.

    :raises EndDateInPast: the day is over.
    """
    _write(resource, texts, actor=actor, now=now)
    if end_date is not KEEP:
        end_dates.set_by_site(resource, end_date, actor=actor, now=now)
    if flags:
        delivery.set_flags(resource, flags, actor=actor, now=now)


def _write(resource: Resource, texts: Mapping[str, str], *, actor: User, now: datetime) -> None:
    held = locking.resource(resource)
    if changed := changes.write(held, texts, now=now):
        history.of_resource(
            kinds.RESOURCE_DESCRIBED,
            held,
            actor=actor,
            now=now,
            message=f"Resource {held.name} was updated.",
            payload={"changed": sorted(changed)},
        )
