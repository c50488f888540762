"""The AAI on bad days: nothing is lost, nothing is doubled, and nobody waits for somebody else."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from allocations.access_plane import configured
from allocations.lifecycle import EntitlementState
from allocations.models import EntitledPerson, Entitlement
from allocations.services import accounts, entitlements, restrictions
from tests.access_plane.aai import (
    GARBAGE,
    HALF,
    HUGE,
    LOST,
    REFUSED,
    FakeAai,
    Fault,
    status,
)
from tests.access_plane.conftest import NAMESPACE
from tests.access_plane.world import (
    FOREIGN,
    Researcher,
    follow_events,
    make_offering,
    make_researcher,
    tell,
    tell_at_once,
    value,
)
from tests.cases import undone

if TYPE_CHECKING:
    from datetime import datetime

pytestmark = pytest.mark.django_db

EVERY_FAULT = {
    "409": status(409),
    "412": status(412),
    "429": status(429, Retry_After="1"),
    "500": status(500),
    "503": status(503),
    "401": status(401),
    "404": status(404),
    "lost": LOST,
    "half": HALF,
    "refused": REFUSED,
    "garbage": GARBAGE,
    "huge": HUGE,
}


def waiting(aai: FakeAai, *values: str) -> Researcher:
    """Return somebody who is to have an entitlement that nobody has put yet."""
    found = make_researcher()
    aai.register(found.cuid, *values)
    entitlements.see_to([found.user.pk], namespace=NAMESPACE, now=timezone.now())
    return found


def person_of(one: Researcher) -> EntitledPerson:
    found: EntitledPerson = EntitledPerson.objects.get(cuid=one.cuid)
    return found


@pytest.mark.parametrize("fault", EVERY_FAULT.values(), ids=list(EVERY_FAULT))
@pytest.mark.parametrize("request_number", [1, 2, 3])
def test_whichever_request_fails_the_person_rests_and_it_is_done_once_in_the_end(
    aai: FakeAai, now: datetime, fault: Fault, request_number: int
) -> None:
    one = waiting(aai, FOREIGN)
    untroubled = [Fault("none")] * (request_number - 1)
    aai.faults.extend([*untroubled, fault])

    tell()

    person, row = person_of(one), Entitlement.objects.get()
    assert person.delivered_at is None
    assert person.next_attempt_at > now
    assert person.last_error.startswith("The AAI")
    assert (row.state, row.attempts, row.last_error) == (
        EntitlementState.WANTED,
        1,
        person.last_error,
    )
    tell_at_once()
    assert aai.values(one.cuid) == sorted([FOREIGN, value(one.account.username)])
    assert Entitlement.objects.get().state == EntitlementState.PUT
    assert person_of(one).delivered_at is not None


def test_the_aai_is_left_alone_as_long_as_it_wants(aai: FakeAai) -> None:
    one, other = waiting(aai), waiting(aai)
    aai.faults.append(status(429, Retry_After="600"))

    tell()
    tell()

    assert len(aai.passed) == 1
    resting = EntitledPerson.objects.get(rests_until__isnull=False)
    assert resting.rests_until is not None
    assert timedelta(minutes=9) < resting.rests_until - timezone.now() <= timedelta(minutes=10)
    assert resting.next_attempt_at >= resting.rests_until - timedelta(seconds=1)
    EntitledPerson.objects.update(rests_until=None)
    tell()
    states = [aai.values(who.cuid) != [] for who in (one, other)]
    assert sorted(states) == [False, True]  # who failed rests, the other one does not wait


def test_somebody_whom_the_aai_cannot_serve_keeps_nobody_up(aai: FakeAai) -> None:
    stranger = make_researcher()
    entitlements.see_to([stranger.user.pk], namespace=NAMESPACE, now=timezone.now())
    one = waiting(aai)

    tell()

    assert aai.values(one.cuid) == [value(one.account.username)]
    person = person_of(stranger)
    assert (person.is_unknown, person.last_error) == (True, "The AAI does not know this person.")
    assert person.rests_until is None
    aai.register(stranger.cuid)
    tell_at_once()
    assert aai.values(stranger.cuid) == [value(stranger.account.username)]
    assert person_of(stranger).is_unknown is False


def test_whom_the_aai_has_forgotten_has_nothing_left_to_take(aai: FakeAai, now: datetime) -> None:
    one = waiting(aai)
    tell()
    aai.forget(one.cuid)
    accounts.remove(one.account, actor=None, now=now)
    follow_events()

    tell()

    assert not Entitlement.objects.exists()
    assert person_of(one).delivered_at is not None


def test_what_changes_while_somebody_is_seen_to_is_seen_to_next(
    aai: FakeAai, now: datetime
) -> None:
    one = waiting(aai)
    claimed = entitlements.claim(now=timezone.now())
    assert claimed is not None
    accounts.set_username(one.account, username="renamed", actor=None, now=now)
    follow_events()
    assert entitlements.claim(now=timezone.now()) is None  # one at a time

    entitlements.deliver(claimed, configured.aai(), namespace=NAMESPACE, clock=timezone.now)

    assert aai.values(one.cuid) == [value(one.account.username)]
    tell()
    assert aai.values(one.cuid) == [value("renamed")]
    assert person_of(one).delivered_at is not None


def test_a_worker_that_died_is_followed_by_another_one(aai: FakeAai) -> None:
    one = waiting(aai)
    late = entitlements.claim(now=timezone.now())
    assert late is not None
    tell()
    assert aai.passed == []
    EntitledPerson.objects.update(claimed_until=timezone.now())
    tell()
    assert aai.values(one.cuid) == [value(one.account.username)]

    settled = person_of(one).delivered_at
    entitlements.settle(late, None, now=timezone.now())

    assert person_of(one).delivered_at == settled


FAULTS = st.lists(st.sampled_from([Fault("none"), *EVERY_FAULT.values()]), min_size=0, max_size=12)
STEPS = st.lists(
    st.sampled_from(["restrict", "free", "rename", "strange", "vanish", "tell", "later"]),
    min_size=1,
    max_size=10,
)


@settings(
    max_examples=20,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(faults=FAULTS, steps=STEPS)
def test_whatever_happens_in_whatever_order_it_comes_right_in_the_end(
    aai: FakeAai, now: datetime, faults: list[Fault], steps: list[str]
) -> None:
    with undone():
        one = waiting(aai, FOREIGN)
        aai.faults.extend(faults)
        for number, step in enumerate(steps):
            take(step, number, one, aai, now)
        aai.faults.clear()
        follow_events()
        tell_at_once()
        tell_at_once()

        one.account.refresh_from_db()
        due = [] if one.account.is_restricted else [value(one.account.username)]
        assert aai.values(one.cuid) == sorted([FOREIGN, *due])
        assert list(Entitlement.objects.values_list("value", "state")) == [
            (one_value, EntitlementState.PUT) for one_value in due
        ]


def take(step: str, number: int, one: Researcher, aai: FakeAai, now: datetime) -> None:
    """Take one step of a story; each is followed by its events at once, or later."""
    one.account.refresh_from_db()
    actor: Any = one.user
    if step in {"restrict", "free"}:
        is_restricted = step == "restrict"
        restrictions.set_restricted(one.account, is_restricted=is_restricted, actor=actor, now=now)
    elif step == "rename":
        accounts.set_username(one.account, username=f"name{number}", actor=None, now=now)
    elif step == "strange":
        aai.put(one.cuid, value(f"strange{number}"))
        EntitledPerson.objects.update(delivered_at=None)  # as a comparison would have it
    elif step == "vanish" and value(one.account.username) in aai.values(one.cuid):
        aai.take(one.cuid, value(one.account.username))
        EntitledPerson.objects.update(delivered_at=None)  # as a comparison would have it
    elif step == "later":
        tell_at_once()
    elif step == "tell":
        follow_events()
        tell()


def test_many_people_cost_each_their_requests_and_no_more(aai: FakeAai) -> None:
    offering = make_offering()
    people = [make_researcher(offering) for _ in range(5)]
    for one in people:
        aai.register(one.cuid)
    keys = [one.user.pk for one in people]

    assert entitlements.see_to(keys, namespace=NAMESPACE, now=timezone.now()) == 5
    tell()

    assert len(aai.passed) == 15
    assert entitlements.see_to(keys, namespace=NAMESPACE, now=timezone.now()) == 0
