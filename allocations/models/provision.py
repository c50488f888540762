"""Deliveries: what was asked of a backend, when, and what came back."""

from datetime import timedelta
from typing import ClassVar

from django.db import models
from django.db.models import Q

from allocations.lifecycle import UNDELIVERED, ProvisionState
from common.json_column import JsonColumn
from common.leased_rows import Attempted
from common.leases import Backoff, Lease
from common.models import choices, one_of
from identity.event_scope import EventScope
from identity.models import EventSubject
from marketplace.models import Order


class Provision(EventSubject, Attempted):
    """One delivery of one order through its offering's backend, with retries and their record.

    `attempts_log` holds one entry per attempt: when it began, how long it took, what came back.
    """

    event_nouns: ClassVar[tuple[str, ...]] = ("provision",)

    lease = Lease(
        lasts=timedelta(minutes=10),  # longer than any task may last
        backoff=Backoff(first=timedelta(seconds=10), longest=timedelta(hours=1)),
        most_attempts=8,
    )

    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="provisions")
    backend = models.CharField(max_length=100)
    state = models.CharField(
        max_length=10, choices=choices(ProvisionState), default=ProvisionState.DUE
    )
    attempts_log = JsonColumn(default=list, of=dict, blank=True)
    created = models.DateTimeField(editable=False)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = (
            one_of("state", ProvisionState, "provision_state"),
            models.UniqueConstraint(
                fields=["order"],
                condition=Q(state__in=sorted(UNDELIVERED)),
                name="one_delivery_at_a_time",
            ),
        )
        indexes = (
            models.Index(
                fields=["next_attempt_at"],
                name="provision_due",
                condition=Q(state__in=["due", "running"]),
            ),
        )

    def __str__(self) -> str:
        return f"delivery of {self.order_id} ({self.state})"

    def event_scope(self) -> EventScope:
        """Return the scope of its order."""
        return self.order.event_scope()
