"""Endpoints of offerings: added, changed, removed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import UUID

import pytest

from identity.models import Event
from marketplace.models import OfferingEndpoint
from marketplace.services import endpoints
from tests.factories.marketplace import OfferingEndpointFactory

if TYPE_CHECKING:
    from datetime import datetime

    from identity.models import User
    from marketplace.models import Offering

pytestmark = pytest.mark.django_db

LOGIN = {"name": "Login", "url": "ssh://login.example.org"}


@pytest.fixture
def endpoint(offering: Offering) -> Any:
    return OfferingEndpointFactory(offering=offering, **LOGIN)


def told() -> list[Any]:
    return [
        (event.kind, event.actor, event.provider, event.payload)
        for event in Event.objects.order_by("pk")
    ]


def about(offering: Offering, *changed: str, **differs: str) -> dict[str, Any]:
    return {
        "offering_uuid": offering.uuid.hex,
        **LOGIN,
        **differs,
        "changed": list(changed),
    }


def test_an_endpoint_is_added(offering: Offering, carol: User, now: datetime) -> None:
    made = endpoints.add(offering, **LOGIN, actor=carol, now=now)

    offering.refresh_from_db()
    assert OfferingEndpoint.objects.values("offering", "name", "url", "created").get() == {
        "offering": offering.pk,
        **LOGIN,
        "created": now,
    }
    assert (made.offering, offering.modified) == (offering, now)
    assert told() == [("endpoint.added", carol, offering.customer, about(offering))]


def test_an_address_is_there_once_per_offering(
    endpoint: Any, offering: Offering, carol: User, now: datetime
) -> None:
    with pytest.raises(endpoints.EndpointExists):
        endpoints.add(offering, name="Other", url=endpoint.url, actor=carol, now=now)
    other = OfferingEndpointFactory(offering=offering)
    with pytest.raises(endpoints.EndpointExists):
        endpoints.change(offering, other.uuid, url=endpoint.url, actor=carol, now=now)
    assert told() == []
    assert OfferingEndpointFactory(url=endpoint.url).offering != offering


def test_there_is_an_end_to_them(offering: Offering, carol: User, now: datetime) -> None:
    for _ in range(endpoints.MOST_ENDPOINTS):
        OfferingEndpointFactory(offering=offering)
    with pytest.raises(endpoints.TooManyEndpoints):
        endpoints.add(offering, **LOGIN, actor=carol, now=now)
    assert told() == []


def test_a_change_leaves_what_it_does_not_name(
    endpoint: Any, offering: Offering, carol: User, now: datetime
) -> None:
    endpoints.change(offering, endpoint.uuid, name="Front end", actor=carol, now=now)
    endpoints.change(offering, endpoint.uuid, name="Front end", actor=carol, now=now)

    endpoint.refresh_from_db()
    assert (endpoint.name, endpoint.url, endpoint.modified) == ("Front end", LOGIN["url"], now)
    changed = about(offering, "name", name="Front end")
    assert told() == [("endpoint.changed", carol, offering.customer, changed)]


def test_an_endpoint_is_removed_once(
    endpoint: Any, offering: Offering, carol: User, now: datetime
) -> None:
    endpoints.remove(offering, endpoint.uuid, actor=carol, now=now)

    assert not OfferingEndpoint.objects.exists()
    assert told() == [("endpoint.removed", carol, offering.customer, about(offering))]
    with pytest.raises(endpoints.UnknownEndpoint):
        endpoints.remove(offering, endpoint.uuid, actor=carol, now=now)


@pytest.mark.parametrize("action", [endpoints.change, endpoints.remove])
def test_another_offering_s_endpoint_is_unknown(
    offering: Offering, carol: User, now: datetime, action: Any
) -> None:
    foreign = OfferingEndpointFactory()

    for uuid in (foreign.uuid, UUID(int=0)):
        with pytest.raises(endpoints.UnknownEndpoint):
            action(offering, uuid, actor=carol, now=now)
    assert OfferingEndpoint.objects.filter(pk=foreign.pk).exists()
