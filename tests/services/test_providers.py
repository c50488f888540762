"""Service providers come and go with their organisation's standing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from identity.models import Event
from marketplace.models import ServiceProvider
from marketplace.services import providers
from tests.factories.marketplace import OfferingFactory, ServiceProviderFactory

if TYPE_CHECKING:
    from datetime import datetime

    from identity.models import Customer, User

pytestmark = pytest.mark.django_db


def test_an_organisation_is_registered_once(provider: Customer, dave: User, now: datetime) -> None:
    registered = providers.register(
        customer=provider, description="HPC centre", actor=dave, now=now
    )
    assert ServiceProvider.objects.get() == registered
    assert (registered.description, registered.enable_notifications) == ("HPC centre", True)
    event = Event.objects.get()
    assert (event.kind, event.provider, event.actor) == ("provider.registered", provider, dave)

    with pytest.raises(providers.AlreadyRegistered) as refused:
        providers.register(customer=provider, actor=dave, now=now)
    assert refused.value.detail == {
        "customer": ["Service provider with this customer already exists."]
    }
    assert Event.objects.count() == 1


def test_a_provider_is_changed(carol: User, now: datetime) -> None:
    provider = ServiceProviderFactory(description="Old")
    providers.change(provider, actor=carol, now=now, description="New", allowed_domains=["csc.fi"])
    providers.change(provider, actor=carol, now=now, description="New")
    provider.refresh_from_db()
    assert (provider.description, provider.allowed_domains) == ("New", ["csc.fi"])
    assert Event.objects.get().payload == {"changed": ["description", "allowed_domains"]}


@pytest.mark.parametrize("state", ["Draft", "Active", "Paused", "Unavailable"])
def test_a_provider_that_offers_something_stays(state: str, dave: User, now: datetime) -> None:
    provider = ServiceProviderFactory()
    OfferingFactory(customer=provider.customer, state=state)
    with pytest.raises(providers.HasOfferings) as refused:
        providers.remove(provider, actor=dave, now=now)
    assert refused.value.detail == [
        "Service provider has active offerings. Please archive them first."
    ]


def test_a_provider_with_archived_offerings_may_go(dave: User, now: datetime) -> None:
    provider = ServiceProviderFactory()
    OfferingFactory(customer=provider.customer, state="Archived")
    providers.remove(provider, actor=dave, now=now)
    assert not ServiceProvider.objects.exists()
    assert Event.objects.get().kind == "provider.removed"
