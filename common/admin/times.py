"""Days and moments in forms: the only fields for them, so that the bounds hold everywhere."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.core.exceptions import ValidationError

from common import times

if TYPE_CHECKING:
    from datetime import date, datetime


def _day(day: date | None) -> date | None:
    try:
        return day and times.day_within(day)
    except times.OutOfRange as error:
        raise ValidationError(str(error)) from error


def _moment(moment: datetime | None) -> datetime | None:
    try:
        return moment and times.in_utc(moment)
    except times.OutOfRange as error:
        raise ValidationError(str(error)) from error


class DayFormField(forms.DateField):
    """A day within the bounds."""

    def clean(self, value: Any) -> date | None:
        """Return the day.

        :raises ValidationError: it is none, or out of range.
        """
        return _day(super().clean(value))


class MomentFormField(forms.DateTimeField):
    """A moment within the bounds."""

    def clean(self, value: Any) -> datetime | None:
        """Return the moment in UTC.

        :raises ValidationError: it is none, or out of range.
        """
        return _moment(super().clean(value))


class SplitMomentField(forms.SplitDateTimeField):
    """A moment within the bounds, its day and its time apart."""

    def clean(self, value: Any) -> datetime | None:
        """Return the moment in UTC.

        :raises ValidationError: it is none, or out of range.
        """
        return _moment(super().clean(value))
