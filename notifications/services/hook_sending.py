"""Sending: deliveries that are due are claimed, sent outside of any transaction, and settled.

A hook is sent one thing at a time, so that a slow receiver takes one place of several; the hook
that was tried least recently comes first. The events of an object stay in order. A receiver
that cannot be reached is left alone as a whole, longer each time, and loses nothing by it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import F, OuterRef, Q, Subquery

from common import leased_rows
from common.leased_rows import IS_OPEN, is_due, is_free, store
from common.leases import Backoff
from common.redaction import without_secrets
from identity.event_form import payload_of
from notifications.models import Hook, HookAttempt, HookDelivery
from notifications.models.hook import HookType
from notifications.services import hooks

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from uuid import UUID

    from django.db.models import QuerySet

    from notifications.bus.posting import Answer

GIVEN_UP_AFTER = timedelta(days=3)
"""How long a receiver may answer nothing until what waits for it is given up, oldest first."""

HOOK_BACKOFF = Backoff(first=timedelta(seconds=10), longest=timedelta(hours=1))
"""How long a hook as a whole is left alone, whose receiver is away."""

REFUSALS_ALLOWED = 5
"""How many answers other than success, in a row, until the hook as a whole is left alone."""

MAIL_AT_MOST_EVERY = timedelta(minutes=1)
EVENTS_IN_A_MAIL = 50


@dataclass(frozen=True)
class Part:
    """One delivery of a claim."""

    delivery_id: int
    attempt: int
    payload: dict[str, Any]


@dataclass(frozen=True)
class Claim:
    """What this sender may send until its lease ends: one event, or several in a mail."""

    hook_id: int
    hook_uuid: UUID
    hook_type: HookType
    until: datetime
    address: str
    content_type: str
    author: str
    sealed: tuple[str, ...]
    parts: tuple[Part, ...]


def hook_pause_after(failures: int, *, is_answered: bool) -> timedelta:
    """Return how long a whole hook is left alone after failures in a row.

    One that is answered may refuse one event and take the next; one that is not costs a timeout for
    each.
    """
    return HOOK_BACKOFF.after(failures - (REFUSALS_ALLOWED - 1 if is_answered else 0))


@transaction.atomic
def claim(*, now: datetime) -> Claim | None:
    """Take what is due for the hook that was tried least recently, or None when nothing is due.

    What a sender had who died is taken again when its lease is over; what killed its sender at
    every attempt is given up.
    """
    passed_over: list[int] = []
    while hook := _next_hook(now, passed_over):
        at_most = EVENTS_IN_A_MAIL if hook.hook_type == HookType.EMAIL else 1
        chosen = leased_rows.claim(_in_turn(hook), now=now, at_most=at_most)
        if chosen:
            return _claimed(hook, chosen, now=now)
        passed_over.append(hook.pk)  # all that was due is given up
    return None


@transaction.atomic
def settle(claimed: Claim, answer: Answer, *, started: datetime, now: datetime) -> None:
    """Record what came of a claim, and what follows for its deliveries and its hook."""
    # Once, and before anything is locked.
    error, text = without_secrets(answer.error), without_secrets(answer.text)
    answer = replace(answer, error=error, text=text)
    hook = Hook.objects.select_for_update(no_key=True).filter(pk=claimed.hook_id).first()
    if hook is None:
        return  # it was removed meanwhile, with its deliveries
    own = _own(claimed, also_later=answer.is_success)
    _log(own, answer, started=started)
    if answer.is_success:
        _delivered(hook, own, now=now)
    else:
        _failed(hook, own, answer, now=now)
    if hook.claimed_until == claimed.until:
        hook.claimed_until = None
    hook.save(
        update_fields=[
            "claimed_until",
            "failures",
            "failing_since",
            "paused_until",
            "last_published",
        ]
    )
    if answer.is_gone and claimed.hook_type == HookType.WEB:
        hooks.end(hook, now=now)


# --- what is next ---------------------------------------------------------------------------------


def _next_hook(now: datetime, passed_over: Sequence[int]) -> Hook | None:
    due = _first_of_subjects(HookDelivery.objects.filter(hook=OuterRef("pk"))).filter(is_due(now))
    awake = Q(paused_until__isnull=True) | Q(paused_until__lte=now)
    found: Hook | None = (
        Hook.objects.live()
        .filter(is_free(now), awake)
        .exclude(pk__in=passed_over)
        .alias(first_due=Subquery(due.order_by("next_attempt_at", "sequence").values("pk")[:1]))
        .filter(first_due__isnull=False)
        .select_related("author")
        .select_for_update(skip_locked=True, no_key=True, of=("self",))
        .order_by(F("last_tried_at").asc(nulls_first=True), "pk")
        .first()
    )
    return found


def _first_of_subjects(rows: QuerySet[HookDelivery]) -> QuerySet[HookDelivery]:
    """Keep what is open and, for its hook, the first that is open of its subject.

    The subqueries are of a form that PostgreSQL asks row by row, along the indexes: it finds the
    first row of a long backlog without looking at the others.
    """
    of_subject = HookDelivery.objects.filter(
        IS_OPEN, hook=OuterRef("hook"), subject_uuid=OuterRef("subject_uuid")
    )
    first = of_subject.order_by("sequence").values("sequence")[:1]
    return rows.filter(IS_OPEN, sequence=Subquery(first))


def _in_turn(hook: Hook) -> QuerySet[HookDelivery]:
    """Return what is sent next; a mail has all, so that it need not leave out what follows."""
    rows = HookDelivery.objects.filter(hook=hook)
    if hook.hook_type == HookType.EMAIL:
        rows = rows.filter(IS_OPEN).order_by("sequence")
    else:
        rows = _first_of_subjects(rows).order_by("next_attempt_at", "sequence")
    sides = ("event__customer", "event__provider", "event__project")
    return rows.select_related("event__actor", *sides)


def _claimed(hook: Hook, chosen: list[HookDelivery], *, now: datetime) -> Claim:
    """Leave the hook to the caller for as long as the deliveries, and return what to send."""
    until = now + HookDelivery.lease.lasts
    hook.claimed_until, hook.last_tried_at = until, now
    hook.save(update_fields=["claimed_until", "last_tried_at"])
    chosen.sort(key=lambda delivery: delivery.sequence)
    overlaps = hook.previous_until is not None and hook.previous_until > now
    return Claim(
        hook_id=hook.pk,
        hook_uuid=hook.uuid,
        hook_type=HookType(hook.hook_type),
        until=until,
        address=hook.destination_url or hook.email,
        content_type=hook.content_type,
        author=hook.author.full_name or hook.author.username,
        sealed=(hook.sealed_secret, hook.sealed_previous) if overlaps else (hook.sealed_secret,),
        parts=tuple(Part(row.pk, row.attempts, payload_of(row.event)) for row in chosen),
    )


# --- what came of it ------------------------------------------------------------------------------


def _own(claimed: Claim, *, also_later: bool) -> list[HookDelivery]:
    """Return the deliveries of a claim that were neither settled nor begun anew since.

    One that somebody else has claimed by now, as the lease was over, is `also_later` ours.
    """
    attempt = {part.delivery_id: part.attempt for part in claimed.parts}
    rows = HookDelivery.objects.select_for_update().filter(pk__in=attempt).order_by("pk")
    return [
        row
        for row in rows
        if row.delivered_at is None
        and (row.attempts == attempt[row.pk] or (also_later and row.attempts > attempt[row.pk]))
    ]


def _log(own: Sequence[HookDelivery], answer: Answer, *, started: datetime) -> None:
    HookAttempt.objects.bulk_create(
        HookAttempt(
            delivery=row,
            started=started,
            latency_ms=answer.milliseconds,
            status=answer.status,
            error=answer.error,
            answer=answer.text,
        )
        for row in own
    )


def _delivered(hook: Hook, own: Sequence[HookDelivery], *, now: datetime) -> None:
    for row in own:
        row.settle(now=now)
    store(own)
    if hook.paused_until is not None:  # it was away and is back: what waits need not wait longer
        waiting = HookDelivery.objects.filter(IS_OPEN, hook=hook, next_attempt_at__gt=now)
        waiting.update(next_attempt_at=now)
    hook.last_published, hook.failures = now, 0
    hook.failing_since = hook.paused_until = None
    if hook.hook_type == HookType.EMAIL:
        hook.paused_until = now + MAIL_AT_MOST_EVERY


def _failed(hook: Hook, own: Sequence[HookDelivery], answer: Answer, *, now: datetime) -> None:
    hook.failures = min(hook.failures, 1000) + 1  # whatever stood there
    hook.failing_since = hook.failing_since or now
    is_mail = hook.hook_type == HookType.EMAIL
    for row in own:
        row.fail(answer.error, now=now)
        if is_mail:  # it is the hook that rests
            row.next_attempt_at = now
    store(own)
    if not is_mail:
        _hold_up(own, now=now)
    pause = HookDelivery.lease.backoff.after(hook.failures) if is_mail else _pause_of(hook, answer)
    hook.paused_until = now + pause if pause else None
    if hook.failing_since <= now - GIVEN_UP_AFTER:
        old = HookDelivery.objects.filter(IS_OPEN, hook=hook, planned_at__lte=now - GIVEN_UP_AFTER)
        old.update(dead=True, last_error="The receiver took nothing for three days.")


def _hold_up(own: Sequence[HookDelivery], *, now: datetime) -> None:
    """Let what follows on the same subject wait as long, or go on after what was given up.

    It would not be sent before anyway; so nobody has to find that out again and again.
    """
    for row in own:
        following = HookDelivery.objects.filter(
            IS_OPEN, hook=row.hook_id, subject_uuid=row.subject_uuid, sequence__gt=row.sequence
        )
        following.update(next_attempt_at=now if row.dead else row.next_attempt_at)


def _pause_of(hook: Hook, answer: Answer) -> timedelta:
    """Return how long a receiver is left alone, at least as long as it asks for."""
    pause = hook_pause_after(hook.failures, is_answered=answer.status is not None)
    asked_for = timedelta(seconds=answer.retry_after or 0)
    return max(pause, min(asked_for, HOOK_BACKOFF.longest))
