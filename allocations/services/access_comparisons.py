"""Comparing everybody's entitlements with what the AAI has: what is missing, what should not be.

A comparison goes on piece by piece, under a lease, so that it survives workers and outages. What
differs is counted, kept as far as a page can show it, and put right by `entitlements`. People whose
entitlements are being changed anyway do not differ: they are on their way.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction

from allocations import event_kinds as kinds
from allocations.access_plane import configured, values
from allocations.access_plane.errors import AaiError, AaiUnknown
from allocations.lifecycle import EntitlementState
from allocations.models import AccessComparison, EntitledPerson
from allocations.services import entitlements
from common import leased_rows
from common.errors import Conflict
from identity import events
from identity.services import cuids

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from allocations.access_plane.aai import Aai
    from identity.models import User

log = logging.getLogger(__name__)

EVERY = timedelta(hours=6)
"""How often everybody is compared without being asked for."""

KEPT_FOR = timedelta(days=90)
MOST_SHOWN = 200
"""How many differences are kept for people to read."""


COUNTS = ("compared", "failed", "missing", "unexpected")
"""What a comparison counts."""


class AccessPlaneOff(Conflict):
    """There is no AAI to tell: the settings name none."""

    code = "access_plane_off"


class NoCuid(Conflict):
    """The person did not come by a federation."""

    code = "no_cuid"


@dataclass(frozen=True)
class Begun:
    """A comparison that is under way, and whether it was begun just now."""

    comparison: AccessComparison
    is_new: bool


def begin(*, actor: User | None, now: datetime) -> Begun:
    """Begin a comparison, or find the one that is under way; workers carry it out.

    :raises AccessPlaneOff: there is nothing to compare with.
    """
    check_configured()
    try:
        with transaction.atomic():
            made = AccessComparison.objects.create(asked_by=actor, begun=now, next_attempt_at=now)
            events.record(kinds.ACCESS_COMPARISON_BEGUN, made, actor=actor, now=now)
            return Begun(made, is_new=True)
    except IntegrityError:
        return Begun(AccessComparison.objects.get(finished__isnull=True), is_new=False)


def check_configured() -> None:
    """See that there is an AAI.

    :raises AccessPlaneOff: there is none.
    """
    if not configured.is_configured():
        raise AccessPlaneOff("No AAI is configured (SCIM_API_URL), so nothing is told to one.")


@transaction.atomic
def ask_for_attributes(user: User, *, actor: User, now: datetime) -> EntitledPerson:
    """Have a worker take what the AAI says of a person's name and address.

    :raises AccessPlaneOff: there is no AAI.
    :raises NoCuid: the person has no identifier that an AAI would know.
    """
    check_configured()
    cuid = cuids.of(user)
    if not cuid:
        raise NoCuid("This person has no CUID, so the AAI knows nothing of them.")
    made, _ = EntitledPerson.objects.get_or_create(
        user=user, cuid=cuid, defaults={"next_attempt_at": now, "delivered_at": now}
    )
    person: EntitledPerson = EntitledPerson.objects.select_for_update().get(pk=made.pk)
    person.asked_by = actor
    person.delivered_at, person.next_attempt_at, person.attempts = None, now, 0
    person.save(update_fields=["asked_by", "delivered_at", "next_attempt_at", "attempts"])
    events.record(
        kinds.ENTITLED_PERSON_ATTRIBUTES_REQUESTED,
        person,
        actor=actor,
        now=now,
        payload={"user_uuid": user.uuid.hex},
    )
    return person


def begin_if_due(*, now: datetime) -> None:
    """Begin a comparison where the last one was begun long ago, and forget very old ones."""
    AccessComparison.objects.filter(finished__lt=now - KEPT_FOR).delete()
    if not AccessComparison.objects.filter(begun__gt=now - EVERY).exists():
        begin(actor=None, now=now)


@transaction.atomic
def claim(*, now: datetime) -> AccessComparison | None:
    """Take the comparison that is under way, unless another worker has it or it rests."""
    if EntitledPerson.objects.resting_the_aai(now).exists():
        return None
    taken = leased_rows.claim(AccessComparison.objects.filter(finished__isnull=True), now=now)
    return taken[0] if taken else None


def go_on(
    comparison: AccessComparison,
    aai: Aai,
    *,
    namespace: str,
    clock: Callable[[], datetime],
    until: Callable[[], bool],
) -> None:
    """Compare person by person, until all are compared or `until` says that it is enough.

    Where the AAI fails everybody, the comparison rests and goes on with the same person.
    """
    if comparison.last_person == 0:
        entitlements.see_to_everybody(namespace=namespace, now=clock())
        entitlements.note_everybody(now=clock())
    people = EntitledPerson.objects.order_by("pk")
    while not until():
        person = people.filter(pk__gt=comparison.last_person).first()
        if person is None:
            _finish(comparison, now=clock())
            return
        try:
            _compare(comparison, person, aai, namespace, now=clock())
        except AaiError as error:
            if error.rests:
                comparison.fail(str(error.detail), now=clock())
                if error.retry_after is not None:
                    wait = clock() + error.retry_after
                    comparison.next_attempt_at = max(comparison.next_attempt_at, wait)
                comparison.save()
                return
            comparison.failed += 1
            log.warning("%s could not be compared: %s", person, error)
        comparison.last_person, comparison.attempts = person.pk, 0
        comparison.save()
    comparison.claimed_until, comparison.next_attempt_at = None, clock()
    comparison.save()


def _compare(
    comparison: AccessComparison,
    person: EntitledPerson,
    aai: Aai,
    namespace: str,
    *,
    now: datetime,
) -> None:
    if person.delivered_at is None:
        return
    states = dict(person.entitlements.values_list("value", "state"))
    wanted = {value for value, state in states.items() if state != EntitlementState.UNWANTED}
    try:
        present = aai.person(person.cuid).values
    except AaiUnknown:
        present = frozenset()
    changes = values.needed(namespace, present=present, wanted=wanted, known=states)
    comparison.compared += 1
    if not changes or not entitlements.differed(person, changes.put, changes.take, now=now):
        return
    comparison.missing += len(changes.put)
    comparison.unexpected += len(changes.take)
    room = MOST_SHOWN - len(comparison.differences)
    shown = [{"cuid": person.cuid, "missing": value} for value in changes.put]
    shown += [{"cuid": person.cuid, "unexpected": value} for value in changes.take]
    comparison.differences = [*comparison.differences, *shown[: max(room, 0)]]


@transaction.atomic
def _finish(comparison: AccessComparison, *, now: datetime) -> None:
    comparison.finished, comparison.claimed_until, comparison.last_error = now, None, ""
    comparison.save()
    counts = {name: getattr(comparison, name) for name in COUNTS}
    events.record(
        kinds.ACCESS_COMPARISON_FINISHED,
        comparison,
        actor=comparison.asked_by,
        now=now,
        payload=counts,
    )
