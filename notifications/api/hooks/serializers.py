"""What hooks and their deliveries look like."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rest_framework import serializers

from common.api.reads.outputs import Computed, EnumField, Nested, Output, UrlField, UuidField
from identity.event_types import wire_name
from notifications.models import EmailHook, Hook, HookAttempt, HookDelivery, WebHook
from notifications.models.hook import ContentType, HookType

if TYPE_CHECKING:
    from datetime import datetime

COMMON = (
    "author_email",
    "author_fullname",
    "author_username",
    "author_uuid",
    "created",
    "customer",
    "customer_name",
    "customer_uuid",
    "event_groups",
    "event_kinds",
    "event_types",
    "failing_since",
    "hook_type",
    "is_active",
    "last_published",
    "modified",
    "paused_until",
    "scopes",
    "url",
    "uuid",
)
ALWAYS = (
    "author_email",
    "author_fullname",
    "author_username",
    "author_uuid",
    "created",
    "event_groups",
    "event_kinds",
    "event_types",
    "hook_type",
    "is_active",
    "modified",
    "scopes",
    "url",
    "uuid",
)
"""Keys of every hook; Waldur has all of them but those of the organisation and of its state."""


def full_name(first: str, last: str) -> str:
    """Return a person's name as people write it."""
    return f"{first} {last}".strip()


def words() -> Any:
    """Return a list of words, such as types of events."""
    return serializers.ListField(child=serializers.CharField())


class _HookOutput(Output):
    """What all hooks have."""

    author_email = serializers.CharField(source="author.email")
    author_fullname = Computed(
        "author.first_name", "author.last_name", fn=full_name, output=serializers.CharField()
    )
    author_username = serializers.CharField(source="author.username")
    author_uuid = UuidField(source="author.uuid")
    customer = UrlField("customer-detail", source="customer.uuid")
    customer_name = serializers.CharField(source="customer.name")
    customer_uuid = UuidField(source="customer.uuid")
    event_groups = words()
    event_kinds = words()
    event_types = words()
    hook_type = EnumField(HookType)
    scopes = words()


class WebHookOutput(_HookOutput):
    """A hook that tells of events by HTTP; its secret is shown only when it is new."""

    class Meta:
        model = WebHook
        fields = (*COMMON, "content_type", "destination_url", "previous_until", "secret")
        always = (*ALWAYS, "content_type", "destination_url")

    content_type = EnumField(ContentType)
    secret = Computed(fn=lambda: None, output=serializers.CharField())
    url = UrlField("webhook-detail")


class EmailHookOutput(_HookOutput):
    """A hook that tells of events by mail."""

    class Meta:
        model = EmailHook
        fields = (*COMMON, "email")
        always = (*ALWAYS, "email")

    email = serializers.CharField()
    url = UrlField("emailhook-detail")


class HookOutput(_HookOutput):
    """A hook of either type: with a `destination_url` or with an `email`."""

    class Meta:
        model = Hook
        fields = tuple(
            key for key in (*COMMON, "content_type", "destination_url", "email") if key != "url"
        )
        always = tuple(key for key in ALWAYS if key != "url")

    content_type = Computed(
        "hook_type",
        "content_type",
        fn=lambda sort, value: value if sort == HookType.WEB else None,
        output=EnumField(ContentType),
    )
    destination_url = Computed(
        "destination_url", fn=lambda value: value or None, output=serializers.CharField()
    )
    email = Computed("email", fn=lambda value: value or None, output=serializers.CharField())


class HookAttemptOutput(Output):
    """One attempt of a delivery, and what came of it."""

    class Meta:
        model = HookAttempt
        fields = ("answer", "error", "latency_ms", "started", "status")
        always = ("answer", "error", "latency_ms", "started")


def state_of(delivered_at: datetime | None, dead: bool) -> str:  # noqa: FBT001 - a column
    """Return whether a delivery waits, is done, or was given up."""
    if delivered_at is not None:
        return "delivered"
    return "dead" if dead else "pending"


class HookDeliveryOutput(Output):
    """The delivery of an event to a hook, and how it goes."""

    class Meta:
        model = HookDelivery
        fields = (
            "attempts",
            "delivered_at",
            "event_kind",
            "event_type",
            "event_uuid",
            "next_attempt_at",
            "planned_at",
            "sequence",
            "state",
            "tries",
        )
        always = tuple(name for name in fields if name != "delivered_at")

    event_kind = serializers.CharField(source="event.kind")
    event_type = Computed("event.kind", fn=wire_name, output=serializers.CharField())
    event_uuid = UuidField(source="event.uuid")
    state = Computed(
        "delivered_at",
        "dead",
        fn=state_of,
        output=serializers.ChoiceField(choices=["pending", "delivered", "dead"]),
    )
    tries = Nested(HookAttemptOutput, source="tries", many=True)


class WebHookPing(serializers.Serializer[Any]):
    """The event that was recorded for the test."""

    event_uuid = serializers.CharField()


class WebHookReplayed(serializers.Serializer[Any]):
    """How many deliveries were planned; with `next`, there are more events beyond that number."""

    replayed = serializers.IntegerField()
    next = serializers.IntegerField(allow_null=True)
