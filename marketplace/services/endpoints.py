"""Endpoints of offerings: the addresses at which an offering is used, login nodes among them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from common import changes, storing
from common.errors import Invalid
from identity import events
from marketplace import event_kinds as kinds
from marketplace.models import OfferingEndpoint
from marketplace.services import locking

if TYPE_CHECKING:
    from collections.abc import Collection
    from contextlib import AbstractContextManager
    from datetime import datetime
    from uuid import UUID

    from identity.event_catalogue import Kind
    from identity.models import User
    from marketplace.models import Offering

MOST_ENDPOINTS = 50


class EndpointExists(Invalid):
    """The offering has an endpoint of that address already."""

    code = "endpoint_exists"


class UnknownEndpoint(Invalid):
    """The offering has no such endpoint."""

    code = "unknown_endpoint"


class TooManyEndpoints(Invalid):
    """The offering has as many endpoints as one may have."""

    code = "too_many_endpoints"


@transaction.atomic
def add(offering: Offering, *, name: str, url: str, actor: User, now: datetime) -> OfferingEndpoint:
    """Add an endpoint to an offering.

    :raises EndpointExists: the offering has one of the address.
    :raises TooManyEndpoints: it has as many as one may have.
    """
    held = locking.offering(offering.pk)
    if held.endpoints.count() >= MOST_ENDPOINTS:
        raise TooManyEndpoints([f"An offering has at most {MOST_ENDPOINTS} endpoints."])
    endpoint = OfferingEndpoint(offering=held, name=name, url=url, created=now)
    with _refusing():
        endpoint.save(force_insert=True)
    _record(kinds.ENDPOINT_ADDED, endpoint, actor=actor, now=now)
    return endpoint


@transaction.atomic
def change(
    offering: Offering, uuid: UUID, *, actor: User, now: datetime, **wanted: str
) -> OfferingEndpoint:
    """Change the name or the address of one of an offering's endpoints; what is not named stays.

    :raises UnknownEndpoint: the offering has none of the UUID.
    :raises EndpointExists: another one has the new address.
    """
    endpoint = _of(locking.offering(offering.pk), uuid)
    with _refusing():
        changed = changes.write(endpoint, wanted, now=now)
    if changed:
        _record(kinds.ENDPOINT_CHANGED, endpoint, actor=actor, now=now, changed=changed)
    return endpoint


@transaction.atomic
def remove(offering: Offering, uuid: UUID, *, actor: User, now: datetime) -> None:
    """Take an endpoint from its offering.

    :raises UnknownEndpoint: the offering has none of the UUID.
    """
    endpoint = _of(locking.offering(offering.pk), uuid)
    _record(kinds.ENDPOINT_REMOVED, endpoint, actor=actor, now=now)
    endpoint.delete()


def _of(held: Offering, uuid: UUID) -> OfferingEndpoint:
    found: OfferingEndpoint | None = OfferingEndpoint.objects.filter(
        offering=held, uuid=uuid
    ).first()
    if found is None:
        raise UnknownEndpoint({"uuid": ["Endpoint not found in this offering."]})
    found.offering = held
    return found


def _refusing() -> AbstractContextManager[None]:
    taken = {"url": ["The offering has an endpoint of this address already."]}
    return storing.refusing(an_endpoint_once=EndpointExists(taken))


def _record(
    kind: Kind,
    endpoint: OfferingEndpoint,
    *,
    actor: User,
    now: datetime,
    changed: Collection[str] = (),
) -> None:
    changes.touch(endpoint.offering, now=now)
    events.record(
        kind,
        endpoint,
        actor=actor,
        now=now,
        payload={
            "offering_uuid": endpoint.offering.uuid.hex,
            "name": endpoint.name,
            "url": endpoint.url,
            "changed": list(changed),
        },
    )
