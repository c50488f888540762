"""Policies of offerings: what happens when an allocation uses more than it was granted."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, ClassVar

from django.db import models
from django.db.models import Q
from django.utils import timezone

from accounting.periods import NAMES, Period
from accounting.querysets import PolicyQuerySet
from accounting.site_settings import LimitType, QosStrategy
from accounting.thresholds import DEFAULT_WEIGHTS, Action, Terms
from common.json_column import JsonColumn
from common.models import Timestamped, choices, one_of
from identity.models import Event, EventSubject, OrganizationGroup, User
from marketplace.models import Offering, OfferingComponent, Resource

if TYPE_CHECKING:
    from identity.event_scope import EventScope

PERIODS = [(period.value, NAMES[period]) for period in Period]


class SlurmPeriodicUsagePolicy(EventSubject, Timestamped):
    """What an offering does about usage beyond the limits of a period; one per offering.

    `grace_ratio` is 0.2 for 20 %, `carryover_factor` a percentage; `actions` are words of `Action`
    with commas between, as on the wire. `fired_datetime` is since when `has_fired` is what it is.
    """

    event_nouns: ClassVar[tuple[str, ...]] = ("policy",)

    offering = models.OneToOneField(
        Offering, on_delete=models.CASCADE, related_name="periodic_usage_policy"
    )
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    actions = models.CharField(max_length=255)
    options = JsonColumn(default=dict, blank=True)
    apply_to_all = models.BooleanField(default=False)
    organization_groups = models.ManyToManyField(
        OrganizationGroup, blank=True, related_name="periodic_usage_policies"
    )
    period = models.PositiveSmallIntegerField(choices=PERIODS, default=Period.MONTH_3.value)
    limit_type = models.CharField(
        max_length=15, choices=choices(LimitType), default=LimitType.GRP_TRES_MINS.value
    )
    qos_strategy = models.CharField(
        max_length=15, choices=choices(QosStrategy), default=QosStrategy.THRESHOLD.value
    )
    grace_ratio = models.DecimalField(max_digits=7, decimal_places=4, default=Decimal("0.2"))
    carryover_enabled = models.BooleanField(default=True)
    carryover_factor = models.PositiveSmallIntegerField(default=50)
    raw_usage_reset = models.BooleanField(default=True)
    tres_billing_enabled = models.BooleanField(default=True)
    tres_billing_weights = JsonColumn(default=dict, blank=True)
    has_fired = models.BooleanField(default=False)
    fired_datetime = models.DateTimeField(default=timezone.now)

    objects = PolicyQuerySet.as_manager()

    class Meta:
        constraints = (
            one_of("limit_type", LimitType, "policy_limit_type"),
            one_of("qos_strategy", QosStrategy, "policy_qos_strategy"),
            models.CheckConstraint(
                name="policy_period", condition=Q(period__in=[period.value for period in Period])
            ),
            models.CheckConstraint(
                name="policy_grace_not_negative", condition=Q(grace_ratio__gte=0)
            ),
            models.CheckConstraint(
                name="policy_carryover_is_a_percentage", condition=Q(carryover_factor__lte=100)
            ),
        )
        verbose_name = "periodic usage policy"
        verbose_name_plural = "periodic usage policies"

    def __str__(self) -> str:
        return f"Usage policy of {self.offering}"

    def event_scope(self) -> EventScope:
        """Return the scope of its offering."""
        return self.offering.event_scope()

    @property
    def chosen(self) -> frozenset[Action]:
        """The actions that the policy takes."""
        return frozenset(Action(word) for word in self.actions.split(",") if word)

    @property
    def weights(self) -> dict[str, Decimal] | None:
        """What the components weigh in billing units; None where each counts by itself."""
        if not self.tres_billing_enabled:
            return None
        named = self.tres_billing_weights or DEFAULT_WEIGHTS
        return {name: Decimal(str(weight)) for name, weight in named.items()}

    @property
    def terms(self) -> Terms:
        """By what the policy measures."""
        return Terms(
            period=Period(self.period),
            grace_ratio=self.grace_ratio,
            carryover_factor=self.carryover_factor if self.carryover_enabled else 0,
            weights=self.weights,
        )


class PolicyComponentLimit(models.Model):
    """What a policy allows of a component in a period, in place of each resource's own limit.

    A policy with any of these looks at their components and at no others.
    """

    policy = models.ForeignKey(
        SlurmPeriodicUsagePolicy, on_delete=models.CASCADE, related_name="component_limits_set"
    )
    component = models.ForeignKey(OfferingComponent, on_delete=models.RESTRICT, related_name="+")
    limit = models.PositiveBigIntegerField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["policy", "component"], name="a_policy_limit_once"),
        )

    def __str__(self) -> str:
        return f"{self.limit} of {self.component}"


class PolicyState(models.Model):
    """The state of a resource under a policy, since it was evaluated last.

    `paused_by` and `downscaled_by` are the events with which the policy set the flag; without one
    it is not the policy that holds it. `settings` are those that were last due at the site, in the
    period `settings_period`.
    """

    policy = models.ForeignKey(
        SlurmPeriodicUsagePolicy, on_delete=models.CASCADE, related_name="states"
    )
    resource = models.ForeignKey(Resource, on_delete=models.CASCADE, related_name="+")
    billing_period = models.CharField(max_length=20)
    usage_percentage = models.DecimalField(max_digits=30, decimal_places=2, default=Decimal(0))
    fired = models.BooleanField(default=False)
    paused_by = models.ForeignKey(
        Event, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    downscaled_by = models.ForeignKey(
        Event, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    notified_period = models.CharField(max_length=20, blank=True, default="")
    settings = JsonColumn(default=dict, blank=True)
    settings_period = models.CharField(max_length=20, blank=True, default="")
    evaluated_at = models.DateTimeField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["policy", "resource"], name="a_policy_state_once"),
        )

    def __str__(self) -> str:
        return f"{self.resource_id} at {self.usage_percentage} %"
