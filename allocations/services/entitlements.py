"""Entitlements at the AAI: what is to be there is written down, and one worker a person sees to it.

What is and what should be are compared each time, so that no event has to come in order, once or at
all; and what the AAI has is read before it is changed, so that nothing is done twice when an answer
was lost. The AAI is spoken to outside of any transaction. A failure costs the person a pause that
grows; where the AAI is away, everybody waits a moment.
"""

from __future__ import annotations

import logging
from collections import defaultdict
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Exists, F, OuterRef

from allocations import event_kinds as kinds
from allocations.access_plane import values
from allocations.access_plane.errors import AaiError, AaiUnknown, AaiUnreadable
from allocations.lifecycle import UNSETTLED_ENTITLEMENTS, EntitlementState
from allocations.models import EntitledPerson, Entitlement
from allocations.services import standings
from common import leased_rows
from common.batches import batches
from common.errors import DomainError
from identity import events
from identity.models import User
from identity.services import bridge, cuids

if TYPE_CHECKING:
    from collections.abc import Callable, Collection
    from datetime import datetime

    from allocations.access_plane.aai import Aai, AaiPerson
    from identity.event_catalogue import Kind

log = logging.getLogger(__name__)

AT_ONCE = 500
"""How many people are seen to in one transaction."""

SOURCE = "isd:aai"
"""Which source of identity the AAI's SCIM service is."""

SHORT_REST = timedelta(seconds=5)
"""How long the AAI is left alone after a failure, where it does not say."""


@dataclass(frozen=True)
class Claim:
    """A person whom this worker may see to until its lease ends, and what they are to have."""

    person: EntitledPerson
    until: datetime
    wanted: frozenset[str]
    known: frozenset[str]


def note_everybody(*, now: datetime) -> None:
    """Have everybody with a CUID compared: also who is to have nothing may have something there."""
    noted = EntitledPerson.objects.filter(user=OuterRef("pk"), cuid=OuterRef("username"))
    people = User.objects.filter(~Exists(noted), is_active=True, username__contains="@")
    for keys in batches(people.order_by("pk").values_list("pk", flat=True), AT_ONCE):
        made = [
            EntitledPerson(user_id=user, cuid=cuid, next_attempt_at=now, delivered_at=now)
            for user, cuid in cuids.of_people(keys).items()
        ]
        EntitledPerson.objects.bulk_create(made, ignore_conflicts=True)


def see_to_everybody(*, namespace: str, now: datetime) -> int:
    """Write down what everybody is to have; return of how many people it is something else now."""
    keys = User.objects.order_by("pk").values_list("pk", flat=True)
    return sum(see_to(some, namespace=namespace, now=now) for some in batches(keys, AT_ONCE))


@transaction.atomic
def see_to(keys: Collection[int], *, namespace: str, now: datetime) -> int:
    """Write down what people are to have at the AAI; return of how many it is something else now.

    `keys` are the people's. It may run any number of times, for whatever reason.
    """
    _make_rows(keys, namespace, now)
    people = EntitledPerson.objects.filter(user__in=keys).order_by("pk")
    locked = list(people.select_for_update(of=("self",)))
    # Read after the lock: whoever had it before has written down what there was until then.
    found = standings.of_people({person.user_id for person in locked})
    known = cuids.of_people({person.user_id for person in locked})
    rows: dict[int, dict[str, Entitlement]] = defaultdict(dict)
    for row in Entitlement.objects.filter(person__in=locked):
        rows[row.person_id][row.value] = row
    changed = []
    for person in locked:
        has_cuid = person.cuid == known.get(person.user_id)
        theirs = found.get(person.user_id, ()) if has_cuid else ()
        wanted = values.wanted(namespace, theirs)
        if _write(person, wanted, rows[person.pk], now=now):
            changed.append(person)
    _open(changed, now=now)
    return len(changed)


def _make_rows(keys: Collection[int], namespace: str, now: datetime) -> None:
    """Make the rows of people who are to have something and have never had; of two, one does."""
    found = standings.of_people(keys)
    some = [key for key, theirs in found.items() if values.wanted(namespace, theirs)]
    made = [
        EntitledPerson(user_id=user, cuid=cuid, next_attempt_at=now, delivered_at=now)
        for user, cuid in cuids.of_people(some).items()
    ]
    EntitledPerson.objects.bulk_create(made, ignore_conflicts=True)


