"""Columns and cells that several apps' admin pages show."""

from __future__ import annotations

import json
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
    "bad": {"erred", "rejected", "dead", "refused", "error creating", "error deleting"},
    "busy": {"executing", "creating", "updating", "terminating", "running", "deleting", "due"},
    "over": {"terminated", "canceled", "archived", "withdrawn", "deleted"},
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


def age(moment: datetime | None) -> str:
    """Return how long ago something was, in its largest unit."""
    return timesince(moment, timezone.now(), depth=1) if moment else EMPTY


def boolean(
    test: Callable[[Any], bool], description: str, ordering: str | None = None
) -> Callable[[Any], bool]:
    """Return a column of yes and no."""

    @admin.display(boolean=True, description=description, ordering=ordering)
    def column(row: Any) -> bool:
        return test(row)

    return column


def pretty(name: str, description: str = "") -> Callable[[Any], str]:
    """Return a read-only field that shows a JSON column laid out for people."""

    @admin.display(description=description or name.replace("_", " "))
    def column(row: Any) -> str:
        value = getattr(row, name)
        if not value:
            return EMPTY
        laid_out = json.dumps(value, indent=2, ensure_ascii=False, cls=DjangoJSONEncoder)
        return format_html('<pre class="json">{}</pre>', laid_out)

    column.__name__ = f"{name}_as_json"
    return column


def paragraphs(name: str, description: str = "") -> Callable[[Any], str]:
    """Return a read-only field that shows a long text as it was written, such as a traceback."""

    @admin.display(description=description or name.replace("_", " "))
    def column(row: Any) -> str:
        value = getattr(row, name)
        return format_html('<pre class="text">{}</pre>', value) if value else EMPTY

    column.__name__ = f"{name}_as_text"
    return column
