"""The life of an order and of a resource, as tables. Pure: importable without Django.

States are spelled as the API spells them. The resource's diagram is that of the EFP Allocations
overview; added to it are only the edges that an order which never began needs (a resource that was
reserved and is abandoned) and the restoration of a terminated allocation.
"""

from enum import StrEnum

from common.machine import Machine


class OrderType(StrEnum):
    """What an order asks for."""

    CREATE = "Create"
    UPDATE = "Update"
    TERMINATE = "Terminate"
    RESTORE = "Restore"


class OrderState(StrEnum):
    """Where an order stands."""

    PENDING_CONSUMER = "pending-consumer"
    PENDING_PROVIDER = "pending-provider"
    PENDING_PROJECT = "pending-project"
    PENDING_START_DATE = "pending-start-date"
    EXECUTING = "executing"
    DONE = "done"
    ERRED = "erred"
    CANCELED = "canceled"
    REJECTED = "rejected"


class ResourceState(StrEnum):
    """Where an allocation stands."""

    CREATING = "Creating"
    OK = "OK"
    ERRED = "Erred"
    UPDATING = "Updating"
    TERMINATING = "Terminating"
    TERMINATED = "Terminated"


class OfferingState(StrEnum):
    """Whether an offering can be ordered."""

    DRAFT = "Draft"
    ACTIVE = "Active"
    PAUSED = "Paused"
    UNAVAILABLE = "Unavailable"
    ARCHIVED = "Archived"


WAITING = frozenset(
    {
        OrderState.PENDING_CONSUMER,
        OrderState.PENDING_PROVIDER,
        OrderState.PENDING_PROJECT,
        OrderState.PENDING_START_DATE,
    }
)
OPEN = WAITING | {OrderState.EXECUTING}
"""The states in which an order still holds its resource: one such order per resource."""

ENDED = frozenset(OrderState) - OPEN

ORDER = Machine(
    {
        "approve_by_consumer": (
            frozenset({OrderState.PENDING_CONSUMER}),
            frozenset(
                {
                    OrderState.PENDING_PROVIDER,
                    OrderState.PENDING_PROJECT,
                    OrderState.PENDING_START_DATE,
                    OrderState.EXECUTING,
                }
            ),
        ),
        "approve_by_provider": (
            frozenset({OrderState.PENDING_PROVIDER}),
            frozenset({OrderState.PENDING_START_DATE, OrderState.EXECUTING}),
        ),
        "reject_by_consumer": (
            frozenset({OrderState.PENDING_CONSUMER}),
            frozenset({OrderState.REJECTED}),
        ),
        "reject_by_provider": (
            frozenset({OrderState.PENDING_PROVIDER}),
            frozenset({OrderState.REJECTED}),
        ),
        "start": (
            frozenset({OrderState.PENDING_PROJECT, OrderState.PENDING_START_DATE}),
            frozenset({OrderState.PENDING_PROVIDER, OrderState.EXECUTING}),
        ),
        "set_state_executing": (
            frozenset({OrderState.PENDING_CONSUMER, OrderState.PENDING_PROVIDER, OrderState.ERRED}),
            frozenset({OrderState.EXECUTING}),
        ),
        "complete": (frozenset({OrderState.EXECUTING}), frozenset({OrderState.DONE})),
        "fail": (frozenset({OrderState.EXECUTING}), frozenset({OrderState.ERRED})),
        "retry": (frozenset({OrderState.ERRED}), frozenset({OrderState.EXECUTING})),
        "cancel": (WAITING | {OrderState.EXECUTING}, frozenset({OrderState.CANCELED})),
    }
)

_LIVE = frozenset({ResourceState.OK, ResourceState.ERRED})

