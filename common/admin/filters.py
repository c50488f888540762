"""Filters of changelists that several apps use."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.utils import timezone

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django.http import HttpRequest

AGES = {
    "day": ("Less than a day", timedelta(0), timedelta(days=1)),
    "week": ("A day to a week", timedelta(days=1), timedelta(days=7)),
    "month": ("A week to 30 days", timedelta(days=7), timedelta(days=30)),
    "older": ("More than 30 days", timedelta(days=30), timedelta(days=36500)),
}


class AgeFilter(admin.SimpleListFilter):
    """How long ago the rows were made."""

    title = "age"
    parameter_name = "age"
    column = "created"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """Return the choices."""
        return [(key, label) for key, (label, _, _) in AGES.items()]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Keep the rows of the chosen age."""
        chosen = AGES.get(self.value() or "")
        if chosen is None:
            return queryset
        _, youngest, oldest = chosen
        now = timezone.now()
        return queryset.filter(
            **{f"{self.column}__gt": now - oldest, f"{self.column}__lte": now - youngest}
        )


class EndFilter(admin.SimpleListFilter):
    """How soon the rows come to their end."""

    title = "end"
    parameter_name = "ends"
    column = "end_date"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """Return the choices."""
        return [
            ("7", "Within a week"),
            ("30", "Within 30 days"),
            ("90", "Within 90 days"),
            ("over", "Over"),
            ("never", "Open"),
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Keep the rows that end then."""
        chosen, today = self.value() or "", timezone.now().date()
        if chosen == "never":
            return queryset.filter(**{f"{self.column}__isnull": True})
        if chosen == "over":
            return queryset.filter(**{f"{self.column}__lt": today})
        if chosen not in {"7", "30", "90"}:
            return queryset
        last = today + timedelta(days=int(chosen))
        return queryset.filter(**{f"{self.column}__gte": today, f"{self.column}__lte": last})
