"""What happens in the background for accounting; each task may be run at any time again.

Handlers of events are given their names by `@handler`; `config.wiring` says what they act on.
"""

from __future__ import annotations

import logging
from uuid import UUID

from django.utils import timezone

from accounting.models import SlurmPeriodicUsagePolicy
from accounting.services import commands, evaluation, new_months
from identity.event_handlers import handler
from identity.models import Event
from identity.periodic import periodic
from identity.services import periodic_rows
from marketplace.models import Resource

log = logging.getLogger(__name__)


@periodic
def begin_month(**_: object) -> None:
    """Let every resource show the present month, with what recurs in it."""
    now = timezone.now()
    carried = periodic_rows.for_each(
        "accounting.tasks.begin_month",
        new_months.unsettled(now=now),
        lambda resource: new_months.carry_over(resource, now=now),
        now=now,
    )
    if any(carried):
        log.info("Usages carried over: %s", sum(carried))


@periodic
def begin_period(**_: object) -> None:
    """Evaluate under its policy every resource that was not evaluated in the present period."""
    if evaluated := evaluation.evaluate_new_periods(now=timezone.now()):
        log.info("Resources evaluated for a new period: %s", evaluated)


@handler("evaluate-resource")
def follow_resource(event_uuid: UUID) -> None:
    """Evaluate a resource whose usage, limits or name at the site have changed."""
    event = Event.objects.get(uuid=event_uuid)
    resource = Resource.objects.filter(uuid=event.subject_uuid).first()
    if resource is not None:
        evaluation.evaluate_resource(resource, now=timezone.now())


@handler("evaluate-policy")
def follow_policy(event_uuid: UUID) -> None:
    """Evaluate all resources of a policy that is new or has changed."""
    event = Event.objects.get(uuid=event_uuid)
    policy = (
        SlurmPeriodicUsagePolicy.objects.select_related("offering")
        .filter(uuid=event.subject_uuid)
        .first()
    )
    if policy is not None:
        evaluation.evaluate_all(policy, now=timezone.now())


@handler("note-sent-settings")
def follow_sent_settings(event_uuid: UUID) -> None:
    """Show on a policy's evaluation that the broker has taken what it wants of the site."""
    payload = Event.objects.get(uuid=event_uuid).payload
    commands.note_settings_sent(
        policy_uuid=UUID(payload["policy_uuid"]), resource_uuid=UUID(payload["resource_uuid"])
    )
