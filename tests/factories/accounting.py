"""Rows of accounting."""

from __future__ import annotations

from decimal import Decimal

import factory
from django.utils import timezone
from factory.django import DjangoModelFactory

from accounting.ledger import month_of
from accounting.models import ComponentUsage, ComponentUserUsage, ComponentUserUsageLimit
from tests.factories.allocations import OfferingUserFactory
from tests.factories.marketplace import ResourceFactory


class ComponentUsageFactory(DjangoModelFactory[ComponentUsage]):
    """What a resource used of its CPU component this month; `component=` says of which else."""

    class Meta:
        model = ComponentUsage

    resource = factory.SubFactory(ResourceFactory)
    component = factory.LazyAttribute(
        lambda usage: usage.resource.offering.components.get(type="cpu_k_hours")
    )
    date = factory.LazyFunction(timezone.now)
    billing_period = factory.LazyAttribute(lambda usage: month_of(usage.date))
    usage = Decimal("2.50")


class ComponentUserUsageFactory(DjangoModelFactory[ComponentUserUsage]):
    """One person's part of a monthly usage."""

    class Meta:
        model = ComponentUserUsage

    component_usage = factory.SubFactory(ComponentUsageFactory)
    username = factory.Sequence(lambda n: f"hpc{n:04d}")
    usage = Decimal("1.25")


class ComponentUserUsageLimitFactory(DjangoModelFactory[ComponentUserUsageLimit]):
    """What a person with an account may use of a resource's CPU component."""

    class Meta:
        model = ComponentUserUsageLimit

    resource = factory.SubFactory(ResourceFactory)
    component = factory.LazyAttribute(
        lambda limit: limit.resource.offering.components.get(type="cpu_k_hours")
    )
    user = factory.SubFactory(
        OfferingUserFactory, offering=factory.SelfAttribute("..resource.offering")
    )
    limit = Decimal("4.50")
