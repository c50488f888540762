"""Roles that are concealed from an organization: staff say so, and staff alone give them there.

It holds for the organization and for what belongs to it: its projects and its offerings.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import transaction

from common import locks, storing
from common.errors import Conflict
from identity import event_kinds as kinds
from identity import events
from identity.models import Customer, Role, RoleConcealment
from identity.services.standard import RemovedMeanwhile

if TYPE_CHECKING:
    from datetime import datetime

    from identity.event_catalogue import Kind
    from identity.models import User


class RoleConcealed(Conflict):
    """Staff alone give the role in the organization."""

    code = "role_concealed"


@transaction.atomic
def create(*, customer: Customer, role: Role, actor: User, now: datetime) -> RoleConcealment:
    """Let nobody but staff give a role in an organization from now on; who has it keeps it.

    :raises storing.NotUnique: it is concealed there already; of two at once, one gets this.
    :raises RemovedMeanwhile: the organization or the role was removed.
    """
    gone = RemovedMeanwhile("This organization or this role was removed.")
    held = locks.locked(customer, gone, no_key=True)
    if held.is_removed:
        raise gone
    concealed = RoleConcealment(
        customer=held, role=locks.locked(role, gone, no_key=True), created=now
    )
    with storing.in_words(RoleConcealment):
        concealed.save(force_insert=True)
    _record(kinds.ROLE_CONCEALMENT_CREATED, concealed, "is concealed", actor=actor, now=now)
    return concealed


@transaction.atomic
def remove(concealment: RoleConcealment, *, actor: User, now: datetime) -> None:
    """Let a role be given in an organization again.

    :raises RemovedMeanwhile: somebody else was quicker.
    """
    gone = RemovedMeanwhile("This role is not concealed any more.")
    held = locks.locked(concealment, gone, related=("customer", "role"))
    what = "is not concealed any more"
    _record(kinds.ROLE_CONCEALMENT_REMOVED, held, what, actor=actor, now=now)
    held.delete()


def check_offered(role: Role, customer: Customer, actor: User | None) -> None:
    """Refuse a role that staff alone give in an organization, and in what belongs to it.

    :raises RoleConcealed: the actor is not staff.
    """
    if actor is None or actor.is_staff:
        return
    if RoleConcealment.objects.filter(customer=customer, role=role).exists():
        raise RoleConcealed(f"{role} is concealed in {customer.name}: staff alone give it there.")


def _record(kind: Kind, concealment: RoleConcealment, what: str, **more: Any) -> None:
    role, customer = concealment.role, concealment.customer
    payload = {"role": role.name, "customer_uuid": customer.uuid.hex}
    message = f"{role} {what} in {customer.name}."
    events.record(kind, concealment, message=message, payload=payload, **more)
