"""Monthly usages of a resource's components."""

from enum import StrEnum
from typing import ClassVar

from django.db import models

from accounting.querysets import ComponentUsageQuerySet, ComponentUserUsageQuerySet
from common.json_column import JsonColumn
from common.models import Timestamped, UuidModel, choices, text
from identity.event_scope import EventScope
from identity.models import EventSubject, User
from marketplace.models import OfferingComponent, Resource, ResourcePlanPeriod


class MissingUsagePolicy(StrEnum):
    """What a month without a report means, in the words of the API."""

    NONE = "none"
    REUSE = "reuse"
    ZERO = "zero"


class ComponentUsage(EventSubject, Timestamped):
    """How much of a component a resource used in a month, in the component's measured unit.

    One row per resource, component and month, whatever plans the resource was under in it; a later
    report replaces the former. `billing_period` is the first of the month, `date` when it was
    reported for. `former_rows` is what other rows of the month said in databases in which each plan
    had a row of its own: kept for the record, and read by nothing but the way back.
    """

    event_nouns: ClassVar[tuple[str, ...]] = ("user_usage",)

    resource = models.ForeignKey(
        Resource, on_delete=models.PROTECT, related_name="component_usages"
    )
    component = models.ForeignKey(
        OfferingComponent, on_delete=models.PROTECT, related_name="usages"
    )
    billing_period = models.DateField()
    date = models.DateTimeField()
    usage = models.DecimalField(max_digits=20, decimal_places=2)
    description = text(long=True)
    recurring = models.BooleanField(default=False)
    missing_usage_policy = models.CharField(
        max_length=10, choices=choices(MissingUsagePolicy), default=MissingUsagePolicy.NONE
    )
    modified_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    former_rows = JsonColumn(default=list, blank=True, editable=False)

    objects = ComponentUsageQuerySet.as_manager()

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["resource", "component", "billing_period"], name="one_usage_a_month"
            ),
            models.CheckConstraint(name="usage_not_negative", condition=models.Q(usage__gte=0)),
            models.CheckConstraint(
                name="billing_period_is_a_month", condition=models.Q(billing_period__day=1)
            ),
        )
        indexes = (
            models.Index(fields=["billing_period", "resource"], name="usage_by_month"),
            models.Index(fields=["-date", "-id"], name="usage_latest"),
            models.Index(fields=["resource", "-date", "-id"], name="usage_by_resource"),
        )

    def __str__(self) -> str:
        return f"{self.usage} of {self.component_id} in {self.billing_period:%Y-%m}"

    def event_scope(self) -> EventScope:
        """Return the scope of its resource."""
        return self.resource.event_scope()


class PlanPeriodUsage(models.Model):
    """The part of a monthly usage that fell into one time under a plan: what its prices apply to.

    The parts of a month come to its usage, but for what was used while there was no plan.
    """

    component_usage = models.ForeignKey(
        ComponentUsage, on_delete=models.CASCADE, related_name="plan_parts"
    )
    plan_period = models.ForeignKey(
        ResourcePlanPeriod, on_delete=models.PROTECT, related_name="usages"
    )
    usage = models.DecimalField(max_digits=20, decimal_places=2)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["component_usage", "plan_period"], name="one_part_a_plan_period"
            ),
            models.CheckConstraint(
                name="plan_period_usage_not_negative", condition=models.Q(usage__gte=0)
            ),
        )

    def __str__(self) -> str:
        return f"{self.usage} in plan period {self.plan_period_id}"


class ComponentUserUsage(UuidModel, Timestamped):
    """The part of a monthly usage that one person caused, named by the site's username."""

    component_usage = models.ForeignKey(
        ComponentUsage, on_delete=models.PROTECT, related_name="user_usages"
    )
    username = models.CharField(max_length=100)
    user = models.ForeignKey(
        "allocations.OfferingUser",
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="usages",
    )
    usage = models.DecimalField(max_digits=20, decimal_places=2)
    description = text(long=True)
    backend_id = text()

    objects = ComponentUserUsageQuerySet.as_manager()

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["component_usage", "username"], name="one_user_usage_a_month"
            ),
            models.CheckConstraint(
                name="user_usage_not_negative", condition=models.Q(usage__gte=0)
            ),
        )
        indexes = (models.Index(fields=["username"], name="user_usage_by_name"),)

    def __str__(self) -> str:
        return f"{self.usage} by {self.username}"
