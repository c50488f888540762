"""Days and moments in requests: the only fields for them, so that the bounds hold everywhere."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from django.utils import timezone
from django.utils.dateparse import parse_date, parse_datetime
from rest_framework import serializers

from common import times


class DayField(serializers.DateField):
    """A day within the bounds."""

    default_error_messages = {"out_of_range": times.OUT_OF_RANGE}

    def to_internal_value(self, value: Any) -> date:
        """Return the day."""
        day: date = super().to_internal_value(value)
        try:
            return times.day_within(day)
        except times.OutOfRange:
            self.fail("out_of_range")


class MomentField(serializers.DateTimeField):
    """A moment within the bounds, in UTC; that is what it is when it names no time zone."""

    default_error_messages = {"out_of_range": times.OUT_OF_RANGE}

    def enforce_timezone(self, value: datetime) -> datetime:
        """Return the moment in UTC."""
        try:
            return times.in_utc(value)
        except times.OutOfRange:
            self.fail("out_of_range")


class LocalMomentField(MomentField):
    """A moment that keeps the offset it came with: its month is that of the sender's calendar.

    What is stored is to be converted.
    """

    def enforce_timezone(self, value: datetime) -> datetime:
        """Leave the offset alone; without one the moment is in UTC."""
        super().enforce_timezone(value)
        return value if timezone.is_aware(value) else value.replace(tzinfo=UTC)


def written(text: str) -> datetime:
    """Return the moment that a text names: a date, or a date and time, as it is written.

    :raises ValueError: it names none.
    """
    moment = parse_datetime(text)
    if moment is None and (day := parse_date(text)) is not None:
        moment = datetime(day.year, day.month, day.day, tzinfo=UTC)
    if moment is None:
        raise ValueError("not a date or time")
    return moment if timezone.is_aware(moment) else moment.replace(tzinfo=UTC)
