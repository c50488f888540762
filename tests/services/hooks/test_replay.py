"""What a hook was told, or was not, is told again."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest

from identity.models import Event
from notifications.models import Hook, HookDelivery
from notifications.services import hook_replay, hooks
from notifications.services.hook_replay import Replayed, Stretch
from tests.factories.notifications import HookAttemptFactory, WebHookFactory
from tests.services.hooks.conftest import AWAY, DONE, answered, claimed, planned

pytestmark = pytest.mark.django_db


@pytest.fixture
def hook(alice, now):
    return WebHookFactory(author=alice, created=now, event_kinds=["project.*"])


@pytest.fixture
def again(hook, alice, now):
    return lambda **what: hook_replay.replay(hook, **what, actor=alice, now=now)


def test_one_event_is_told_again(hook, happen, again, now):
    (event,) = happen()
    answered(claimed(now), DONE, now)

    assert again(event_uuid=event.uuid) == Replayed(1)

    delivery = HookDelivery.objects.get()
    assert (delivery.delivered_at, delivery.attempts, delivery.dead) == (None, 0, False)
    assert delivery.tries.count() == 1
    assert claimed(now).parts[0].payload["uuid"] == event.uuid.hex


def test_an_event_from_before_the_hook_is_told_too(happen, alice, now):
    (event,) = happen(at=now - timedelta(days=100))
    hook = WebHookFactory(author=alice, created=now, event_kinds=["order.done"])

    hook_replay.replay(hook, event_uuid=event.uuid, actor=alice, now=now)

    assert planned(hook) == [event]


def test_what_the_owner_may_not_see_is_not_replayed(hook, happen, again, elsewhere):
    (hidden,) = happen(project=None, customer=elsewhere)

    for uuid in (hidden.uuid, uuid4()):
        with pytest.raises(hook_replay.NoSuchEvent):
            again(event_uuid=uuid)
    assert again(stretch=Stretch(after=0)) == Replayed(0)


def test_a_stretch_is_beyond_one_number_up_to_another(hook, happen, again):
    events = happen(4)
    happen(kind="order.done")
    HookDelivery.objects.all().delete()

    assert again(stretch=Stretch(after=events[0].sequence, before=events[2].sequence)).replayed == 2
    assert planned(hook) == events[1:3]
    assert again(stretch=Stretch(after=events[2].sequence)).replayed == 1
    assert planned(hook) == events[1:]


def test_a_stretch_may_be_of_time(hook, happen, again, now):
    events = [happen(at=now + timedelta(hours=n))[0] for n in range(4)]
    HookDelivery.objects.all().delete()
    stretch = Stretch(after=now, before=now + timedelta(hours=2))

    assert again(stretch=stretch).replayed == 2
    assert planned(hook) == events[1:3]


def test_a_long_stretch_says_where_to_go_on(hook, happen, again, monkeypatch):
    monkeypatch.setattr(hook_replay, "MOST", 2)
    monkeypatch.setattr(hook_replay, "CHUNK", 2)
    events = happen(5)
    HookDelivery.objects.all().delete()

    first = again(stretch=Stretch(after=0))
    assert first == Replayed(2, events[1].sequence)
    second = again(stretch=Stretch(after=first.next))
    assert second == Replayed(2, events[3].sequence)
    assert again(stretch=Stretch(after=second.next)) == Replayed(1)
    assert planned(hook) == events


def test_all_that_was_given_up_is_told_again(hook, happen, again, now):
    happen(3)
    HookDelivery.objects.update(dead=True, attempts=17, last_error="HTTP 500")

    assert again() == Replayed(3)

    assert set(HookDelivery.objects.values_list("dead", "attempts")) == {(False, 0)}
    assert again() == Replayed(0)


def test_a_replay_wakes_a_hook_that_was_left_alone(hook, happen, again, now):
    happen()
    answered(claimed(now), AWAY, now)
    again(stretch=Stretch(after=0))

    hook.refresh_from_db()
    assert (hook.failures, hook.failing_since, hook.paused_until) == (0, None, None)
    assert claimed(now).hook_id == hook.pk


def test_a_replay_during_an_attempt_is_not_lost(hook, happen, again, now):
    happen()
    under_way = claimed(now)
    again(stretch=Stretch(after=0))
    answered(under_way, DONE, now)

    assert HookDelivery.objects.get().delivered_at is None


def test_a_replay_is_recorded(hook, happen, again, alice):
    happen(2)
    again(stretch=Stretch(after=0))

    event = Event.objects.get(kind="web_hook.replayed")
    assert (event.actor, event.message, event.payload) == (
        alice,
        "2 events are told again.",
        {"hook_uuid": hook.uuid.hex, "replayed": 2},
    )


def test_a_hook_that_is_off_or_gone_is_told_nothing_again(hook, again):
    Hook.objects.update(is_active=False)
    with pytest.raises(hooks.Inactive):
        again()
    Hook.objects.all().delete()
    with pytest.raises(hooks.HookGone):
        again()


def test_staff_replay_a_delivery(hook, happen, dave, now):
    happen()
    answered(claimed(now), DONE, now)
    row = HookDelivery.objects.get()
    HookAttemptFactory(delivery=row)

    hook_replay.replay_delivery(row, actor=dave, now=now)

    assert HookDelivery.objects.get(delivered_at=None).pk == row.pk
