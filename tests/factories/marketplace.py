"""Rows of the marketplace. `HpcOfferingFactory` makes an offering that can be ordered at once."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import factory
from django.utils import timezone
from factory.django import DjangoModelFactory

from marketplace.components import BillingType, LimitPeriod, OfferingType
from marketplace.lifecycle import OfferingState, OrderState, OrderType, ResourceState
from marketplace.models import (
    AccessMode,
    Category,
    CategoryGroup,
    Consent,
    Offering,
    OfferingComponent,
    OfferingEndpoint,
    OfferingPartition,
    Order,
    Plan,
    PlanComponent,
    Resource,
    ResourcePlanPeriod,
    ServiceProvider,
    TermsOfService,
)
from tests.factories.identity import CustomerFactory, ProjectFactory, UserFactory


class CategoryGroupFactory(DjangoModelFactory[CategoryGroup]):
    """A group of shelves."""

    class Meta:
        model = CategoryGroup

    title = factory.Sequence(lambda n: f"Group {n}")


class CategoryFactory(DjangoModelFactory[Category]):
    """A shelf without offerings."""

    class Meta:
        model = Category

    title = factory.Sequence(lambda n: f"Category {n}")


class ServiceProviderFactory(DjangoModelFactory[ServiceProvider]):
    """An organisation registered as a provider; `customer=` says which."""

    class Meta:
        model = ServiceProvider

    customer = factory.SubFactory(CustomerFactory)


class AccessModeFactory(DjangoModelFactory[AccessMode]):
    """A way in which time is granted."""

    class Meta:
        model = AccessMode

    code = factory.Sequence(lambda n: f"mode-{n}")
    label = factory.Sequence(lambda n: f"Access mode {n}")


class OfferingFactory(DjangoModelFactory[Offering]):
    """An active, shared offering of a site agent's type, with neither components nor plans."""

    class Meta:
        model = Offering

    customer = factory.SubFactory(CustomerFactory)
    category = factory.SubFactory(CategoryFactory)
    name = factory.Sequence(lambda n: f"Offering {n}")
    slug = factory.Sequence(lambda n: f"offering-{n}")
    type = OfferingType.SLURM.value
    state = OfferingState.ACTIVE.value


class OfferingComponentFactory(DjangoModelFactory[OfferingComponent]):
    """Something countable that takes a limit, without bounds."""

    class Meta:
        model = OfferingComponent

    offering = factory.SubFactory(OfferingFactory)
    type = factory.Sequence(lambda n: f"component_{n}")
    name = factory.LazyAttribute(lambda component: component.type.replace("_", " ").title())
    measured_unit = "hours"
    billing_type = BillingType.LIMIT.value


class OfferingEndpointFactory(DjangoModelFactory[OfferingEndpoint]):
    """A login node."""

    class Meta:
        model = OfferingEndpoint

    offering = factory.SubFactory(OfferingFactory)
    name = "Login"
    url = factory.Sequence(lambda n: f"ssh://login{n}.example.org")


class OfferingPartitionFactory(DjangoModelFactory[OfferingPartition]):
    """A Slurm partition that says little of itself."""

    class Meta:
        model = OfferingPartition

    offering = factory.SubFactory(OfferingFactory)
    partition_name = factory.Sequence(lambda n: f"standard-{n}")
    max_time = 2880


class PlanFactory(DjangoModelFactory[Plan]):
    """A plan without prices."""

    class Meta:
        model = Plan

    offering = factory.SubFactory(OfferingFactory)
    name = "Standard"


class PlanComponentFactory(DjangoModelFactory[PlanComponent]):
    """The price of one component in one plan."""

    class Meta:
        model = PlanComponent

    plan = factory.SubFactory(PlanFactory)
    component = factory.SubFactory(
        OfferingComponentFactory, offering=factory.SelfAttribute("..plan.offering")
    )
    price = Decimal(1)


