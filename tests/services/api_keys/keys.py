"""Values of keys, and how a key stands."""

from __future__ import annotations

from typing import TYPE_CHECKING

from identity.models import Event

if TYPE_CHECKING:
    from allocations.models import ResourceApiKey

SECRET = "sk-never-to-be-read"
OTHER = "sk-another-one"


def kinds():
    return [kind.removeprefix("api_key.") for kind in all_kinds()]


def all_kinds():
    return list(Event.objects.order_by("pk").values_list("kind", flat=True))


def stands(key: ResourceApiKey) -> tuple[str, str, str]:
    key.refresh_from_db()
    return key.state, key.pending_action, key.error_message
