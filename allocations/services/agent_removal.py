"""Forgetting agents and their parts: what comes again is registered anew."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import transaction

from allocations import event_kinds as kinds
from allocations.models import AgentIdentity, AgentProcessor, AgentService
from allocations.services import subscriptions
from allocations.services.agents import AgentGone
from common import locks
from identity import events

if TYPE_CHECKING:
    from datetime import datetime

    from django.db.models import QuerySet

    from identity.event_catalogue import Kind
    from identity.models import User
    from marketplace.models import Offering


@transaction.atomic
def remove(identity: AgentIdentity, *, actor: User, now: datetime) -> None:
    """Forget an agent, with its services, log, subscriptions and queues.

    :raises AgentGone: somebody else was quicker.
    """
    _lock(identity)
    offering = identity.offering
    subscriptions.end_all_of(identity, actor=actor, now=now)
    _record(identity, kinds.AGENT_REMOVED, offering, identity.name, actor=actor, now=now)
    identity.delete()


@transaction.atomic
def remove_service(service: AgentService, *, actor: User, now: datetime) -> None:
    """Forget a service of an agent, with its processors.

    :raises AgentGone: somebody else was quicker.
    """
    _lock(service.identity)
    if not AgentService.objects.filter(pk=service.pk).exists():
        raise AgentGone("The service was removed in the meantime.")
    offering = service.identity.offering
    _record(service, kinds.AGENT_SERVICE_REMOVED, offering, service.name, actor=actor, now=now)
    service.delete()


@transaction.atomic
def remove_processor(processor: AgentProcessor, *, actor: User, now: datetime) -> None:
    """Forget a processor of a service.

    :raises AgentGone: somebody else was quicker.
    """
    identity = processor.service.identity
    _lock(identity)
    if not AgentProcessor.objects.filter(pk=processor.pk).exists():
        raise AgentGone("The processor was removed in the meantime.")
    _record(
        processor,
        kinds.AGENT_PROCESSOR_REMOVED,
        identity.offering,
        processor.name,
        actor=actor,
        now=now,
    )
    processor.delete()


@transaction.atomic
def remove_orphaned(*, before: datetime, dry_run: bool, actor: User, now: datetime) -> list[Any]:
    """Forget the agents of which no service runs and that were last seen before a moment.

    With `dry_run` nothing is forgotten. Either way they are returned.
    """
    rows = AgentIdentity.objects.orphaned().filter(last_seen__lt=before)
    if not dry_run:
        rows = rows.select_for_update(of=("self",))
    found = list(rows.select_related("offering__customer").order_by("pk"))
    removed = [
        {
            "uuid": identity.uuid,
            "name": identity.name,
            "offering__name": identity.offering.name,
            "created": identity.created,
            "modified": identity.modified,
        }
        for identity in found
    ]
    for identity in () if dry_run else found:
        remove(identity, actor=actor, now=now)
    return removed


@transaction.atomic
def remove_stale(*, before: datetime, dry_run: bool, actor: User, now: datetime) -> list[Any]:
    """Forget the services that were last seen before a moment.

    With `dry_run` nothing is forgotten. Either way they are returned.
    """
    rows = AgentService.objects.with_state().filter(last_seen__lt=before)
    if not dry_run:
        _lock_all(AgentIdentity.objects.filter(pk__in=rows.values("identity")))
    found = list(rows.select_related("identity__offering__customer").order_by("identity", "pk"))
    removed = [
        {
            "uuid": service.uuid,
            "name": service.name,
            "identity__name": service.identity.name,
            "state": service.state,
            "modified": service.modified,
        }
        for service in found
    ]
    for service in () if dry_run else found:
        remove_service(service, actor=actor, now=now)
    return removed


def _lock(identity: AgentIdentity) -> None:
    """Lock an agent, so that nothing of it is registered meanwhile.

    :raises AgentGone: somebody else removed it.
    """
    locks.locked(identity, AgentGone("The agent was removed in the meantime."))


def _lock_all(identities: QuerySet[AgentIdentity]) -> None:
    """Lock agents in the order of their keys: those of which a part is seen now come first."""
    list(identities.select_for_update().order_by("pk").values_list("pk", flat=True))


def _record(
    row: Any, kind: Kind, offering: Offering, name: str, *, actor: User, now: datetime
) -> None:
    events.record(
        kind,
        row,
        actor=actor,
        now=now,
        payload={"offering_uuid": offering.uuid.hex, "name": name},
    )