RESOURCE = Machine(
    {
        "created": (
            frozenset({ResourceState.CREATING, ResourceState.ERRED}),
            frozenset({ResourceState.OK}),
        ),
        "updating": (_LIVE, frozenset({ResourceState.UPDATING})),
        "updated": (
            frozenset({ResourceState.UPDATING, ResourceState.ERRED}),
            frozenset({ResourceState.OK}),
        ),
        "kept": (frozenset({ResourceState.UPDATING}), frozenset({ResourceState.OK})),
        "terminating": (_LIVE, frozenset({ResourceState.TERMINATING})),
        "terminated": (
            frozenset({ResourceState.TERMINATING, ResourceState.ERRED}),
            frozenset({ResourceState.TERMINATED}),
        ),
        "restoring": (
            frozenset({ResourceState.TERMINATED, ResourceState.ERRED}),
            frozenset({ResourceState.CREATING}),
        ),
        "broke": (
            frozenset(ResourceState) - {ResourceState.TERMINATED},
            frozenset({ResourceState.ERRED}),
        ),
        "resolved": (frozenset({ResourceState.ERRED}), frozenset({ResourceState.OK})),
        "abandoned": (
            frozenset({ResourceState.CREATING, ResourceState.ERRED}),
            frozenset({ResourceState.TERMINATED}),
        ),
    }
)

OFFERING = Machine(
    {
        "activate": (
            frozenset({OfferingState.DRAFT, OfferingState.UNAVAILABLE, OfferingState.ARCHIVED}),
            frozenset({OfferingState.ACTIVE}),
        ),
        "pause": (frozenset({OfferingState.ACTIVE}), frozenset({OfferingState.PAUSED})),
        "unpause": (frozenset({OfferingState.PAUSED}), frozenset({OfferingState.ACTIVE})),
        "archive": (
            frozenset(OfferingState) - {OfferingState.ARCHIVED},
            frozenset({OfferingState.ARCHIVED}),
        ),
        "draft": (
            frozenset(OfferingState) - {OfferingState.DRAFT},
            frozenset({OfferingState.DRAFT}),
        ),
    }
)

CASCADE: dict[tuple[OrderType, OrderState], str] = {
    (OrderType.CREATE, OrderState.DONE): "created",
    (OrderType.CREATE, OrderState.ERRED): "broke",
    (OrderType.CREATE, OrderState.REJECTED): "abandoned",
    (OrderType.CREATE, OrderState.CANCELED): "abandoned",
    (OrderType.UPDATE, OrderState.EXECUTING): "updating",
    (OrderType.UPDATE, OrderState.DONE): "updated",
    (OrderType.UPDATE, OrderState.ERRED): "broke",
    (OrderType.TERMINATE, OrderState.EXECUTING): "terminating",
    (OrderType.TERMINATE, OrderState.DONE): "terminated",
    (OrderType.TERMINATE, OrderState.ERRED): "broke",
    (OrderType.RESTORE, OrderState.EXECUTING): "restoring",
    (OrderType.RESTORE, OrderState.DONE): "created",
    (OrderType.RESTORE, OrderState.ERRED): "broke",
}
"""What an order's arrival in a state does to its resource; nothing where there is no entry.

A retried Create leaves the resource erred until it is done, as the diagram has no way back to
Creating.
"""

INTERRUPTED: dict[OrderType, str] = {
    OrderType.CREATE: "abandoned",
    OrderType.UPDATE: "kept",
    OrderType.TERMINATE: "broke",
    OrderType.RESTORE: "abandoned",
}
"""What the end of an order does to its resource when it was executing but shall no longer."""


def effect(kind: OrderType, source: OrderState, target: OrderState) -> str | None:
    """Return what an order's step does to its resource, or None where it does nothing."""
    if source is OrderState.EXECUTING and target is OrderState.CANCELED:
        return INTERRUPTED[kind]
    return CASCADE.get((kind, target))


USABLE = frozenset(
    {ResourceState.OK, ResourceState.ERRED, ResourceState.UPDATING, ResourceState.TERMINATING}
)
REPORTABLE = USABLE
"""The states in which usage may be reported: also while something is wrong, it may be used."""