def _write(
    person: EntitledPerson,
    wanted: Collection[str],
    rows: dict[str, Entitlement],
    *,
    now: datetime,
) -> bool:
    """Bring a person's rows to what is wanted; tell whether that changes anything."""
    new = [
        Entitlement(person=person, value=value, state=EntitlementState.WANTED, since=now)
        for value in sorted(set(wanted) - set(rows))
    ]
    turned = []
    for value, row in sorted(rows.items()):
        is_wanted = value in wanted
        if is_wanted and row.state == EntitlementState.UNWANTED:
            row.state = EntitlementState.WANTED
        elif not is_wanted and row.state != EntitlementState.UNWANTED:
            row.state = EntitlementState.UNWANTED
        else:
            continue
        row.since, row.attempts, row.last_error = now, 0, ""
        turned.append(row)
    Entitlement.objects.bulk_create(new)
    if turned:
        Entitlement.objects.bulk_update(turned, ["state", "since", "attempts", "last_error"])
    return bool(new or turned)


def _open(people: Collection[EntitledPerson], *, now: datetime) -> None:
    """Have people seen to at once; who is seen to at the moment, directly afterwards."""
    EntitledPerson.objects.filter(pk__in=[person.pk for person in people]).update(
        delivered_at=None, dead=False, attempts=0, next_attempt_at=now
    )


@transaction.atomic
def claim(*, now: datetime) -> Claim | None:
    """Take the person who has waited longest, unless the AAI is left alone at the moment."""
    if EntitledPerson.objects.resting_the_aai(now).exists():
        return None
    in_turn = EntitledPerson.objects.open().order_by("next_attempt_at", "pk")
    taken = leased_rows.claim(in_turn, now=now)
    if not taken:
        return None
    (person,) = taken
    states = dict(person.entitlements.values_list("value", "state"))
    wanted = {value for value, state in states.items() if state != EntitlementState.UNWANTED}
    until = now + person.lease.lasts
    return Claim(person, until, frozenset(wanted), frozenset(states))


def deliver(claimed: Claim, aai: Aai, *, namespace: str, clock: Callable[[], datetime]) -> None:
    """Have the AAI have what a person is to have; whatever happens, the person is given back."""
    try:
        found = _bring_about(claimed, aai, namespace)
    except AaiUnknown as error:
        if claimed.wanted:
            fail(claimed, error, now=clock())
        else:
            settle(claimed, None, now=clock())  # whom the AAI does not know has nothing there
    except AaiError as error:
        fail(claimed, error, now=clock())
    except Exception as error:  # whatever it is, the person is tried again and nobody else waits
        log.exception("the entitlements of %s were not seen to", claimed.person)
        fail(claimed, AaiUnreadable(f"{type(error).__name__}: {error}"), now=clock())
    else:
        settle(claimed, found, now=clock())


def _bring_about(claimed: Claim, aai: Aai, namespace: str) -> AaiPerson:
    """Change at the AAI what has to be, and return what it has then.

    :raises AaiError: it is not so.
    """
    cuid = claimed.person.cuid
    found = aai.person(cuid)
    changes = _needed(claimed, found, namespace)
    if not changes:
        return found
    aai.change(cuid, put=changes.put, take=changes.take, version=found.version)
    after = aai.person(cuid)
    if rest := _needed(claimed, after, namespace):
        kept = ", ".join([*rest.put, *rest.take])[:500]
        raise AaiUnreadable(f"The AAI said that it was done, and it is not: {kept}")
    return after


def _needed(claimed: Claim, found: AaiPerson, namespace: str) -> values.EntitlementChanges:
    return values.needed(
        namespace, present=found.values, wanted=claimed.wanted, known=claimed.known
    )


