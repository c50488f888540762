"""A panel of the dashboard, and the texts and links that its cells consist of."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.urls import NoReverseMatch, reverse
from django.utils.http import urlencode
from django.utils.timesince import timesince

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from django.db.models import Model

SHOWN = 8
"""How many rows a panel shows at most."""

LATE = timedelta(minutes=1)
"""After how long work that the machine should have done counts as behind."""


@dataclass(frozen=True)
class Cell:
    """A text, with the address it leads to."""

    text: str
    url: str = ""


@dataclass(frozen=True)
class DashboardPanel:
    """A table of what waits for somebody; without rows, `nothing` says that all is well."""

    title: str
    headings: tuple[str, ...]
    rows: Sequence[Sequence[Cell]]
    nothing: str
    more: Cell | None = field(default=None)


def age(moment: datetime, now: datetime) -> str:
    """Return how long ago a moment is, in one unit."""
    return timesince(moment, now, depth=1)


def page_of(row: Model) -> str:
    """Return the address of a row's page."""
    options = row._meta
    return reverse(f"admin:{options.app_label}_{options.model_name}_change", args=[row.pk])


def page_of_subject(subject: str) -> str:
    """Return the page of a row that is named by its model and key; none for a part of a task."""
    label, _, key = subject.rpartition(" ")
    if not label:
        return ""
    try:
        return reverse(f"admin:{label.lower().replace('.', '_')}_change", args=[key])
    except NoReverseMatch:
        return ""


def list_of(model: type[Model], **query: str | int) -> str:
    """Return the address of a model's list, narrowed by a query."""
    options = model._meta
    address = reverse(f"admin:{options.app_label}_{options.model_name}_changelist")
    return f"{address}?{urlencode(query)}"


def link_to_all(found: Iterable[Any], model: type[Model], **query: str | int) -> Cell | None:
    """Return a link to the whole list when there is more than a panel shows."""
    is_more = len(list(found)) > SHOWN
    return Cell("Show all", list_of(model, **query)) if is_more else None
