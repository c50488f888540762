"""The log of what happened, which is also the outbox."""

from datetime import timedelta
from typing import ClassVar

from django.db import models
from django.db.models import Q

from common.audience import OPEN, Audiences
from common.json_column import JsonColumn
from common.leased_rows import IS_OPEN, Delivery
from common.leases import Backoff, Lease
from common.models import text
from identity.event_scope import EventScope
from identity.models.event_subject import EventSubject
from identity.models.organisation import Customer
from identity.models.people import User
from identity.models.project import Project
from identity.querysets import EventQuerySet


class Event(EventSubject):
    """One thing that happened, written in the transaction that did it; never changed or deleted.

    `subject_type`/`subject_uuid` name what it happened to (`order`, `resource`, `project` ...),
    `source` and `target` are the states before and after where it was a change of state.
    `customer` and `project` say on the consumer's side who may read it, `provider` on the
    provider's, and `offering_uuid` for those who manage the offering alone. `sequence` is given by
    the dispatcher: ids are not the order of commits.
    """

    event_nouns: ClassVar[tuple[str, ...]] = ("event",)

    audiences: ClassVar[Audiences] = OPEN

    kind = models.CharField(max_length=80)
    subject_type = models.CharField(max_length=40)
    subject_uuid = models.UUIDField()
    actor = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    source = text(length=40)
    target = text(length=40)
    message = text(long=True)
    payload = JsonColumn(default=dict, blank=True)
    customer = models.ForeignKey(
        Customer, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    provider = models.ForeignKey(
        Customer, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    project = models.ForeignKey(
        Project, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    resource_uuid = models.UUIDField(null=True, blank=True)
    offering_uuid = models.UUIDField(null=True, blank=True)
    created = models.DateTimeField(editable=False)
    sequence = models.BigIntegerField(null=True, blank=True, unique=True, editable=False)
    dispatched_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects = EventQuerySet.as_manager()

    class Meta:
        indexes = (
            models.Index(
                fields=["id"], name="event_undispatched", condition=Q(dispatched_at__isnull=True)
            ),
            models.Index(fields=["subject_uuid", "-id"], name="event_by_subject"),
            models.Index(fields=["resource_uuid", "-id"], name="event_by_resource"),
            models.Index(fields=["offering_uuid", "-id"], name="event_by_offering"),
            models.Index(fields=["project", "-id"], name="event_by_project"),
            models.Index(fields=["customer", "-id"], name="event_by_customer"),
            models.Index(fields=["-created", "-id"], name="event_latest"),
        )

    def __str__(self) -> str:
        return f"{self.kind} {self.subject_uuid.hex}"

    def event_scope(self) -> EventScope:
        """Return where the event itself belongs."""
        return EventScope(
            customer_id=self.customer_id,
            project_id=self.project_id,
            provider_id=self.provider_id,
            offering_uuid=self.offering_uuid,
            resource_uuid=self.resource_uuid,
        )


class EventDelivery(Delivery):
    """One event to be worked off by one handler."""

    lease = Lease(
        lasts=timedelta(minutes=1),
        backoff=Backoff(first=timedelta(seconds=2), longest=timedelta(hours=1)),
        most_attempts=12,
    )

    event = models.ForeignKey(Event, on_delete=models.PROTECT, related_name="deliveries")
    handler = models.CharField(max_length=120)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["event", "handler"], name="an_event_once_a_handler"),
        )
        indexes = (
            models.Index(
                fields=["next_attempt_at"],
                name="delivery_due",
                condition=IS_OPEN,
            ),
        )
        verbose_name_plural = "event deliveries"

    def __str__(self) -> str:
        return f"{self.event_id} -> {self.handler}"
