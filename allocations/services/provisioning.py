"""Deliveries of orders: each is claimed, put to the backend outside any transaction, and settled.

A delivery survives a crash at any point: its row says what was asked and until when its worker may
be waited for. It may be started any number of times, by anybody: one worker at a time has it.
"""

from __future__ import annotations

import logging
import traceback
from datetime import timedelta
from time import monotonic
from typing import TYPE_CHECKING, Any

from django.db import transaction

from allocations import backends
from allocations import event_kinds as kinds
from allocations.backends.base import Done, Pending, Refused
from allocations.lifecycle import PROVISION, UNDELIVERED, ProvisionState
from allocations.models import Provision
from allocations.services.requests import ask
from common.errors import Conflict
from common.leased_rows import is_due
from common.machine import IllegalTransition
from common.redaction import without_secrets
from identity import events
from marketplace.lifecycle import OrderState
from marketplace.models import Order
from marketplace.services import delivery, locking, orders

if TYPE_CHECKING:
    from datetime import datetime

    from django.db.models import QuerySet

    from allocations.backends.base import Outcome
    from identity.models import User

log = logging.getLogger(__name__)

AT_WORK = (ProvisionState.DUE, ProvisionState.RUNNING)
"""The states in which a worker may take a delivery; a running one that is due has lost its own."""


class NothingToDeliver(Conflict):
    """The order is not in a state in which it could be delivered again."""

    code = "nothing_to_deliver"


def start(order: Order, *, now: datetime) -> Provision | None:
    """Deliver an executing order through its backend, unless somebody is at it or has done it.

    Whatever the backend raises is recorded with the attempt, and the attempt repeated later.
    """
    provision = _claim(order, now=now)
    if provision is None:
        return None
    began = monotonic()
    outcome: Outcome | None = None
    error: Exception | None = None
    try:
        outcome = ask(backends.load(provision.backend), provision.order)
    except Exception as raised:  # a backend may fail in any way, and none of them is ours
        log.warning("delivery of order %s failed", order.uuid.hex, exc_info=True)
        error = raised
    took = timedelta(seconds=monotonic() - began)
    if outcome is None:
        _record_failure(provision, error, now=now, took=took)
    else:
        _settle(provision, outcome, now=now, took=took)
    provision.refresh_from_db()
    return provision


@transaction.atomic
def follow(order: Order, ended: OrderState, *, before: datetime, now: datetime) -> None:
    """Close the delivery of an order that ended, if it is still open.

    An order that was taken up again meanwhile may have another delivery by now: then only one that
    was begun `before` is closed.
    """
    action, state = {
        OrderState.DONE: ("finish", ProvisionState.DONE),
        OrderState.ERRED: ("refuse", ProvisionState.REFUSED),
    }.get(ended, ("withdraw", ProvisionState.WITHDRAWN))
    locked = locking.order(order)
    undelivered = Provision.objects.filter(order=locked, state__in=UNDELIVERED)
    if locked.state == OrderState.EXECUTING:
        undelivered = undelivered.filter(created__lte=before)
    provision = undelivered.select_for_update().first()
    if provision is None:
        return
    provision.order = locked
    provision.last_error = locked.error_message if ended is OrderState.ERRED else ""
    _advance(provision, action, state, actor=None, now=now)


@transaction.atomic
def try_again(provision: Provision, *, actor: User | None, now: datetime) -> Provision:
    """Deliver again what was given up or refused: the order executes again.

    :raises NothingToDeliver: the order is not erred, or has another delivery by now.
    :raises IllegalTransition: the delivery is open or went well.
    """
    order = locking.order(provision.order)
    again = Provision.objects.select_for_update().get(pk=provision.pk)
    again.order = order
    if order.state != OrderState.ERRED or order.provisions.filter(state__in=UNDELIVERED).exists():
        raise NothingToDeliver("The order is not waiting to be delivered again.")
    again.attempts = 0
    again.next_attempt_at = now
    again.finished_at = None
    _advance(again, "try_again", ProvisionState.DUE, actor=actor, now=now)
    orders.retry(order, actor=actor, now=now)
    return again


def due(*, now: datetime) -> QuerySet[Order]:
    """Return the orders whose delivery is to be tried again or has lost its worker."""
    found = Provision.objects.filter(is_due(now), state__in=AT_WORK)
    return Order.objects.filter(pk__in=found.values("order")).order_by("pk")


