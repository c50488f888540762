"""An event as it is published: the same in the log, in the feed and to webhooks. Runs no query."""

from __future__ import annotations

from itertools import chain
from typing import Any
from uuid import UUID

from identity.event_types import wire_name


def payload_of(event: Any) -> dict[str, Any]:
    """Return an event as JSON, fetched with `EventQuerySet.for_form()` or with the same rows."""
    parties = ((event.actor, "username"), (event.customer, "name"))
    places = ((event.project, "name"), (event.provider, "name"))
    return {
        "uuid": event.uuid.hex,
        "sequence": event.sequence,
        "created": event.created.isoformat().replace("+00:00", "Z"),
        "event_type": wire_name(event.kind),
        "kind": event.kind,
        "message": event.message,
        "context": context(
            event.payload,
            event.subject_type,
            event.subject_uuid,
            event.source,
            event.target,
            event.resource_uuid,
            *chain.from_iterable(
                (row.uuid, getattr(row, label)) if row else (None, None)
                for row, label in (*parties, *places)
            ),
        ),
    }


def context(
    payload: dict[str, Any], subject_type: str, subject: UUID, source: str, target: str, *rest: Any
) -> dict[str, Any]:
    """Return everything about an event under Waldur's keys, without what is not known."""
    resource, *named = rest
    names = (
        "user_uuid",
        "user_username",
        "customer_uuid",
        "customer_name",
        "project_uuid",
        "project_name",
        "provider_uuid",
        "provider_name",
    )
    context_keys = {
        **dict(zip(names, named, strict=True)),
        f"{subject_type}_uuid": subject,
        "resource_uuid": subject if subject_type == "resource" else resource,
        "old_state": source or None,
        "new_state": target or None,
        **payload,
    }
    return {
        key: value.hex if isinstance(value, UUID) else value
        for key, value in context_keys.items()
        if value is not None
    }
