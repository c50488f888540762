"""Resources: the allocations themselves."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.db.models.functions import Upper
from django.utils import timezone

from common.json_column import JsonColumn
from common.models import Timestamped, UuidModel, choices, one_of, text
from common.sorting import sort_key
from identity.event_scope import EventScope
from identity.models import EventSubject, Project, User
from marketplace.lifecycle import ResourceState
from marketplace.models.offering import Offering
from marketplace.models.plan import Plan
from marketplace.querysets import ResourceQuerySet


class Resource(EventSubject, Timestamped):
    """An allocation: what a project holds of an offering.

    `state` is written by `marketplace.services.resources` only. `limits` maps component types to
    numbers; `current_usages` (of `usage_month`) and `limit_usage` (of the limit period then) map
    them to what accounting wrote down, and so does `following_usages` for the month after that.
    """

    event_nouns: ClassVar[tuple[str, ...]] = ("resource",)

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="resources")
    offering = models.ForeignKey(Offering, on_delete=models.PROTECT, related_name="resources")
    plan = models.ForeignKey(
        Plan, null=True, blank=True, on_delete=models.PROTECT, related_name="resources"
    )
    name = text(length=255)
    name_key = sort_key("name")
    slug = models.SlugField(max_length=80, unique=True)
    description = text(long=True)
    state = models.CharField(
        max_length=15, choices=choices(ResourceState), default=ResourceState.CREATING
    )
    limits = JsonColumn(default=dict, blank=True)
    attributes = JsonColumn(default=dict, blank=True)
    options = JsonColumn(null=True, blank=True)
    cost = models.DecimalField(max_digits=22, decimal_places=10, null=True, blank=True)
    current_usages = JsonColumn(default=dict, blank=True)
    limit_usage = JsonColumn(default=dict, blank=True)
    usage_month = models.DateField(null=True, blank=True)
    following_usages = JsonColumn(default=dict, blank=True)
    backend_id = text()
    effective_id = text()
    backend_metadata = JsonColumn(default=dict, blank=True)
    endpoints = JsonColumn(default=list, blank=True)
    report = JsonColumn(default=list, blank=True)
    end_date = models.DateField(null=True, blank=True)
    end_date_requested_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    end_date_updated_at = models.DateTimeField(null=True, blank=True)
    paused = models.BooleanField(default=False)
    downscaled = models.BooleanField(default=False)
    restrict_member_access = models.BooleanField(default=False)
    error_message = text(long=True)
    error_traceback = text(long=True)
    last_sync = models.DateTimeField(default=timezone.now)

    objects = ResourceQuerySet.as_manager()

    class Meta:
        constraints = (one_of("state", ResourceState, "resource_state"),)
        indexes = (
            models.Index(fields=["project", "-created", "-id"], name="resource_by_project"),
            models.Index(fields=["offering", "-created", "-id"], name="resource_by_offering"),
            models.Index(fields=["-created", "-id"], name="resource_latest"),
            models.Index(fields=["backend_id"], name="resource_backend_id"),
            models.Index(Upper("backend_id"), name="resource_backend_id_any_case"),
            models.Index(
                fields=["end_date"],
                name="resource_end_date",
                condition=Q(end_date__isnull=False) & ~Q(state=ResourceState.TERMINATED.value),
            ),
        )

    def __str__(self) -> str:
        return f"{self.name} ({self.slug})"

    def event_scope(self) -> EventScope:
        """Return its project and its provider, and the resource itself."""
        return EventScope(
            customer_id=self.project.customer_id,
            project_id=self.project_id,
            provider_id=self.offering.customer_id,
            offering_uuid=self.offering.uuid,
            resource_uuid=self.uuid,
        )


class ResourcePlanPeriod(UuidModel):
    """A time during which a resource was under one plan; the open one has no end."""

    resource = models.ForeignKey(Resource, on_delete=models.CASCADE, related_name="plan_periods")
    plan = models.ForeignKey(Plan, on_delete=models.PROTECT, related_name="+")
    start = models.DateTimeField(null=True, blank=True)
    end = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["resource"], condition=Q(end__isnull=True), name="one_open_plan_period"
            ),
        )

    def __str__(self) -> str:
        return f"{self.resource_id} under {self.plan_id}"