class HpcOfferingFactory(OfferingFactory):
    """An offering with a component of each kind and the plan "Standard".

    `cpu_k_hours` (limit, 1 to 1000, monthly, 10 a unit), `gpu_k_hours` (usage, 5), `gb_k_hours`
    (limit, annual, 1) and `node_fee` (fixed, 3): an order for 10 and 5 costs 105.
    """

    class Meta:
        model = Offering
        skip_postgeneration_save = True

    @factory.post_generation  # type: ignore[untyped-decorator]
    def standard(self: Any, create: Any, extracted: Any, **kwargs: Any) -> None:
        """Add the components and the plan, unless `standard=False`."""
        if extracted is False:
            return
        plan = PlanFactory(offering=self, name="Standard")
        components = [
            OfferingComponentFactory.build(
                offering=self,
                type=type_,
                name=name,
                measured_unit=unit,
                billing_type=billing_type,
                **more,
            )
            for type_, name, unit, billing_type, _, more in HPC_COMPONENTS
        ]
        OfferingComponent.objects.bulk_create(components)
        PlanComponent.objects.bulk_create(
            PlanComponentFactory.build(plan=plan, component=component, price=price)
            for component, (*_, price, _) in zip(components, HPC_COMPONENTS, strict=True)
        )


HPC_COMPONENTS: list[tuple[str, str, str, str, Decimal, dict[str, object]]] = [
    (
        "cpu_k_hours",
        "CPU",
        "kh",
        BillingType.LIMIT.value,
        Decimal(10),
        {
            "limit_period": LimitPeriod.MONTH.value,
            "min_value": Decimal(1),
            "max_value": Decimal(1000),
        },
    ),
    ("gpu_k_hours", "GPU", "kh", BillingType.USAGE.value, Decimal(5), {}),
    (
        "gb_k_hours",
        "RAM",
        "GB-kh",
        BillingType.LIMIT.value,
        Decimal(1),
        {"limit_period": LimitPeriod.ANNUAL.value},
    ),
    ("node_fee", "Fee", "month", BillingType.FIXED.value, Decimal(3), {}),
]


class ResourceFactory(DjangoModelFactory[Resource]):
    """An allocation in state OK, of an HPC offering under its plan."""

    class Meta:
        model = Resource

    project = factory.SubFactory(ProjectFactory)
    offering = factory.SubFactory(HpcOfferingFactory)
    plan = factory.LazyAttribute(lambda resource: resource.offering.plans.first())
    name = factory.Sequence(lambda n: f"allocation-{n}")
    slug = factory.Sequence(lambda n: f"allocati-{n}")
    state = ResourceState.OK.value
    limits = factory.LazyFunction(lambda: {"cpu_k_hours": 10, "gb_k_hours": 5})


class ResourcePlanPeriodFactory(DjangoModelFactory[ResourcePlanPeriod]):
    """The open time of a resource under its plan."""

    class Meta:
        model = ResourcePlanPeriod

    resource = factory.SubFactory(ResourceFactory)
    plan = factory.SelfAttribute("resource.plan")
    start = factory.LazyFunction(timezone.now)


class OrderFactory(DjangoModelFactory[Order]):
    """An order for a new allocation that waits for the provider.

    `resource=` an existing one makes it an order about that one; its project, offering and plan
    follow.
    """

    class Meta:
        model = Order

    resource = factory.SubFactory(ResourceFactory, state=ResourceState.CREATING.value)
    project = factory.SelfAttribute("resource.project")
    offering = factory.SelfAttribute("resource.offering")
    plan = factory.SelfAttribute("resource.plan")
    type = OrderType.CREATE.value
    state = OrderState.PENDING_PROVIDER.value
    slug = factory.Sequence(lambda n: f"order-{n}")
    limits = factory.LazyAttribute(lambda order: dict(order.resource.limits))
    attributes = factory.LazyAttribute(lambda order: {"name": order.resource.name})
    created_by = factory.SubFactory(UserFactory)


class TermsOfServiceFactory(DjangoModelFactory[TermsOfService]):
    """The terms in force of an offering."""

    class Meta:
        model = TermsOfService

    offering = factory.SubFactory(OfferingFactory)
    terms_of_service = "Be kind to the machine."
    version = "1.0"
    grace_period_days = 0


class ConsentFactory(DjangoModelFactory[Consent]):
    """A consent in force to an offering's terms."""

    class Meta:
        model = Consent

    user = factory.SubFactory(UserFactory)
    offering = factory.SubFactory(OfferingFactory)
    version = "1.0"
    agreement_date = factory.LazyFunction(timezone.now)
