"""Columns and cells that several apps' admin pages show."""

from __future__ import annotations

import json
from collections.abc import Mapping
from operator import attrgetter
from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.core.serializers.json import DjangoJSONEncoder
from django.utils import timezone
from django.utils.html import format_html
from django.utils.timesince import timesince

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

EMPTY = "-"

TONES = {
    "good": {"ok", "done", "active", "delivered"},
    "bad": {
        "erred",
        "rejected",
        "dead",
        "refused",
        "error",
        "error creating",
        "error deleting",
        "critical",
    },
    "busy": {"executing", "creating", "updating", "terminating", "running", "deleting", "due"},
    "over": {"terminated", "canceled", "archived", "withdrawn", "deleted", "idle"},
}
"""How states are coloured; whatever is not here waits for somebody."""


def tone(state: str) -> str:
    """Return the name of the colour that goes with a state."""
    return next((name for name, states in TONES.items() if state.lower() in states), "waiting")


def badge(state: str) -> str:
    """Return a state as a coloured word; the colour says nothing that the word does not."""
    return format_html('<span class="state state-{}">{}</span>', tone(state), state)


@admin.display(description="state", ordering="state")
def state(row: Any) -> str:
    """Return the state of a row as a coloured word."""
    return badge(row.state)


def tinted(name: str) -> Callable[[Any], str]:
    """Return a column of words that are coloured as states are."""

    @admin.display(description=name.replace("_", " "), ordering=name)
    def column(row: Any) -> str:
        return badge(getattr(row, name))

    column.__name__ = f"{name}_tinted"
    return column


def age(moment: datetime | None) -> str:
    """Return how long ago something was, in its largest unit."""
    return timesince(moment, timezone.now(), depth=1) if moment else EMPTY


def of(path: str, description: str) -> Callable[[Any], str]:
    """Return a column of something that belongs to a row, such as `offering.name`."""

    @admin.display(description=description, ordering=path.replace(".", "__"))
    def column(row: Any) -> str:
        return str(attrgetter(path)(row) or EMPTY)

    column.__name__ = path.replace(".", "_")
    return column


def person(name: str, description: str = "") -> Callable[[Any], str]:
    """Return a column of somebody: by name, since many user names are long identifiers."""

    @admin.display(description=description or name.replace("_", " "), ordering=f"{name}__username")
    def column(row: Any) -> str:
        user = getattr(row, name)
        return (user.full_name or user.username) if user is not None else EMPTY

    column.__name__ = f"{name}_by_name"
    return column


def amount(name: str, description: str = "") -> Callable[[Any], str]:
    """Return a column of money, without the zeros that its ten decimals end in."""

    @admin.display(description=description or name.replace("_", " "), ordering=name)
    def column(row: Any) -> str:
        value = getattr(row, name)
        if value is None:
            return EMPTY
        exact = value.normalize()
        return f"{exact:f}" if exact.as_tuple().exponent < -2 else f"{value:.2f}"

    column.__name__ = f"{name}_of_money"
    return column


def pretty(name: str, description: str = "") -> Callable[[Any], str]:
    """Return a read-only field that shows a JSON column laid out for people."""

    @admin.display(description=description or name.replace("_", " "))
    def column(row: Any) -> str:
        value = getattr(row, name)
        if not value:
            return EMPTY
        return format_html('<pre class="json">{}</pre>', _laid_out(value))

    column.__name__ = f"{name}_as_json"
    return column


def _laid_out(value: Any) -> str:
    """Return a flat object as lines, and anything deeper as JSON."""
    if isinstance(value, Mapping) and not any(isinstance(v, (dict, list)) for v in value.values()):
        return "\n".join(f"{name}: {inner}" for name, inner in value.items())
    return json.dumps(value, indent=2, ensure_ascii=False, cls=DjangoJSONEncoder)


def paragraphs(name: str, description: str = "") -> Callable[[Any], str]:
    """Return a read-only field that shows a long text as it was written, such as a traceback."""

    @admin.display(description=description or name.replace("_", " "))
    def column(row: Any) -> str:
        value = getattr(row, name)
        return format_html('<pre class="text">{}</pre>', value) if value else EMPTY

    column.__name__ = f"{name}_as_text"
    return column