@transaction.atomic
def _claim(order: Order, *, now: datetime) -> Provision | None:
    """Take the order's delivery, making it if there is none; None when there is nothing to do."""
    locked = locking.order(order)
    if locked.state != OrderState.EXECUTING:
        return None
    provision = (
        Provision.objects.select_for_update().filter(order=locked, state__in=UNDELIVERED).first()
    )
    if provision is None:
        provision = Provision(
            order=locked,
            backend=backends.name_of(locked.offering),
            next_attempt_at=now,
            created=now,
        )
        provision.save(force_insert=True)
    if provision.state not in AT_WORK or not provision.is_due(now):
        return None
    provision.order = locked
    provision.take(now=now)
    _advance(provision, "claim", ProvisionState.RUNNING, actor=None, now=now)
    return provision


@transaction.atomic
def _settle(claimed: Provision, outcome: Outcome, *, now: datetime, took: timedelta) -> None:
    """Write down what the backend answered, and let the order follow it."""
    provision = _still_mine(claimed)
    if provision is None:
        return
    then = now + took
    match outcome:
        case Done(backend_id):
            _log_attempt(provision, "done", backend_id, now=now, took=took)
            _advance(provision, "finish", ProvisionState.DONE, actor=None, now=then)
            if backend_id:
                delivery.set_backend_id(provision.order.resource, backend_id, actor=None, now=then)
            orders.complete(provision.order, actor=None, now=then)
        case Pending(hint):
            _log_attempt(provision, "pending", hint, now=now, took=took)
            _advance(provision, "wait", ProvisionState.WAITING, actor=None, now=then)
        case Refused(reason):
            _log_attempt(provision, "refused", reason, now=now, took=took)
            provision.last_error = reason = without_secrets(reason)
            _advance(provision, "refuse", ProvisionState.REFUSED, actor=None, now=then)
            orders.fail(provision.order, error_message=reason, actor=None, now=then)


@transaction.atomic
def _record_failure(
    claimed: Provision, error: Exception | None, *, now: datetime, took: timedelta
) -> None:
    """Write down what the backend raised; plan the next attempt, or give up and fail the order."""
    provision = _still_mine(claimed)
    if provision is None:
        return
    then = now + took
    said = "".join(traceback.format_exception_only(error)).strip()
    is_tried_again = provision.fail(without_secrets(said), now=then)
    _log_attempt(provision, "failed", provision.last_error, now=now, took=took)
    if is_tried_again:
        _advance(provision, "try_again", ProvisionState.DUE, actor=None, now=then)
        return
    _advance(provision, "give_up", ProvisionState.DEAD, actor=None, now=then)
    orders.fail(
        provision.order,
        error_message=f"Delivery failed {provision.attempts} times: {provision.last_error}",
        error_traceback="".join(traceback.format_exception(error)),
        actor=None,
        now=then,
    )


def _still_mine(claimed: Provision) -> Provision | None:
    """Return the delivery, locked, if it still belongs to the attempt that was begun."""
    order = locking.order(claimed.order)
    provision = (
        Provision.objects.select_for_update()
        .filter(pk=claimed.pk, state=ProvisionState.RUNNING, attempts=claimed.attempts)
        .first()
    )
    if provision is None or order.state != OrderState.EXECUTING:
        log.warning("the order %s was settled by somebody else meanwhile", order.uuid.hex)
        return None
    provision.order = order
    return provision


def _log_attempt(
    provision: Provision, outcome: str, detail: str, *, now: datetime, took: timedelta
) -> None:
    entry: dict[str, Any] = {
        "attempt": provision.attempts,
        "began": now.isoformat(),
        "took_ms": round(took.total_seconds() * 1000),
        "outcome": outcome,
        "detail": without_secrets(detail),
    }
    provision.attempts_log = [*provision.attempts_log, entry]


def _advance(
    provision: Provision, action: str, to: ProvisionState, *, actor: User | None, now: datetime
) -> None:
    """Move a delivery along the table and record the event, or do neither.

    :raises IllegalTransition: it is not possible, or somebody else was quicker.
    """
    source = ProvisionState(provision.state)
    PROVISION.check(action, source, to)
    is_over = to not in UNDELIVERED
    moved = Provision.objects.filter(pk=provision.pk, state=source).update(
        state=to,
        attempts=provision.attempts,
        attempts_log=provision.attempts_log,
        next_attempt_at=provision.next_attempt_at,
        claimed_until=provision.claimed_until if to is ProvisionState.RUNNING else None,
        last_error=provision.last_error,
        finished_at=now if is_over else None,
    )
    if not moved:
        raise IllegalTransition(f"{action}: the delivery is no longer {source}.")
    provision.state = to
    order = provision.order
    events.record(
        kinds.PROVISION_STATES[to],
        provision,
        actor=actor,
        now=now,
        source=source,
        target=to,
        message=provision.last_error,
        payload={"order_uuid": order.uuid.hex, "attempt": provision.attempts},
    )
