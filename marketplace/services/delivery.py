"""What a provider says of the resources that it delivers: identifiers, limits, flags, reports."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import uuid4

from django.db import transaction

from common import changes
from marketplace import event_kinds as kinds
from marketplace import limits as rules
from marketplace.components import REPORTED
from marketplace.services import history, locking, quotes

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from identity.event_catalogue import Kind
    from identity.models import User
    from marketplace.models import Offering, Resource


@transaction.atomic
def set_backend_id(
    resource: Resource, backend_id: str, *, actor: User | None, now: datetime
) -> bool:
    """Say what the provider calls the resource; return whether that is new.

    Several resources may have one name: some sites keep one account for all that a project has.

    :raises IllegalTransition: the resource is terminated, and is known by another name.
    """
    held = locking.resource(resource)
    if backend_id != held.backend_id:
        locking.refuse_terminated(held)
    return _store(
        held, kinds.RESOURCE_BACKEND_ID_SET, {"backend_id": backend_id}, actor=actor, now=now
    )


@transaction.atomic
def set_effective_id(resource: Resource, effective_id: str, *, actor: User, now: datetime) -> bool:
    """Say under which id the resource runs in the end; return whether that is new."""
    wanted = {"effective_id": effective_id}
    return _write(resource, kinds.RESOURCE_EFFECTIVE_ID_SET, wanted, actor=actor, now=now)


@transaction.atomic
def set_backend_metadata(
    resource: Resource, metadata: Mapping[str, Any], *, actor: User, now: datetime
) -> bool:
    """Replace what the provider notes about the resource for itself."""
    wanted = {"backend_metadata": dict(metadata)}
    return _write(resource, kinds.RESOURCE_METADATA_SET, wanted, actor=actor, now=now)


@transaction.atomic
def set_endpoints(
    resource: Resource, endpoints: Sequence[Mapping[str, str]], *, actor: User, now: datetime
) -> bool:
    """Replace the addresses at which the resource is used; one that stays keeps its UUID."""
    held = locking.resource(resource)
    known = {(e["name"], e["url"]): e["uuid"] for e in held.endpoints}
    wanted = [
        {
            "uuid": known.get((endpoint["name"], endpoint["url"])) or uuid4().hex,
            "name": endpoint["name"],
            "url": endpoint["url"],
        }
        for endpoint in endpoints
    ]
    return _store(held, kinds.RESOURCE_ENDPOINTS_SET, {"endpoints": wanted}, actor=actor, now=now)


@transaction.atomic
def submit_report(
    resource: Resource, report: Sequence[Mapping[str, str]], *, actor: User, now: datetime
) -> bool:
    """Replace the provider's report about the resource: headed sections of text."""
    sections = [{"header": part["header"], "body": part["body"]} for part in report]
    return _write(
        resource, kinds.RESOURCE_REPORT_SUBMITTED, {"report": sections}, actor=actor, now=now
    )


@transaction.atomic
def set_flags(
    resource: Resource, flags: Mapping[str, bool], *, actor: User | None, now: datetime
) -> bool:
    """Set any of `paused`, `downscaled` and `restrict_member_access`."""
    return _write(
        resource, kinds.RESOURCE_FLAGS_SET, flags, actor=actor, now=now, payload=dict(flags)
    )


@transaction.atomic
def set_limits(
    resource: Resource, limits: Mapping[str, object], *, actor: User, now: datetime
) -> bool:
    """Replace the limits by those that hold at the provider, which may be fewer.

    :raises UnknownComponents: the offering counts no such component.
    :raises NotANumber: a limit is no number that can be kept.
    :raises IllegalTransition: the resource is terminated.
    """
    held = locking.live_resource(resource)
    reported = limits_at_site(held.offering, limits)
    wanted = {"limits": reported, "cost": quotes.quote(held.plan, reported).cost}
    payload = {"limits": reported, "old_limits": dict(held.limits)}
    return _store(held, kinds.RESOURCE_LIMITS_SET, wanted, actor=actor, now=now, payload=payload)


@transaction.atomic
def ask_to_pull(resource: Resource, *, actor: User, now: datetime) -> None:
    """Ask the site to look at the resource and to report how it stands."""
    held = locking.resource(resource)
    history.of_resource(
        kinds.RESOURCE_PULL_REQUESTED,
        held,
        actor=actor,
        now=now,
        message=f"The state of resource {held.name} was asked for.",
    )


@transaction.atomic
def refresh_last_sync(resource: Resource, *, now: datetime) -> None:
    """Note that the provider has just looked at the resource.

    Every site agent does so every few minutes: that is no event, and no change of the resource.
    """
    type(resource).objects.filter(pk=resource.pk).update(last_sync=now)


def limits_at_site(offering: Offering, reported: Mapping[str, object]) -> rules.Limits:
    """Return limits as a site tells them, of components that the offering counts.

    :raises UnknownComponents: the offering counts no such component.
    :raises NotANumber: a limit is no number that can be kept.
    """
    counted = offering.components.filter(billing_type__in=REPORTED)
    return rules.delivered(reported, {c.type: rules.LimitRule.of(c) for c in counted})


def _write(
    resource: Resource,
    kind: Kind,
    wanted: Mapping[str, Any],
    *,
    actor: User | None,
    now: datetime,
    payload: Mapping[str, object] | None = None,
) -> bool:
    held = locking.resource(resource)
    return _store(held, kind, wanted, actor=actor, now=now, payload=payload)


def _store(
    held: Resource,
    kind: Kind,
    wanted: Mapping[str, Any],
    *,
    actor: User | None,
    now: datetime,
    payload: Mapping[str, object] | None = None,
) -> bool:
    changed = changes.write(held, wanted, now=now)
    if changed:
        history.of_resource(
            kind,
            held,
            actor=actor,
            now=now,
            message=f"Resource {held.name}: {kind.verb.replace('_', ' ')}.",
            payload={"changed": sorted(changed), **(payload or {})},
        )
    return bool(changed)
