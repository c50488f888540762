"""Query parameters that usages share, whatever they are of."""

from __future__ import annotations

from datetime import UTC, datetime, time
from typing import TYPE_CHECKING, Any

from accounting.ledger import month_of
from common.api.filters import Day, Number

if TYPE_CHECKING:
    from datetime import date

    from django.db.models import QuerySet

FAR = 9999


def midnight(day: date) -> datetime:
    """Return the first moment of a day."""
    return datetime.combine(day, time(), tzinfo=UTC)


class OnOrAfter(Day):
    """Of the month that the day is in, or of a later one: whenever it was reported."""

    hint = "In the month of this day (`YYYY-MM-DD`) or a later one."

    def filter(self, qs: QuerySet[Any], value: date | None) -> QuerySet[Any]:
        """Compare months: on a site's calendar they begin earlier or later than in UTC."""
        return qs.filter(**{f"{self.field_name}__gte": month_of(value)}) if value else qs


class OnOrBefore(Day):
    """Of the month that the day is in, or of an earlier one: whenever it was reported."""

    hint = "In the month of this day (`YYYY-MM-DD`) or an earlier one."

    def filter(self, qs: QuerySet[Any], value: date | None) -> QuerySet[Any]:
        """Compare months: on a site's calendar they begin earlier or later than in UTC."""
        return qs.filter(**{f"{self.field_name}__lte": month_of(value)}) if value else qs


class PartOfDate(Number):
    """A year or a month; clients write `2026.0`."""

    def filter(self, qs: QuerySet[Any], value: Any) -> QuerySet[Any]:
        """Keep the rows whose date has it; none has a part that is not a whole number."""
        if value is None:
            return qs
        if not value.is_finite() or value != value.to_integral_value() or not 0 < value < FAR:
            return qs.none()
        return qs.filter(**{str(self.field_name): int(value)})
