"""Deliveries are claimed in turn, settled, tried again, and given up at last."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from itertools import pairwise
from uuid import uuid4

import pytest

from identity.models import Event
from notifications.models import Hook, HookAttempt, HookDelivery
from notifications.services import hook_sending
from notifications.services.hook_sending import (
    GIVEN_UP_AFTER,
    HOOK_BACKOFF,
    hook_pause_after,
)
from tests.factories.notifications import EmailHookFactory, WebHookFactory
from tests.services.hooks.conftest import AWAY, DONE, REFUSED, answered, claimed

pytestmark = pytest.mark.django_db

SECOND = timedelta(seconds=1)
LEASE = HookDelivery.lease.lasts
MAX_ATTEMPTS = HookDelivery.lease.most_attempts or 0
pause_after = HookDelivery.lease.backoff.after


@pytest.fixture
def hook(alice, now):
    return WebHookFactory(author=alice, created=now)


def test_pauses_grow_from_seconds_to_hours_and_last_three_days():
    pauses = [pause_after(attempt) for attempt in range(1, MAX_ATTEMPTS)]

    assert [pause.total_seconds() for pause in pauses[:5]] == [10, 30, 90, 270, 810]
    assert pauses[-1] == timedelta(hours=8)
    assert timedelta(days=3) <= sum(pauses, timedelta()) < timedelta(days=3, hours=4)
    assert pause_after(1000) == timedelta(hours=8)


def test_a_hook_that_is_away_is_left_alone_at_once_and_one_that_refuses_later():
    away = [hook_pause_after(n, is_answered=False).total_seconds() for n in (1, 2, 3, 1000)]
    refused = [hook_pause_after(n, is_answered=True).total_seconds() for n in (1, 4, 5, 6, 1000)]

    assert away == [10, 20, 40, HOOK_BACKOFF.longest.total_seconds()]
    assert refused == [0, 0, 10, 20, HOOK_BACKOFF.longest.total_seconds()]


def test_what_was_taken_is_settled_and_logged(hook, happen, now):
    happen()
    answered(claimed(now), DONE, now + SECOND)

    hook.refresh_from_db()
    delivery = HookDelivery.objects.get()
    assert (delivery.attempts, delivery.delivered_at, delivery.claimed_until) == (
        1,
        now + SECOND,
        None,
    )
    assert (hook.last_published, hook.claimed_until, hook.failures) == (now + SECOND, None, 0)
    assert list(HookAttempt.objects.values_list("latency_ms", "status", "error", "answer")) == [
        (5, 200, "", "ok")
    ]
    assert hook_sending.claim(now=now + timedelta(days=9)) is None


def test_a_hook_is_told_of_one_thing_at_a_time(hook, happen, now):
    for _ in range(2):
        happen(subject_uuid=uuid4())
    first = claimed(now)

    assert hook_sending.claim(now=now) is None
    answered(first, DONE, now)
    assert claimed(now).parts[0].delivery_id != first.parts[0].delivery_id


def test_what_a_dead_sender_had_is_taken_again_when_its_lease_is_over(hook, happen, now):
    happen()
    first = claimed(now)

    assert hook_sending.claim(now=now + LEASE - SECOND) is None
    again = claimed(now + LEASE)

    assert [part.delivery_id for part in again.parts] == [part.delivery_id for part in first.parts]
    assert again.parts[0].attempt == 2


def test_who_comes_too_late_with_a_failure_changes_nothing(hook, happen, now):
    happen()
    first = claimed(now)
    second = claimed(now + LEASE)
    answered(first, AWAY, now + LEASE)

    delivery = HookDelivery.objects.get()
    hook.refresh_from_db()
    assert (delivery.attempts, delivery.claimed_until) == (2, now + 2 * LEASE)
    assert hook.claimed_until == second.until


def test_who_comes_too_late_with_a_success_has_told_nonetheless(hook, happen, now):
    happen()
    first = claimed(now)
    second = claimed(now + LEASE)
    answered(first, DONE, now + LEASE)
    answered(second, AWAY, now + LEASE)

    assert HookDelivery.objects.get().delivered_at == now + LEASE


def test_what_happens_to_one_object_waits_for_what_happened_to_it_before(hook, happen, now):
    subject = uuid4()
    first, second = (happen(subject_uuid=subject)[0] for _ in range(2))
    (other,) = happen(subject_uuid=uuid4())
    answered(claimed(now), REFUSED, now)

    overtaking = claimed(now)
    assert overtaking.parts[0].payload["uuid"] == other.uuid.hex
    answered(overtaking, DONE, now)
    assert hook_sending.claim(now=now) is None

    later = now + pause_after(1)
    for event in (first, second):
        claim = claimed(later)
        assert claim.parts[0].payload["uuid"] == event.uuid.hex
        answered(claim, DONE, later)


def test_what_was_given_up_holds_nothing_up(hook, happen, now):
    subject = uuid4()
    happen(subject_uuid=subject)
    HookDelivery.objects.update(attempts=MAX_ATTEMPTS - 1)
    answered(claimed(now), REFUSED, now)
    (second,) = happen(subject_uuid=subject)

    assert HookDelivery.objects.get(dead=True).last_error == "HTTP 500"
    assert claimed(now).parts[0].payload["uuid"] == second.uuid.hex


def test_what_kills_its_sender_every_time_is_given_up(hook, happen, now):
    happen()
    HookDelivery.objects.update(attempts=MAX_ATTEMPTS)

    assert hook_sending.claim(now=now) is None
    assert HookDelivery.objects.get().last_error == "The sender died at every attempt."


def test_the_hook_that_was_tried_least_recently_comes_first(alice, hook, happen, now):
    other = WebHookFactory(author=alice, created=now)
    for _ in range(2):
        happen(subject_uuid=uuid4())
    told = []
    for second in range(4):
        claim = claimed(now + second * SECOND)
        told.append(claim.hook_id)
        answered(claim, DONE, now + second * SECOND)

    assert told == [hook.pk, other.pk, hook.pk, other.pk]


def test_a_receiver_that_is_away_costs_one_attempt_each_pause_whatever_waits(hook, happen, now):
    for _ in range(20):
        happen(subject_uuid=uuid4())
    moment, tries = now, 0
    while moment < now + timedelta(hours=3):
        claim = hook_sending.claim(now=moment)
        if claim:
            answered(claim, AWAY, moment)
            tries += 1
        moment += timedelta(seconds=20)

    assert tries <= 12
    assert not HookDelivery.objects.filter(dead=True).exists()


def test_once_it_is_back_everything_that_waited_goes_out_at_once(hook, happen, now):
    events = [happen(subject_uuid=uuid4())[0] for _ in range(5)]
    later = now
    for _ in range(5):
        answered(claimed(later), AWAY, later)
        hook.refresh_from_db()
        later = hook.paused_until
    told = set()
    while claim := hook_sending.claim(now=later):
        told.add(claim.parts[0].payload["uuid"])
        answered(claim, DONE, later)

    assert told == {event.uuid.hex for event in events}
    hook.refresh_from_db()
    assert (hook.failures, hook.failing_since, hook.paused_until) == (0, None, None)


def test_one_refused_event_holds_up_no_other(hook, happen, now):
    (bad,) = happen(subject_uuid=uuid4())
    others = [happen(subject_uuid=uuid4())[0] for _ in range(3)]
    answered(claimed(now), REFUSED, now)
    told = []
    while claim := hook_sending.claim(now=now):
        told.append(claim.parts[0].payload["uuid"])
        answered(claim, DONE, now)

    assert told == [event.uuid.hex for event in others]
    assert HookDelivery.objects.get(delivered_at__isnull=True).event == bad


def test_after_three_days_of_silence_the_oldest_are_given_up_together(hook, happen, now):
    for _ in range(3):
        happen(subject_uuid=uuid4())
    Hook.objects.update(failing_since=now, failures=50)
    later = now + GIVEN_UP_AFTER
    (young,) = happen(subject_uuid=uuid4(), at=later)
    answered(claimed(later), AWAY, later)

    alive = HookDelivery.objects.get(dead=False)
    assert alive.event == young
    assert Hook.objects.get().is_active


def test_a_receiver_is_left_alone_as_long_as_it_asks(hook, happen, now):
    happen()
    answered(claimed(now), replace(REFUSED, status=503, retry_after=600), now)

    hook.refresh_from_db()
    assert hook.paused_until == now + timedelta(minutes=10)


def test_a_receiver_that_asks_for_a_year_gets_an_hour(hook, happen, now):
    happen()
    answered(claimed(now), replace(REFUSED, status=429, retry_after=999_999), now)

    hook.refresh_from_db()
    assert hook.paused_until == now + HOOK_BACKOFF.longest


def test_a_receiver_that_is_gone_for_good_is_switched_off(hook, happen, now):
    happen()
    answered(claimed(now), replace(REFUSED, status=410), now)

    hook.refresh_from_db()
    assert not hook.is_active
    event = Event.objects.get(kind="web_hook.gone")
    assert (event.subject_uuid, event.message) == (
        hook.uuid,
        "Hook to hooks.example.org: gone.",
    )
    assert hook_sending.claim(now=now + timedelta(days=1)) is None


def test_an_answer_for_a_hook_that_was_removed_is_nothing(hook, happen, now):
    happen()
    claim = claimed(now)
    Hook.objects.all().delete()

    answered(claim, DONE, now)


def test_both_secrets_sign_as_long_as_they_overlap(hook, happen, now):
    Hook.objects.update(sealed_previous="old", previous_until=now + timedelta(hours=1))
    happen()

    assert claimed(now).sealed == (hook.sealed_secret, "old")
    assert claimed(now + timedelta(hours=1)).sealed == (hook.sealed_secret,)


def test_a_mail_tells_several_events_in_order(alice, happen, now):
    EmailHookFactory(author=alice, created=now)
    subject = uuid4()
    events = [happen(subject_uuid=subject)[0] for _ in range(3)]

    claim = claimed(now)

    assert [part.payload["uuid"] for part in claim.parts] == [event.uuid.hex for event in events]
    assert claim.address == alice.email


def test_mails_are_a_minute_apart_and_hold_fifty_events(alice, happen, now):
    EmailHookFactory(author=alice, created=now)
    happen(60)
    first = claimed(now)
    answered(first, DONE, now)

    assert len(first.parts) == 50
    assert hook_sending.claim(now=now + timedelta(seconds=59)) is None
    assert len(claimed(now + timedelta(minutes=1)).parts) == 10


def test_a_mail_that_was_not_taken_is_sent_again_with_what_came_meanwhile(alice, happen, now):
    hook = EmailHookFactory(author=alice, created=now)
    happen()
    answered(claimed(now), AWAY, now)
    happen()

    assert hook_sending.claim(now=now + pause_after(1) - SECOND) is None
    again = claimed(now + pause_after(1))
    assert [part.attempt for part in again.parts] == [2, 1]
    answered(again, AWAY, now + pause_after(1))
    hook.refresh_from_db()
    assert hook.paused_until == now + pause_after(1) + pause_after(2)


def test_pauses_never_shrink():
    for answer in (True, False):
        pauses = [hook_pause_after(n, is_answered=answer) for n in range(1, 60)]
        assert all(one <= other for one, other in pairwise(pauses))


def test_what_follows_waits_as_long_as_what_is_before_it(hook, happen, now):
    subject = uuid4()
    for _ in range(2):
        happen(subject_uuid=subject)
    (other,) = happen(subject_uuid=uuid4())
    answered(claimed(now), REFUSED, now)

    first, second, third = HookDelivery.objects.order_by("sequence")
    assert first.next_attempt_at == second.next_attempt_at == now + pause_after(1)
    assert (third.event, third.next_attempt_at) == (other, now)


def test_what_comes_after_a_failure_waits_for_what_failed(hook, happen, now):
    subject = uuid4()
    (first,) = happen(subject_uuid=subject)
    answered(claimed(now), REFUSED, now)
    happen(subject_uuid=subject)

    assert hook_sending.claim(now=now) is None
    assert claimed(now + pause_after(1)).parts[0].payload["uuid"] == first.uuid.hex
