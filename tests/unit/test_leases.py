"""What a lease says, and what becomes of a row by it; none of it needs the database."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from allocations.models import MessageQueue, Provision
from common.leases import Backoff, Lease
from identity.models import EventDelivery
from notifications.models import HookDelivery

if TYPE_CHECKING:
    from common.leased_rows import Attempted, Delivery

NOW = datetime(2026, 11, 30, 12, tzinfo=UTC)
SECOND = timedelta(seconds=1)
USES = (EventDelivery, HookDelivery, Provision, MessageQueue)
COUNTED = (EventDelivery, HookDelivery, Provision)
DELIVERIES = (EventDelivery, HookDelivery)

backoffs = st.builds(
    Backoff,
    first=st.timedeltas(timedelta(milliseconds=1), timedelta(minutes=5)),
    longest=st.timedeltas(timedelta(minutes=5), timedelta(days=3)),
    factor=st.integers(2, 10),
)


@given(backoffs, st.integers(1, 2**31))
def test_pauses_grow_by_the_factor_and_end_at_the_longest(backoff: Backoff, failures: int) -> None:
    pauses = [backoff.after(number) for number in range(1, 50)]

    assert pauses[0] == backoff.first
    assert pauses[-1] == backoff.longest  # a factor of two comes from a ms to three days in 29
    for before, after in pairwise(pauses):
        assert after == min(before * backoff.factor, backoff.longest)
    assert backoff.first <= backoff.after(failures) <= backoff.longest


@given(backoffs, st.integers(-(2**31), 0))
def test_without_a_failure_nothing_waits(backoff: Backoff, failures: int) -> None:
    assert backoff.after(failures) == timedelta(0)


@given(backoffs, st.integers(1, 30), st.integers(0, 2**31))
def test_work_is_tried_so_often_and_then_no_more(backoff: Backoff, most: int, done: int) -> None:
    lease = Lease(lasts=SECOND, backoff=backoff, most_attempts=most)
    again = lease.next_attempt(done, now=NOW)

    assert lease.is_worn_out(done) is (again is None) is (done >= most)
    assert again is None or again == NOW + backoff.after(done)
    endless = Lease(lasts=SECOND, backoff=backoff)
    assert endless.next_attempt(done, now=NOW) == NOW + backoff.after(done)


@pytest.mark.parametrize("model", USES)
def test_a_taken_row_is_its_worker_s_until_the_lease_ends(model: type[MessageQueue]) -> None:
    row = model(next_attempt_at=NOW)
    assert (row.is_due(NOW - SECOND), row.is_due(NOW)) == (False, True)

    assert row.take(now=NOW)

    assert row.claimed_until is not None
    assert (row.is_due(row.claimed_until - SECOND), row.is_due(row.claimed_until)) == (False, True)


@pytest.mark.parametrize("model", USES)
def test_a_row_that_rests_is_nobody_s_until_then(model: type[MessageQueue]) -> None:
    row = model(next_attempt_at=NOW)
    row.take(now=NOW)

    row.rest("away", until=NOW + SECOND)

    assert (row.last_error, row.claimed_until) == ("away", None)
    assert (row.is_due(NOW), row.is_due(NOW + SECOND)) == (False, True)


@pytest.mark.parametrize("model", COUNTED)
def test_each_attempt_counts_and_the_last_failure_ends_it(model: type[Attempted]) -> None:
    row, now, most = model(next_attempt_at=NOW), NOW, model.lease.most_attempts or 0

    for attempt in range(1, most + 1):
        assert row.take(now=now)
        assert row.attempts == attempt
        assert row.fail(f"error {attempt}", now=now) is (attempt < most)
        assert (row.last_error, row.claimed_until) == (f"error {attempt}", None)
        if attempt < most:
            assert row.next_attempt_at == now + model.lease.backoff.after(attempt)
        now = row.next_attempt_at


@pytest.mark.parametrize("model", DELIVERIES)
def test_what_killed_its_worker_every_time_is_given_up(model: type[Delivery]) -> None:
    row, now = model(next_attempt_at=NOW, last_error="before"), NOW
    for _ in range(model.lease.most_attempts or 0):
        assert row.take(now=now)
        now += model.lease.lasts

    assert not row.take(now=now)

    assert (row.dead, row.claimed_until) == (True, None)
    assert row.last_error == model.worn_out


@pytest.mark.parametrize("model", DELIVERIES)
def test_what_went_well_at_last_is_delivered_whatever_was_before(model: type[Delivery]) -> None:
    row = model(next_attempt_at=NOW, attempts=30, dead=True, last_error="before")

    row.settle(now=NOW)

    assert (row.delivered_at, row.dead, row.last_error) == (NOW, False, "")


@pytest.mark.parametrize("model", DELIVERIES)
def test_what_is_given_up_without_a_reason_keeps_the_last_error(model: type[Delivery]) -> None:
    row = model(next_attempt_at=NOW, last_error="before")
    row.give_up("")
    assert (row.dead, row.last_error) == (True, "before")
    row.give_up("after")
    assert row.last_error == "after"
