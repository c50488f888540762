"""Hooks: that somebody is sent events by HTTP or by mail, and how sending them went."""

from __future__ import annotations

from datetime import timedelta
from enum import IntEnum, StrEnum
from typing import ClassVar

from django.db import models
from django.db.models import Q

from common.address_column import AddressColumn
from common.audience import OPEN, Audiences
from common.json_column import JsonColumn
from common.leased_rows import IS_OPEN, Delivery
from common.leases import Backoff, Lease
from common.models import Timestamped, choices, one_of, text
from identity.event_scope import EventScope
from identity.models.event import Event
from identity.models.event_subject import EventSubject
from identity.models.organisation import Customer
from identity.models.people import User
from notifications.querysets import HookQuerySet


class HookType(StrEnum):
    """The ways of sending; the words are Waldur's."""

    WEB = "webhook"
    EMAIL = "email"


class ContentType(StrEnum):
    """The forms of a webhook's body."""

    JSON = "json"
    FORM = "form"


class Singleton(IntEnum):
    """The key of the only row of a table."""

    ONLY = 1


IS_WEB = Q(hook_type=HookType.WEB.value, email="") & ~Q(destination_url="") & ~Q(sealed_secret="")
IS_MAIL = Q(hook_type=HookType.EMAIL.value, destination_url="", sealed_secret="") & ~Q(email="")


class HookManager(models.Manager["Hook"]):
    """All hooks, or those of one type."""

    def __init__(self, hook_type: HookType | None = None) -> None:
        """Take the type."""
        super().__init__()
        self.hook_type = hook_type

    def get_queryset(self) -> HookQuerySet:
        """Return the queryset that knows who may see which."""
        rows = HookQuerySet(self.model, using=self._db)
        return rows if self.hook_type is None else rows.filter(hook_type=self.hook_type.value)

    def live(self) -> HookQuerySet:
        """Return the hooks that are sent anything."""
        return self.get_queryset().live()


class Hook(EventSubject, Timestamped):
    """A person's hook, or an organization's, which all its owners see and manage.

    Both sorts are in one table, so that they are listed, planned and claimed by one query each;
    `WebHook` and `EmailHook` are its two halves. `event_types` are Waldur's names, `event_kinds`
    our own (`order.done`, `order.*`, `*`); without `scopes` it is sent everything of these that
    its owner may see. The secrets are sealed.
    """

    event_nouns: ClassVar[tuple[str, ...]] = ("email_hook", "web_hook")

    audiences: ClassVar[Audiences] = OPEN

    hook_type = models.CharField(max_length=10, choices=choices(HookType), editable=False)
    author = models.ForeignKey(User, on_delete=models.PROTECT, related_name="hooks")
    customer = models.ForeignKey(
        Customer, null=True, blank=True, on_delete=models.CASCADE, related_name="hooks"
    )
    event_types = JsonColumn(default=list, of=str, blank=True)
    event_kinds = JsonColumn(default=list, of=str, blank=True)
    event_groups = JsonColumn(default=list, of=str, blank=True)
    scopes = JsonColumn(default=list, blank=True)
    is_active = models.BooleanField(default=True)
    active_since = models.DateTimeField(editable=False)
    last_published = models.DateTimeField(null=True, blank=True, editable=False)

    destination_url = models.CharField(max_length=2000, blank=True, default="")
    content_type = models.CharField(
        max_length=10, choices=choices(ContentType), default=ContentType.JSON.value
    )
    sealed_secret = text(long=True)
    sealed_previous = text(long=True)
    previous_until = models.DateTimeField(null=True, blank=True, editable=False)
    email = AddressColumn(max_length=320, blank=True, default="")
    email_confirmed_at = models.DateTimeField(null=True, blank=True, editable=False)

    failures = models.PositiveIntegerField(default=0, editable=False)
    failing_since = models.DateTimeField(null=True, blank=True, editable=False)
    paused_until = models.DateTimeField(null=True, blank=True, editable=False)
    last_tried_at = models.DateTimeField(null=True, blank=True, editable=False)
    claimed_until = models.DateTimeField(null=True, blank=True, editable=False)

    objects: ClassVar[HookManager] = HookManager()

    class Meta:
        constraints = (
            one_of("hook_type", HookType, "hook_type_known"),
            one_of("content_type", ContentType, "hook_content_type_known"),
            models.CheckConstraint(
                name="a_hook_leads_somewhere",
                condition=IS_WEB | IS_MAIL,
            ),
        )
        indexes = (
            models.Index(
                fields=["last_tried_at", "id"],
                name="hook_least_recently_tried",
                condition=Q(is_active=True),
            ),
        )

    def __str__(self) -> str:
        return self.destination_url or self.email

    def event_scope(self) -> EventScope:
        """Return the organization whose hook it is, if it is no person's."""
        return EventScope(customer_id=self.customer_id)


class WebHook(Hook):
    """A hook whose events are posted to a URL."""

    objects: ClassVar[HookManager] = HookManager(HookType.WEB)

    class Meta:
        proxy = True
        verbose_name = "webhook"


class EmailHook(Hook):
    """A hook whose events are mailed."""

    objects: ClassVar[HookManager] = HookManager(HookType.EMAIL)

    class Meta:
        proxy = True
        verbose_name = "mail hook"


class HookDelivery(Delivery):
    """One event that one hook is to be sent.

    The event's number and subject stand here too: they decide what may be sent next.
    """

    audiences: ClassVar[Audiences] = OPEN

    lease = Lease(
        lasts=timedelta(minutes=1),
        backoff=Backoff(first=timedelta(seconds=10), factor=3, longest=timedelta(hours=8)),
        most_attempts=17,
    )
    worn_out = "The sender died at every attempt."

    hook = models.ForeignKey(Hook, on_delete=models.CASCADE, related_name="deliveries")
    event = models.ForeignKey(Event, on_delete=models.PROTECT, related_name="+")
    sequence = models.BigIntegerField()
    subject_uuid = models.UUIDField()
    planned_at = models.DateTimeField(db_index=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["hook", "event"], name="an_event_once_a_hook"),
        )
        indexes = (
            models.Index(
                fields=["hook", "next_attempt_at", "sequence"],
                name="hook_delivery_due",
                condition=IS_OPEN,
            ),
            models.Index(
                fields=["hook", "subject_uuid", "sequence"],
                name="hook_delivery_open",
                condition=IS_OPEN,
            ),
            models.Index(fields=["hook", "-sequence"], name="hook_delivery_latest"),
        )
        verbose_name_plural = "hook deliveries"

    def __str__(self) -> str:
        return f"{self.event_id} -> {self.hook_id}"


class HookAttempt(models.Model):
    """One try to send a hook an event, and what came of it."""

    delivery = models.ForeignKey(HookDelivery, on_delete=models.CASCADE, related_name="tries")
    started = models.DateTimeField()
    latency_ms = models.PositiveIntegerField()
    status = models.PositiveSmallIntegerField(null=True, blank=True)
    error = text(long=True)
    answer = text(long=True)

    def __str__(self) -> str:
        return f"{self.status or self.error} for {self.delivery_id}"


class HookPosition(models.Model):
    """How far the event log has been planned, and until when somebody is sending: one row."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=Singleton.ONLY)
    sequence = models.BigIntegerField()
    planned_at = models.DateTimeField()
    sending_until = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = (
            models.CheckConstraint(name="one_hook_position", condition=Q(id=Singleton.ONLY)),
        )

    def __str__(self) -> str:
        return f"planned up to {self.sequence}"
