"""The life of a resource: the only writer of `Resource.state`, and what is known of it.

What a provider reports about its delivery is in `delivery`, end dates are in `end_dates`, and what
must be ordered is in `resource_orders`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import ProtectedError

from common import changes, slugs
from common.errors import Conflict
from common.machine import wrong_state
from common.redaction import without_secrets
from marketplace import event_kinds as kinds
from marketplace.lifecycle import (
    CASCADE,
    OPEN,
    RESOURCE,
    OrderState,
    OrderType,
    ResourceState,
)
from marketplace.models import Resource
from marketplace.services import history, locking, plan_periods, project_counts

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date, datetime

    from identity.models import User
    from marketplace.models import Order

MISTAKES = {"error_message": "", "error_traceback": ""}


class HasUsage(Conflict):
    """Usage was reported for the resource, and what was used stays on record."""

    code = "has_usage"


@transaction.atomic
def advance(
    resource: Resource,
    action: str,
    *,
    actor: User | None,
    now: datetime,
    mistakes: Mapping[str, str] | None = None,
) -> None:
    """Move a resource along the table and record the event, or do neither.

    The caller holds the locks of the project and of the resource.

    :raises IllegalTransition: the table has no such step from the present state.
    """
    source = ResourceState(resource.state)
    (target,) = RESOURCE.targets(action)
    RESOURCE.check(action, source, target)
    columns: dict[str, object] = {"state": target, "modified": now}
    if target is ResourceState.ERRED or target is ResourceState.OK:
        columns |= MISTAKES | dict(mistakes or {})
    if not Resource.objects.filter(pk=resource.pk, state=source).update(**columns):
        raise wrong_state("another", [source])
    for name, value in columns.items():
        setattr(resource, name, value)
    if ResourceState.TERMINATED in {source, target}:
        plan_periods.end(resource, now=now)
        project_counts.recount(resource.project)
    history.of_resource(
        kinds.RESOURCE_ACTIONS[action],
        resource,
        actor=actor,
        now=now,
        message=f"Resource {resource.name} is {target}; it was {source}.",
        states=(source, target),
    )


@transaction.atomic
def set_as_ok(resource: Resource, *, actor: User, now: datetime) -> None:
    """Say that an error is resolved; while an order executes, the resource is again as that wants.

    :raises IllegalTransition: the resource is not erred.
    """
    held = locking.resource(resource)
    if held.state == ResourceState.OK:
        return  # a site agent says so after every synchronisation
    RESOURCE.check("resolved", ResourceState(held.state))
    executing = open_order(held)
    action = "resolved"
    if executing is not None and executing.state == OrderState.EXECUTING:
        action = CASCADE.get((OrderType(executing.type), OrderState.EXECUTING), action)
    advance(held, action, actor=actor, now=now)


@transaction.atomic
def set_as_erred(
    resource: Resource,
    *,
    actor: User,
    now: datetime,
    error_message: str = "",
    error_traceback: str = "",
) -> None:
    """Say that a resource does not work, and why.

    :raises IllegalTransition: the resource is terminated.
    """
    held = locking.resource(resource)
    mistakes = {
        "error_message": without_secrets(error_message),
        "error_traceback": without_secrets(error_traceback),
    }
    advance(held, "broke", actor=actor, now=now, mistakes=mistakes)


@transaction.atomic
def set_slug(resource: Resource, slug: str, *, actor: User, now: datetime) -> None:
    """Give a resource another short name, unique in the whole service.

    :raises slugs.Taken: another resource has it, or had it.
    """
    held = locking.resource(resource)
    with slugs.refusing_taken(held):
        changed = changes.write(held, {"slug": slug}, now=now)
    if changed:
        history.of_resource(
            kinds.RESOURCE_SLUG_SET,
            held,
            actor=actor,
            now=now,
            message=f"Resource {held.name} has the slug {slug}.",
            payload={"slug": slug},
        )


@transaction.atomic
def unlink(resource: Resource, *, actor: User, now: datetime) -> None:
    """Delete a resource and its orders without touching what the provider has of it.

    :raises HasUsage: usage was reported for it.
    """
    held = locking.resource(resource)
    history.of_resource(
        kinds.RESOURCE_UNLINKED,
        held,
        actor=actor,
        now=now,
        message=f"Resource {held.name} was unlinked.",
        states=(held.state, ""),
    )
    try:
        held.delete()
    except ProtectedError as error:
        raise HasUsage("Usage was reported for this resource; terminate it instead.") from error
    project_counts.recount(held.project)


def record_usage_snapshot(
    resource: Resource,
    *,
    current_usages: Mapping[str, str],
    limit_usage: Mapping[str, object],
    month: date,
    following: Mapping[str, Mapping[str, object]],
    now: datetime,
) -> None:
    """Write down what accounting has summed up: a month's usage, and that against the limits.

    The same of the `following` month will be shown from its first second on.

    Part of accounting's transaction, whose event it shares.
    """
    wanted = {
        "current_usages": dict(current_usages),
        "limit_usage": dict(limit_usage),
        "usage_month": month,
        "following_usages": dict(following),
    }
    changes.write(resource, wanted, now=now)


def open_order(resource: Resource) -> Order | None:
    """Return the one order that still holds the resource, if there is one."""
    return resource.orders.filter(state__in=OPEN).first()
