"""Events are put in order, told at least once, and given up only after many attempts."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest

from identity.models import Event, EventDelivery
from identity.services import outbox
from tests.factories.identity import EventFactory

if TYPE_CHECKING:
    from datetime import datetime

pytestmark = pytest.mark.django_db

MOST_ATTEMPTS = EventDelivery.lease.most_attempts or 0

HEARD = {"thing.happened": ("a.first", "a.second")}


def happened(now: datetime, *, about: Event | None = None, kind: str = "thing.happened") -> Event:
    """Return a recorded event, about the same thing as another one if asked."""
    subject = about.subject_uuid if about else uuid4()
    event: Event = EventFactory(kind=kind, created=now, subject_uuid=subject)
    return event


def claimed(now: datetime) -> outbox.Claim:
    """Take what is due; something is."""
    claim = outbox.claim(now=now)
    assert claim is not None
    return claim


def test_events_get_consecutive_numbers_and_one_delivery_per_handler(now: datetime) -> None:
    first, second = happened(now), happened(now, kind="thing.ignored")

    assert outbox.put_in_order(HEARD, now=now) == ["thing.happened", "thing.ignored"]

    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.sequence, second.sequence) == (1, 2)
    assert first.dispatched_at == second.dispatched_at == now
    assert list(EventDelivery.objects.order_by("pk").values_list("event", "handler")) == [
        (first.pk, "a.first"),
        (first.pk, "a.second"),
    ]


def test_the_second_time_there_is_nothing_to_put_in_order(now: datetime) -> None:
    happened(now)
    outbox.put_in_order(HEARD, now=now)

    assert outbox.put_in_order(HEARD, now=now) == []
    assert EventDelivery.objects.count() == 2


def test_numbers_go_on_where_they_ended(now: datetime) -> None:
    happened(now)
    outbox.put_in_order(HEARD, now=now)
    later = happened(now)
    outbox.put_in_order(HEARD, now=now)

    later.refresh_from_db()
    assert later.sequence == 2


def test_a_claimed_delivery_is_nobody_elses_until_its_lease_is_over(now: datetime) -> None:
    happened(now)
    outbox.put_in_order({"thing.happened": ("a.first",)}, now=now)

    first = claimed(now)

    assert outbox.claim(now=now) is None
    assert outbox.claim(now=now + EventDelivery.lease.lasts - timedelta(seconds=1)) is None
    again = claimed(now + EventDelivery.lease.lasts)
    assert (again.delivery_id, again.attempt) == (first.delivery_id, 2)


def test_a_settled_delivery_never_comes_back(now: datetime) -> None:
    happened(now)
    outbox.put_in_order({"thing.happened": ("a.first",)}, now=now)

    outbox.settle(claimed(now), now=now)

    assert outbox.claim(now=now + timedelta(days=1)) is None
    assert EventDelivery.objects.get().delivered_at == now


def test_a_failed_delivery_is_tried_again_later_and_keeps_the_reason(now: datetime) -> None:
    happened(now)
    outbox.put_in_order({"thing.happened": ("a.first",)}, now=now)

    outbox.fail(claimed(now), "the site was away: password='s3cret'", now=now)

    delivery = EventDelivery.objects.get()
    assert (delivery.dead, delivery.last_error) == (False, "the site was away: password=***")
    assert delivery.next_attempt_at == now + timedelta(seconds=2)
    assert outbox.claim(now=now + timedelta(seconds=1)) is None
    assert claimed(now + timedelta(seconds=2)).attempt == 2


def test_pauses_double_up_to_an_hour() -> None:
    pause_after = EventDelivery.lease.backoff.after
    assert [pause_after(n).total_seconds() for n in (1, 2, 3, 11, 12, 40)] == [
        2,
        4,
        8,
        2048,
        3600,
        3600,
    ]


def test_after_the_last_attempt_it_is_given_up_with_the_reason(now: datetime) -> None:
    happened(now)
    outbox.put_in_order({"thing.happened": ("a.first",)}, now=now)
    for attempt in range(1, MOST_ATTEMPTS + 1):
        now += timedelta(hours=1)
        outbox.fail(claimed(now), f"error {attempt}", now=now)

    delivery = EventDelivery.objects.get()
    assert delivery.dead
    assert delivery.last_error == f"error {MOST_ATTEMPTS}"
    assert outbox.claim(now=now + timedelta(days=365)) is None


def test_a_delivery_that_kills_every_worker_is_given_up_too(now: datetime) -> None:
    happened(now)
    outbox.put_in_order({"thing.happened": ("a.first",)}, now=now)
    for _ in range(MOST_ATTEMPTS):
        claimed(now)
        now += EventDelivery.lease.lasts

    assert outbox.claim(now=now) is None
    delivery = EventDelivery.objects.get()
    assert (delivery.dead, delivery.last_error) == (True, "The worker died at every attempt.")


def test_what_was_given_up_can_be_revived(now: datetime) -> None:
    happened(now)
    outbox.put_in_order({"thing.happened": ("a.first",)}, now=now)
    outbox.abandon(claimed(now), "nobody there")

    outbox.revive(EventDelivery.objects.get(), actor=None, now=now)

    assert claimed(now).attempt == 1
    revived = Event.objects.get(kind="event.revived")
    assert revived.payload == {"subscriber": "a.first", "kind": "thing.happened"}


def test_reviving_leaves_what_is_not_given_up_alone(now: datetime) -> None:
    happened(now)
    outbox.put_in_order({"thing.happened": ("a.first",)}, now=now)
    claimed(now)

    outbox.revive(EventDelivery.objects.get(), now=now)

    assert outbox.claim(now=now) is None


def test_a_subject_s_events_come_one_after_the_other(now: datetime) -> None:
    first = happened(now)
    happened(now, about=first)
    outbox.put_in_order({"thing.happened": ("a.first",)}, now=now)

    begun = claimed(now)
    assert begun.event_uuid == first.uuid
    assert outbox.claim(now=now) is None
    outbox.settle(begun, now=now)
    assert claimed(now).event_uuid != first.uuid


def test_a_failing_event_holds_the_later_ones_of_its_subject_back_but_no_others(
    now: datetime,
) -> None:
    first = happened(now)
    second = happened(now, about=first)
    other = happened(now)
    outbox.put_in_order({"thing.happened": ("a.first",)}, now=now)

    outbox.fail(claimed(now), "not now", now=now)

    unrelated = claimed(now)
    assert unrelated.event_uuid == other.uuid
    outbox.settle(unrelated, now=now)
    assert outbox.claim(now=now) is None
    now += timedelta(minutes=1)
    retried = claimed(now)
    assert retried.event_uuid == first.uuid
    outbox.abandon(retried, "never")
    assert claimed(now).event_uuid == second.uuid


def test_another_handler_of_the_same_event_does_not_wait(now: datetime) -> None:
    happened(now)
    outbox.put_in_order(HEARD, now=now)

    assert {claimed(now).handler, claimed(now).handler} == {"a.first", "a.second"}


def test_who_is_late_does_not_disturb_the_worker_that_has_it_now(now: datetime) -> None:
    happened(now)
    outbox.put_in_order({"thing.happened": ("a.first",)}, now=now)
    late = claimed(now)
    now += EventDelivery.lease.lasts
    current = claimed(now)

    outbox.fail(late, "too late", now=now)

    delivery = EventDelivery.objects.get()
    assert (delivery.claimed_until, delivery.last_error) == (now + EventDelivery.lease.lasts, "")
    outbox.settle(late, now=now)  # it did work in the end
    outbox.fail(current, "it was done already", now=now)
    assert EventDelivery.objects.get().delivered_at == now
