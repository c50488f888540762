"""Limits of single people on a resource, which its site enforces."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING
from uuid import UUID

from django.db import transaction

from accounting import event_kinds as kinds
from accounting.amounts import DECIMALS, TOO_MUCH
from accounting.models import ComponentUserUsageLimit
from allocations.lifecycle import AccountState
from allocations.models import OfferingUser
from allocations.services import team
from common import changes, locks, storing
from common.errors import Conflict, Invalid
from identity import events
from marketplace.components import REPORTED
from marketplace.services import locking

if TYPE_CHECKING:
    from datetime import datetime

    from identity.event_catalogue import Kind
    from identity.models import User
    from marketplace.models import OfferingComponent, Resource


class UncountedComponent(Invalid):
    """The resource's offering has no such component, or counts no usage of it."""

    code = "unknown_component"


class UnknownAccount(Invalid):
    """Nobody in the resource's project has such an account at its offering."""

    code = "unknown_account"


class LimitUnusable(Invalid):
    """The limit is negative, not finite, too long or too precise."""

    code = "limit_unusable"


class LimitExists(Invalid):
    """The person has a limit on the component already."""

    code = "limit_exists"


class Fixed(Invalid):
    """The limit is one of another resource, on another component or of another person."""

    code = "fixed"


class LimitGone(Conflict):
    """The limit was removed meanwhile."""

    code = "limit_gone"


@transaction.atomic
def create(
    *,
    resource: Resource,
    component: UUID,
    account: str | UUID,
    limit: Decimal = Decimal(0),
    actor: User,
    now: datetime,
) -> ComponentUserUsageLimit:
    """Limit what a person may use of a resource's component; `account` is a username or a UUID.

    :raises IllegalTransition: the resource is terminated.
    :raises UncountedComponent: its offering counts no usage of such a component.
    :raises UnknownAccount: nobody in its project has such an account there.
    :raises LimitUnusable: the limit is no amount of usage.
    :raises LimitExists: the person has one already; of two who set it at once, one gets this.
    """
    held = locking.live_resource(resource)
    _check(limit)
    row = ComponentUserUsageLimit(
        resource=held,
        component=_component(held, component),
        user=_account(held, account),
        limit=limit,
        created=now,
    )
    exists = LimitExists(
        {"non_field_errors": ["The fields resource, component, user must make a unique set."]}
    )
    with storing.refusing(one_user_limit_per_component=exists):
        row.save(force_insert=True)
    _record(kinds.USER_LIMIT_CREATED, row, actor=actor, now=now)
    return row


@transaction.atomic
def change(
    row: ComponentUserUsageLimit,
    *,
    limit: Decimal | None = None,
    resource: Resource | None = None,
    component: UUID | None = None,
    account: str | UUID | None = None,
    actor: User,
    now: datetime,
) -> ComponentUserUsageLimit:
    """Let a person use more, or less; whose limit on what it is may be said again, but stays.

    :raises IllegalTransition: the resource is terminated.
    :raises Fixed: another resource, component or account is named.
    :raises LimitUnusable: the limit is no amount of usage.
    :raises LimitGone: it was removed meanwhile.
    """
    held = locking.live_resource(row.resource)
    if limit is not None:
        _check(limit)
    locked = _locked(row, held)
    moved = {
        "resource": resource not in {None, held},
        "component": component not in {None, locked.component.uuid},
        "user": account not in {None, locked.user.username, locked.user.uuid},
    }
    if any(moved.values()):
        message = "A limit stays what it is of; set another one instead."
        raise Fixed({name: [message] for name, differs in moved.items() if differs})
    wanted = {} if limit is None else {"limit": limit}
    if former := changes.write(locked, wanted, now=now):
        _record(
            kinds.USER_LIMIT_CHANGED, locked, actor=actor, now=now, old_limit=str(former["limit"])
        )
    return locked


@transaction.atomic
def remove(row: ComponentUserUsageLimit, *, actor: User, now: datetime) -> None:
    """Let a person use what the resource has.

    :raises LimitGone: somebody else was quicker.
    """
    locked = _locked(row, locking.resource(row.resource))
    _record(kinds.USER_LIMIT_REMOVED, locked, actor=actor, now=now)
    locked.delete()


def _check(limit: Decimal) -> None:
    """Refuse what is no amount of usage.

    :raises LimitUnusable: it is negative, not finite, too long or too precise.
    """
    if not limit.is_finite() or not 0 <= limit < TOO_MUCH or limit != round(limit, DECIMALS):
        raise LimitUnusable(
            {"limit": [f"Ensure this value is a number from 0 with at most {DECIMALS} decimals."]}
        )


def _component(held: Resource, uuid: UUID) -> OfferingComponent:
    """Return a component, locked so that nobody takes it out meanwhile."""
    counted = held.offering.components.filter(billing_type__in=REPORTED)
    found = counted.select_for_update(no_key=True, of=("self",)).filter(uuid=uuid).first()
    if found is None:
        raise UncountedComponent({"component": ["Object does not exist."]})
    return found


def _account(held: Resource, named: str | UUID) -> OfferingUser:
    """Return an account, locked so that nobody removes it meanwhile."""
    accounts = (
        OfferingUser.objects.select_for_update(no_key=True, of=("self",))
        .filter(offering=held.offering, user__in=team.grants_of([held.project_id]).values("user"))
        .exclude(state=AccountState.DELETED)
    )
    by = {"uuid": named} if isinstance(named, UUID) else {"username": named}
    found: OfferingUser | None = accounts.filter(**by).first()
    if found is None:
        raise UnknownAccount({"user": ["Nobody in the resource's project has this account."]})
    return found


def _locked(row: ComponentUserUsageLimit, held: Resource) -> ComponentUserUsageLimit:
    gone = LimitGone("The limit was removed in the meantime.")
    found = locks.locked(row, gone, related=("component", "user__user"))
    found.resource = held
    return found


def _record(
    kind: Kind,
    row: ComponentUserUsageLimit,
    *,
    actor: User,
    now: datetime,
    **more: object,
) -> None:
    events.record(
        kind,
        row,
        actor=actor,
        now=now,
        payload={
            "component_type": row.component.type,
            "user_uuid": row.user.user.uuid.hex,
            "username": row.user.username,
            "limit": str(row.limit),
            **more,
        },
    )
