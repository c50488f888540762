"""Locks on what an order touches, always taken down the chain: project, resource, order.

What comes back is read under the lock: decide on that, not on what the caller brought.
"""

from __future__ import annotations

from common.errors import Missing
from common.machine import wrong_state
from identity.models import Customer, Project
from marketplace.lifecycle import ResourceState
from marketplace.models import Offering, Order, Resource


class RowGone(Missing):
    """The row was deleted between reading and locking it."""


def project(pk: int) -> Project:
    """Lock a project against changes, not against references to it.

    Its organisation is read afterwards: the project may have been moved while we waited.
    """
    locked: Project = Project.objects.select_for_update(no_key=True).get(pk=pk)
    locked.customer = Customer.objects.get(pk=locked.customer_id)
    return locked


def offering(pk: int) -> Offering:
    """Lock an offering, so that what is left of it can be counted."""
    rows = Offering.objects.select_for_update(no_key=True, of=("self",)).select_related("customer")
    locked: Offering = rows.get(pk=pk)
    return locked


def resource(found: Resource, *, with_offering: bool = False) -> Resource:
    """Lock a resource after its project, and after its offering where that is to be counted.

    :raises RowGone: it was unlinked meanwhile.
    """
    held = project(found.project_id)
    if with_offering:
        offering(found.offering_id)
    locked: Resource | None = (
        Resource.objects.select_for_update(no_key=True, of=("self",))
        .select_related("offering__customer", "plan")
        .filter(pk=found.pk)
        .first()
    )
    if locked is None:
        raise RowGone("No Resource matches the given query.")
    locked.project = held
    return locked


def live_resource(found: Resource) -> Resource:
    """Lock a resource, after its project, that has not ended.

    :raises RowGone: it was unlinked meanwhile.
    :raises IllegalTransition: it is terminated.
    """
    held = resource(found)
    refuse_terminated(held)
    return held


def refuse_terminated(held: Resource) -> None:
    """See that a locked resource has not ended.

    :raises IllegalTransition: it has.
    """
    if held.state == ResourceState.TERMINATED:
        live = sorted(set(ResourceState) - {ResourceState.TERMINATED})
        raise wrong_state(held.state, live)


def order(found: Order, *, with_offering: bool = False) -> Order:
    """Lock an order after its project and its resource, and its offering if that is to be counted.

    :raises RowGone: it was deleted meanwhile.
    """
    try:
        row = Resource(
            pk=found.resource_id, project_id=found.project_id, offering_id=found.offering_id
        )
        held = resource(row, with_offering=with_offering)
    except RowGone as error:
        raise RowGone("No Order matches the given query.") from error
    locked: Order | None = (
        Order.objects.select_for_update(no_key=True, of=("self",)).filter(pk=found.pk).first()
    )
    if locked is None:
        raise RowGone("No Order matches the given query.")
    locked.resource, locked.project, locked.offering = held, held.project, held.offering
    return locked