@transaction.atomic
def settle(claimed: Claim, found: AaiPerson | None, *, now: datetime) -> None:
    """Note what the AAI has; what was wanted otherwise meanwhile is seen to next."""
    person = _held(claimed)
    if person is None:
        return  # the lease was over, and somebody else sees to the person
    for row in person.entitlements.order_by("value"):
        if row.state == EntitlementState.WANTED and row.value in claimed.wanted:
            row.state, row.since, row.last_error = EntitlementState.PUT, now, ""
            row.save(update_fields=["state", "since", "last_error"])
            _record(kinds.ENTITLEMENT_PUT, row, person, now=now)
        elif row.state == EntitlementState.UNWANTED and row.value not in claimed.wanted:
            _record(kinds.ENTITLEMENT_TAKEN, row, person, now=now)
            row.delete()
    person.is_unknown, person.rests_until, person.attempts = found is None, None, 0
    _take_attributes(person, found, now=now)
    person.settle(now=now)
    if person.entitlements.filter(state__in=UNSETTLED_ENTITLEMENTS).exists():
        person.delivered_at, person.next_attempt_at = None, now
    person.save()


@transaction.atomic
def fail(claimed: Claim, error: AaiError, *, now: datetime) -> None:
    """Leave a person alone for a while, and the AAI too where everybody would fail."""
    person = _held(claimed)
    if person is None:
        return
    said = str(error.detail)
    person.fail(said, now=now)
    person.is_unknown = isinstance(error, AaiUnknown)
    if error.retry_after is not None:
        person.next_attempt_at = max(person.next_attempt_at, now + error.retry_after)
    person.rests_until = now + (error.retry_after or SHORT_REST) if error.rests else None
    person.save()
    person.entitlements.filter(state__in=UNSETTLED_ENTITLEMENTS).update(
        attempts=F("attempts") + 1, last_error=said
    )
    log.warning("%s at the AAI: %s", person, said)


@transaction.atomic
def retry(person: EntitledPerson, *, actor: User, now: datetime) -> None:
    """Have a person seen to at once, whatever the pause."""
    EntitledPerson.objects.filter(pk=person.pk).update(rests_until=None)
    _open([person], now=now)
    events.record(kinds.ENTITLED_PERSON_RETRIED, person, actor=actor, now=now)


@transaction.atomic
def differed(
    person: EntitledPerson, missing: Collection[str], unexpected: Collection[str], *, now: datetime
) -> bool:
    """Have put right what differs at the AAI, unless the person is to be seen to anyway."""
    locked = EntitledPerson.objects.select_for_update().get(pk=person.pk)
    if locked.delivered_at is None or locked.delivered_at != person.delivered_at:
        return False
    locked.entitlements.filter(value__in=missing).update(state=EntitlementState.WANTED, since=now)
    _open([locked], now=now)
    events.record(
        kinds.ENTITLED_PERSON_DIFFERED,
        locked,
        actor=None,
        now=now,
        payload={"missing": sorted(missing), "unexpected": sorted(unexpected)},
    )
    return True


def _take_attributes(person: EntitledPerson, found: AaiPerson | None, *, now: datetime) -> None:
    """Take what the AAI says of somebody, where it was asked; that is for staff alone to ask."""
    asker, person.asked_by = person.asked_by, None
    if asker is None or found is None:
        return
    user = User.objects.get(pk=person.user_id)
    if not (user.is_active and user.username == person.cuid and asker.is_staff):
        return
    person.attributes_read_at = now
    attributes = {**found.attributes}
    try:
        with transaction.atomic():
            bridge.push(
                username=user.username, source=SOURCE, attributes=attributes, actor=asker, now=now
            )
    except DomainError as refused:  # that is about the attributes; the entitlements are settled
        log.warning("what the AAI says of %s was not taken: %s", person, refused)


def _held(claimed: Claim) -> EntitledPerson | None:
    """Return the person, locked, if this worker still has them."""
    rows = EntitledPerson.objects.select_for_update(of=("self",)).select_related("asked_by")
    found: EntitledPerson | None = rows.filter(
        pk=claimed.person.pk, claimed_until=claimed.until
    ).first()
    return found


def _record(kind: Kind, row: Entitlement, person: EntitledPerson, *, now: datetime) -> None:
    events.record(
        kind,
        row,
        actor=None,
        now=now,
        message=row.value,
        payload={"cuid": person.cuid, "value": row.value},
    )
