"""What the accounting adds to the marketplace's reads (`marketplace.contributions`)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Q

from accounting.models import ComponentUsage

if TYPE_CHECKING:
    from datetime import date


def is_used_since(day: date) -> Q:
    """Return the condition that usage was reported for a month of a resource since a day."""
    used = ComponentUsage.objects.filter(billing_period__gte=day, usage__gt=0)
    return Q(pk__in=used.values("resource"))
