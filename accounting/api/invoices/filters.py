"""Query parameters of invoices and of their items, checked as if there were any."""

from __future__ import annotations

from typing import Any

from accounting.api.invoices.serializers import STATES, InvoiceOutput
from common.api.filters import (
    ApiFilterSet,
    Choices,
    Day,
    Exact,
    Flag,
    Number,
    OneUuid,
    Ordering,
    Texts,
    several,
)


class Whole(Number):
    """A whole number."""

    api_schema = {"type": "integer"}


class ChosenKeys(Texts):
    """The keys that a client wants to see of each row."""

    def __init__(self, output: Any) -> None:
        """Take the output that has them."""
        super().__init__()
        self.api_schema = several({"type": "string", "enum": sorted(output().fields)})


class InvoiceItemFilter(ApiFilterSet):
    """Items by whose they are and by the month."""

    credit_uuid = OneUuid()
    customer_uuid = OneUuid()
    month = Whole()
    offering_uuid = OneUuid()
    project_uuid = OneUuid()
    resource_uuid = OneUuid()
    start_month = Number()
    start_year = Number()
    year = Whole()


class InvoiceFilter(ApiFilterSet):
    """Invoices by organisation, month and state."""

    accounting_is_running = Flag()
    created = Day()
    customer = Exact()
    customer_uuid = OneUuid()
    end_date = Day()
    field = ChosenKeys(InvoiceOutput)
    month = Whole()
    o = Ordering({"created": "created", "month": "month", "year": "year"})
    start_date = Day()
    state = Choices(None, dict.fromkeys(STATES))
    year = Whole()
