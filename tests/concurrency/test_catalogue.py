"""Several people who change the catalogue at once: one wins, the others are told so."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from common.machine import IllegalTransition
from identity.models import Event
from marketplace.models import Consent, Offering, OfferingComponent, ServiceProvider
from marketplace.services import components, consents, offerings, plans, providers
from tests.concurrency.racing import RACERS, lost, race_same
from tests.factories.identity import CustomerFactory, UserFactory
from tests.factories.marketplace import (
    CategoryFactory,
    HpcOfferingFactory,
    OfferingFactory,
    TermsOfServiceFactory,
)

if TYPE_CHECKING:
    from datetime import datetime

pytestmark = pytest.mark.django_db(transaction=True)


def test_of_several_who_pause_an_offering_one_does(now: datetime) -> None:
    offering, actor = OfferingFactory(), UserFactory()

    def pause() -> None:
        offerings.pause(Offering.objects.get(pk=offering.pk), actor=actor, now=now)

    got = race_same(pause)
    assert lost(got, IllegalTransition) == RACERS - 1
    assert Event.objects.filter(kind="offering.paused").count() == 1


def test_an_organisation_becomes_a_provider_once(now: datetime) -> None:
    customer, actor = CustomerFactory(), UserFactory()
    got = race_same(lambda: providers.register(customer=customer, actor=actor, now=now))
    assert lost(got, providers.AlreadyRegistered) == RACERS - 1
    assert ServiceProvider.objects.count() == 1


def test_a_component_is_added_once(now: datetime) -> None:
    offering, actor = HpcOfferingFactory(), UserFactory()

    def add() -> OfferingComponent:
        fields: dict[str, Any] = {
            "type": "storage",
            "name": "Storage",
            "billing_type": "usage",
        }
        return components.add(offering, actor=actor, now=now, **fields)

    got = race_same(add)
    assert lost(got, components.RepeatedComponent) == RACERS - 1
    assert offering.components.filter(type="storage").count() == 1


def test_offerings_of_one_name_get_slugs_of_their_own(now: datetime) -> None:
    customer, category, actor = CustomerFactory(), CategoryFactory(), UserFactory()

    def create() -> Offering:
        return offerings.create(
            customer=customer,
            category=category,
            name="LUMI-C",
            type="Marketplace.Slurm",
            actor=actor,
            now=now,
        )

    got = race_same(create)
    assert len({offering.slug for offering in got}) == RACERS


def test_a_plan_made_beside_a_component_has_a_price_for_it(now: datetime) -> None:
    offering, actor = HpcOfferingFactory(), UserFactory()

    def both() -> None:
        name = UserFactory().username
        fields: dict[str, Any] = {"type": name, "name": name, "billing_type": "usage"}
        components.add(offering, actor=actor, now=now, **fields)
        plans.create(offering, actor=actor, now=now, name=name)

    assert race_same(both) == [None] * RACERS
    priced = {plan.components.count() for plan in offering.plans.all()}
    assert priced == {offering.components.count()} == {4 + RACERS}


def test_the_last_price_that_was_set_holds_for_all(now: datetime) -> None:
    plan, actor = HpcOfferingFactory().plans.get(), UserFactory()
    prices = {"cpu_k_hours": Decimal(2), "gb_k_hours": Decimal(2)}
    got = race_same(lambda: plans.set_prices(plan, prices, actor=actor, now=now))
    assert lost(got, Exception) == 0
    assert plan.components.filter(price=2).count() == 2


def test_agreeing_at_once_is_one_consent(now: datetime) -> None:
    offering, user = OfferingFactory(), UserFactory()
    TermsOfServiceFactory(offering=offering)
    got = race_same(lambda: consents.accept(offering, user=user, actor=user, now=now))
    assert len({consent.pk for consent in got}) == 1
    assert Consent.objects.count() == 1
