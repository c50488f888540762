"""Orders: every change of an allocation is asked for by one."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from common.checked_columns import CheckedUrl
from common.json_column import JsonColumn
from common.links import web_link
from common.models import Timestamped, choices, one_of, text
from identity.event_scope import EventScope
from identity.models import EventSubject, Project, User
from marketplace.lifecycle import OPEN, OrderState, OrderType
from marketplace.models.offering import Offering
from marketplace.models.plan import Plan
from marketplace.models.resource import Resource
from marketplace.querysets import OrderQuerySet


class Order(EventSubject, Timestamped):
    """A request to create, change, end or restore an allocation, and how it went.

    `state` is written by `marketplace.services.orders.advance` only. `limits` is the full set that
    shall hold after an Update. Money is in the currency of the service, to ten decimals.
    """

    event_nouns: ClassVar[tuple[str, ...]] = ("order",)

    resource = models.ForeignKey(Resource, on_delete=models.CASCADE, related_name="orders")
    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="orders")
    offering = models.ForeignKey(Offering, on_delete=models.PROTECT, related_name="orders")
    plan = models.ForeignKey(
        Plan, null=True, blank=True, on_delete=models.PROTECT, related_name="orders"
    )
    old_plan = models.ForeignKey(
        Plan, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    type = models.CharField(max_length=10, choices=choices(OrderType), default=OrderType.CREATE)
    state = models.CharField(max_length=20, choices=choices(OrderState))
    slug = models.SlugField(max_length=80, unique=True)
    attributes = JsonColumn(default=dict, blank=True)
    limits = JsonColumn(default=dict, blank=True)
    cost = models.DecimalField(max_digits=22, decimal_places=10, null=True, blank=True)
    old_cost = models.DecimalField(max_digits=22, decimal_places=10, null=True, blank=True)
    fixed_price = models.DecimalField(max_digits=22, decimal_places=10, default=0)
    activation_price = models.DecimalField(max_digits=22, decimal_places=10, default=0)
    start_date = models.DateField(null=True, blank=True)
    request_comment = models.TextField(null=True, blank=True)  # noqa: DJ001 - null on the wire
    callback_url = CheckedUrl(validators=[web_link], max_length=500, null=True, blank=True)
    accepted_terms_version = text(length=50)
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="orders")
    consumer_reviewed_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    consumer_reviewed_at = models.DateTimeField(null=True, blank=True)
    consumer_rejection_comment = text(long=True)
    provider_reviewed_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    provider_reviewed_at = models.DateTimeField(null=True, blank=True)
    provider_rejection_comment = text(long=True)
    auto_approved = models.BooleanField(default=False)
    completed_at = models.DateTimeField(null=True, blank=True)
    backend_id = text()
    output = text(long=True)
    output_updated_at = models.DateTimeField(null=True, blank=True)
    error_message = text(long=True)
    error_traceback = text(long=True)
    error_updated_at = models.DateTimeField(null=True, blank=True)
    termination_comment = models.TextField(null=True, blank=True)  # noqa: DJ001 - null on the wire

    objects = OrderQuerySet.as_manager()

    class Meta:
        constraints = (
            one_of("state", OrderState, "order_state"),
            one_of("type", OrderType, "order_type"),
            models.UniqueConstraint(
                fields=["resource"],
                condition=Q(state__in=sorted(OPEN)),
                name="one_open_order_per_resource",
            ),
        )
        indexes = (
            models.Index(fields=["created", "id"], name="order_by_age"),
            models.Index(fields=["project", "created", "id"], name="order_by_project"),
            models.Index(fields=["offering", "state", "created"], name="order_by_offering"),
            models.Index(
                fields=["state", "start_date"],
                name="order_waiting",
                condition=Q(state__in=sorted(OPEN)),
            ),
        )

    def __str__(self) -> str:
        return f"{self.type} {self.uuid.hex} ({self.state})"

    def event_scope(self) -> EventScope:
        """Return its project and its provider, and its resource."""
        return EventScope(
            customer_id=self.project.customer_id,
            project_id=self.project_id,
            provider_id=self.offering.customer_id,
            offering_uuid=self.offering.uuid,
            resource_uuid=self.resource.uuid,
        )
