"""Rows of accounting."""

from __future__ import annotations

from decimal import Decimal

import factory
from django.utils import timezone
from factory.django import DjangoModelFactory

from accounting.ledger import month_of
from accounting.models import (
    ComponentUsage,
    ComponentUserUsage,
    ComponentUserUsageLimit,
    DesiredState,
    ExecutionMode,
    PlanPeriodUsage,
    PolicyComponentLimit,
    PolicyState,
    SlurmCommandHistory,
    SlurmPeriodicUsagePolicy,
    SlurmPolicyEvaluationLog,
)
from accounting.periods import Period
from accounting.site_settings import CommandType
from accounting.thresholds import Action
from tests.factories.allocations import OfferingUserFactory
from tests.factories.identity import UserFactory
from tests.factories.marketplace import (
    HpcOfferingFactory,
    ResourceFactory,
    ResourcePlanPeriodFactory,
)


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


class PlanPeriodUsageFactory(DjangoModelFactory[PlanPeriodUsage]):
    """The part of a monthly usage that fell into one time under a plan."""

    class Meta:
        model = PlanPeriodUsage

    component_usage = factory.SubFactory(ComponentUsageFactory)
    plan_period = factory.LazyAttribute(
        lambda part: ResourcePlanPeriodFactory(resource=part.component_usage.resource)
    )
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


class DesiredStateFactory(DjangoModelFactory[DesiredState]):
    """The first state that was handed out of an offering."""

    class Meta:
        model = DesiredState

    offering = factory.SubFactory(HpcOfferingFactory)
    generation = 1
    digest = f"sha256:{'0' * 64}"
    changed_at = factory.LazyFunction(timezone.now)


class PolicyFactory(DjangoModelFactory[SlurmPeriodicUsagePolicy]):
    """A monthly policy for everybody: slows down at 100 %, stops at 120 %, carries nothing over."""

    class Meta:
        model = SlurmPeriodicUsagePolicy

    offering = factory.SubFactory(HpcOfferingFactory)
    created_by = factory.SubFactory(UserFactory)
    actions = ",".join(
        (Action.NOTIFY.value, Action.DOWNSCALE.value, Action.PAUSE.value),
    )
    apply_to_all = True
    period = Period.MONTH_1.value
    grace_ratio = Decimal("0.2")
    carryover_enabled = False
    tres_billing_enabled = False


class PolicyComponentLimitFactory(DjangoModelFactory[PolicyComponentLimit]):
    """What a policy allows of its offering's CPU component in a period."""

    class Meta:
        model = PolicyComponentLimit

    policy = factory.SubFactory(PolicyFactory)
    component = factory.LazyAttribute(
        lambda limit: limit.policy.offering.components.get(type="cpu_k_hours")
    )
    limit = 100


class PolicyStateFactory(DjangoModelFactory[PolicyState]):
    """A resource that has used half of what a policy allows."""

    class Meta:
        model = PolicyState

    policy = factory.SubFactory(PolicyFactory)
    resource = factory.SubFactory(
        ResourceFactory, offering=factory.SelfAttribute("..policy.offering")
    )
    billing_period = "2026-11"
    usage_percentage = Decimal(50)
    evaluated_at = factory.LazyFunction(timezone.now)


class EvaluationLogFactory(DjangoModelFactory[SlurmPolicyEvaluationLog]):
    """An evaluation that slowed a resource down."""

    class Meta:
        model = SlurmPolicyEvaluationLog

    policy = factory.SubFactory(PolicyFactory)
    resource = factory.SubFactory(
        ResourceFactory, offering=factory.SelfAttribute("..policy.offering")
    )
    billing_period = "2026-11"
    usage_percentage = Decimal("105.50")
    grace_limit_percentage = Decimal(120)
    actions_taken = factory.LazyFunction(lambda: ["downscale"])
    previous_state = factory.LazyFunction(lambda: {"paused": False, "downscaled": False})
    new_state = factory.LazyFunction(lambda: {"paused": False, "downscaled": True})
    evaluated_at = factory.LazyFunction(timezone.now)


class CommandHistoryFactory(DjangoModelFactory[SlurmCommandHistory]):
    """A command that a site ran."""

    class Meta:
        model = SlurmCommandHistory

    policy = factory.SubFactory(PolicyFactory)
    resource = factory.SubFactory(
        ResourceFactory, offering=factory.SelfAttribute("..policy.offering")
    )
    billing_period = "2026-11"
    command_type = CommandType.FAIRSHARE.value
    description = "Set the fairshare of the account"
    shell_command = "sacctmgr modify account hpc_x set fairshare=33"
    execution_mode = ExecutionMode.PRODUCTION.value
    success = True
    executed_at = factory.LazyFunction(timezone.now)
