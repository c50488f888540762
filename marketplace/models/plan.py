"""Plans: under which prices an offering can be had."""

from typing import ClassVar

from django.db import models

from common.models import Timestamped, choices, one_of, text
from identity.event_scope import EventScope
from identity.models import EventSubject, OrganizationGroup
from marketplace.components import BillingUnit, PlanBillingMode
from marketplace.models.offering import Offering, OfferingComponent
from marketplace.querysets import PlanQuerySet


class Plan(EventSubject, Timestamped):
    """A list of prices, per `unit`. At least one is needed to order."""

    event_nouns: ClassVar[tuple[str, ...]] = ("plan",)

    offering = models.ForeignKey(Offering, on_delete=models.CASCADE, related_name="plans")
    name = models.CharField(max_length=150)
    description = text(long=True)
    article_code = text(length=30)
    backend_id = text()
    unit = models.CharField(max_length=30, choices=choices(BillingUnit), default=BillingUnit.MONTH)
    unit_price = models.DecimalField(max_digits=22, decimal_places=10, default=0)
    billing_mode = models.CharField(
        max_length=10, choices=choices(PlanBillingMode), default=PlanBillingMode.INHERIT
    )
    max_amount = models.PositiveIntegerField(null=True, blank=True)
    archived = models.BooleanField(default=False)
    organization_groups = models.ManyToManyField(
        OrganizationGroup, blank=True, related_name="plans"
    )

    objects = PlanQuerySet.as_manager()

    class Meta:
        constraints = (one_of("unit", BillingUnit, "plan_unit"),)

    def __str__(self) -> str:
        return self.name

    def event_scope(self) -> EventScope:
        """Return the scope of its offering."""
        return self.offering.event_scope()


class PlanComponent(models.Model):
    """The price of one component in one plan, and the amount that the plan includes."""

    plan = models.ForeignKey(Plan, on_delete=models.CASCADE, related_name="components")
    component = models.ForeignKey(
        OfferingComponent, on_delete=models.CASCADE, related_name="plan_components"
    )
    amount = models.PositiveIntegerField(default=0)
    price = models.DecimalField(max_digits=22, decimal_places=10, default=0)
    future_price = models.DecimalField(max_digits=22, decimal_places=10, null=True, blank=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["plan", "component"], name="a_price_once_per_plan"),
            models.CheckConstraint(name="price_not_negative", condition=models.Q(price__gte=0)),
        )

    def __str__(self) -> str:
        return f"{self.price} for {self.component_id}"
