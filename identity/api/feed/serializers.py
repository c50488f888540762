"""What the event feed answers."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from common.api.reads.outputs import MapField, UuidField


class ToldEvent(serializers.Serializer[Any]):
    """Something that happened; webhooks carry the same."""

    uuid = UuidField()
    sequence = serializers.IntegerField()
    created = serializers.DateTimeField()
    event_type = serializers.CharField()
    kind = serializers.CharField()
    message = serializers.CharField()
    context = MapField()  # type: ignore[assignment]


class EventFeed(serializers.Serializer[Any]):
    """A part of the feed, and the cursor to go on from."""

    events = ToldEvent(many=True)
    next = serializers.CharField()
    has_more = serializers.BooleanField()


class CursorGone(serializers.Serializer[Any]):
    """The cursor is too old; `oldest` is the one to start again from."""

    detail = serializers.CharField()
    code = serializers.CharField()
    oldest = serializers.CharField()


class ServedElsewhere(serializers.Serializer[Any]):
    """Where streams are served."""

    detail = serializers.CharField()
    code = serializers.CharField()
    url = serializers.CharField(required=False)
