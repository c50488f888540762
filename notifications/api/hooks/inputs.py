"""What requests about hooks carry."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from rest_framework import serializers

from common.api.inputs import AddressField, Input, UrlOrUuid
from common.api.reads.outputs import EnumField
from common.api.times import written
from common.times import clamped
from identity import waldur_events
from identity.event_types import is_kind
from identity.models import Customer
from notifications.event_filters import EVERYTHING
from notifications.models.hook import ContentType
from notifications.services.hook_replay import Stretch

MOST_WORDS = 1000
HIGHEST_NUMBER = 2**63 - 1


class Kinds(serializers.ListField):
    """Kinds of events by our own names: `order.done`, all of orders (`order.*`), or all (`*`)."""

    default_error_messages = {"not_a_kind": '"{word}" is not a valid choice.'}

    def __init__(self, **kwargs: Any) -> None:
        """Bound the list: it is stored in one row."""
        super().__init__(
            child=serializers.CharField(max_length=80), max_length=MOST_WORDS, **kwargs
        )

    def to_internal_value(self, data: Any) -> list[str]:
        """Return the kinds, each once."""
        words = sorted(set(super().to_internal_value(data)))
        for word in words:
            if not self.is_known(word):
                self.fail("not_a_kind", word=word)
        return words

    def is_known(self, word: str) -> bool:
        """Tell whether there is such a kind, or there are any of a noun."""
        return word == EVERYTHING or is_kind(word)


class Types(Kinds):
    """Types of events by Waldur's names, or kinds by our own."""

    def is_known(self, word: str) -> bool:
        """Tell whether there is such a type or kind."""
        return word in waldur_events.TYPES or super().is_known(word)


class Groups(Kinds):
    """Groups of types, as Waldur forms them."""

    def is_known(self, word: str) -> bool:
        """Tell whether there is such a group."""
        return word in waldur_events.GROUPS


class HookInput(Input):
    """Which events a hook is sent, and whether it is sent any."""

    event_types = Types(required=False)
    event_kinds = Kinds(required=False)
    event_groups = Groups(required=False)
    scopes = serializers.ListField(
        child=serializers.UUIDField(), required=False, max_length=MOST_WORDS
    )
    is_active = serializers.BooleanField(required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Return the words as they are stored: our own kinds apart from Waldur's types."""
        if "event_types" in attrs:
            own = set(attrs["event_types"]) - waldur_events.TYPES
            attrs["event_types"] = sorted(set(attrs["event_types"]) - own)
            if own or "event_kinds" in attrs:
                attrs["event_kinds"] = sorted(own.union(attrs.get("event_kinds", ())))
        if "scopes" in attrs:
            attrs["scopes"] = sorted({uuid.hex for uuid in attrs["scopes"]})
        return attrs


class WebHookInput(HookInput):
    """Where a webhook leads, and the form of its body."""

    destination_url = serializers.CharField(max_length=2000)
    content_type = EnumField(ContentType, required=False)


class EmailHookInput(HookInput):
    """Where the mails of a hook go."""

    email = AddressField()


class _NewHook(HookInput):
    """A new hook is the caller's, unless it is an organisation's."""

    customer = UrlOrUuid("customer-detail", Customer, required=False, allow_null=True)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Return what is asked for, with whose it is to be: that decides who may ask."""
        return {"customer": None, **super().validate(attrs)}


class NewWebHookInput(_NewHook, WebHookInput):
    """A new webhook."""


class NewEmailHookInput(_NewHook, EmailHookInput):
    """A new mail hook."""


class RotateSecretInput(Input):
    """For how long the former secret signs as well."""

    overlap_hours = serializers.IntegerField(min_value=0, max_value=7 * 24, default=24)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Return a time."""
        return {"overlap": timedelta(hours=attrs["overlap_hours"])}


class Bound(serializers.CharField):
    """The end of a stretch of the log: a cursor of the event feed, or a time."""

    default_error_messages = {"invalid": "Enter a cursor of the event feed, or a date and time."}

    def to_internal_value(self, data: Any) -> int | datetime:  # type: ignore[override]
        """Return a number or a time."""
        text = super().to_internal_value(data)
        if text.isascii() and text.isdecimal() and int(text[:20]) <= HIGHEST_NUMBER:
            return int(text)
        try:
            return clamped(written(text))
        except ValueError:
            self.fail("invalid")


class ReplayInput(Input):
    """One event, a stretch of the log, or all that was given up."""

    event_uuid = serializers.UUIDField(required=False)
    after = Bound(required=False)
    before = Bound(required=False)
    state = serializers.ChoiceField(choices=["dead"], required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Return exactly one of the three.

        :raises ValidationError: none or several are given.
        """
        stretch = Stretch(attrs.get("after"), attrs.get("before"))
        asked = [bool(attrs.get("event_uuid")), stretch != Stretch(), "state" in attrs]
        if sum(asked) != 1:
            raise serializers.ValidationError(
                "Give either event_uuid, or after and before, or state."
            )
        if stretch != Stretch():
            return {"stretch": stretch}
        return {"event_uuid": attrs.get("event_uuid")}
