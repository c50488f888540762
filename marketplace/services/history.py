"""Events about orders and resources, with those who may read them and what they are about."""

from __future__ import annotations

from typing import TYPE_CHECKING

from identity import events

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from identity.event_catalogue import Kind
    from identity.models import User
    from marketplace.models import Order, Resource


def of_resource(
    kind: Kind,
    resource: Resource,
    *,
    actor: User | None,
    now: datetime,
    message: str,
    states: tuple[str, str] = ("", ""),
    payload: Mapping[str, object] | None = None,
) -> None:
    """Record what happened to a resource, for its project and for its provider."""
    events.record(
        kind,
        resource,
        actor=actor,
        now=now,
        source=states[0],
        target=states[1],
        message=message,
        payload={"offering_uuid": resource.offering.uuid.hex, **(payload or {})},
    )


def of_order(
    kind: Kind,
    order: Order,
    *,
    actor: User | None,
    now: datetime,
    message: str,
    states: tuple[str, str] = ("", ""),
    payload: Mapping[str, object] | None = None,
) -> None:
    """Record what happened to an order, for its project and for its provider."""
    events.record(
        kind,
        order,
        actor=actor,
        now=now,
        source=states[0],
        target=states[1],
        message=message,
        payload={
            "type": order.type,
            "offering_uuid": order.offering.uuid.hex,
            "resource_uuid": order.resource.uuid.hex,
            **(payload or {}),
        },
    )
