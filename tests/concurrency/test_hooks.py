"""Several planners and senders at once, on connections of their own."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from functools import partial
from uuid import uuid4

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from identity.models import Event
from identity.services import outbox
from identity.services.credentials import issue
from notifications import tasks
from notifications.models import Hook, HookAttempt, HookDelivery, HookPosition
from notifications.services import hook_planning, hook_replay, hook_runs, hook_sending, hooks
from tests.concurrency.racing import at_once, lost, race, race_each
from tests.factories.identity import EventFactory, UserFactory
from tests.factories.notifications import WebHookFactory
from tests.receiver import receiving

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def staff():
    return UserFactory(username="staff", is_staff=True)


@pytest.fixture
def receiver(settings):
    settings.WEBHOOK_ALLOW_PRIVATE = True
    with receiving() as one:
        yield one


def hook_of(staff, **more):
    """Return a hook that is told of everything from a minute ago on."""
    return WebHookFactory(author=staff, created=timezone.now() - timedelta(minutes=1), **more)


def happen(times, *, subjects=1):
    uuids = [uuid4() for _ in range(subjects)]
    return [
        EventFactory(kind="thing.happened", subject_uuid=uuids[n % subjects]) for n in range(times)
    ]


def number():
    outbox.put_in_order({}, now=timezone.now())


def plan():
    while hook_planning.plan(now=timezone.now()):
        pass


def test_planners_plan_everything_once(staff, monkeypatch):
    monkeypatch.setattr(hook_planning, "BATCH", 7)
    several = [hook_of(staff) for _ in range(3)]
    happen(40, subjects=40)
    number()

    at_once(lambda _: plan(), 4)

    planned = Counter(HookDelivery.objects.values_list("hook", "event"))
    assert len(planned) == 40 * len(several)
    assert set(planned.values()) == {1}
    assert HookPosition.objects.get().sequence == 40


def test_the_first_planners_of_all_make_one_position(staff):
    hook_of(staff)
    happen(3)
    number()

    at_once(lambda _: plan(), 4)

    assert HookPosition.objects.count() == 1
    assert HookDelivery.objects.count() == 3


def test_nothing_that_happens_after_a_hook_is_made_is_missed_whoever_plans_meanwhile(staff):
    happen(1)
    number()
    plan()

    def make(_):
        hook, _secret = hooks.create_web(
            destination_url="https://hooks.example.org/",
            event_kinds=["thing.*"],
            actor=staff,
            now=timezone.now(),
        )
        after = happen(1)[0]
        number()
        plan()
        return hook.pk, after.pk

    made = at_once(make, 4)
    plan()

    told = set(HookDelivery.objects.values_list("hook", "event"))
    assert set(made) <= told


def test_senders_claim_nothing_twice_and_one_thing_of_a_hook_at_a_time(staff):
    for _ in range(3):
        hook_of(staff)
    happen(10, subjects=10)
    number()
    plan()
    now = timezone.now()

    claims = [one for one in race_each(lambda _: hook_sending.claim(now=now), 6) if one]

    assert len(claims) == 3
    assert len({claim.hook_id for claim in claims}) == 3
    assert Counter(HookDelivery.objects.values_list("attempts", flat=True)) == {0: 27, 1: 3}


def test_two_senders_tell_each_event_once_and_in_order(staff, receiver):
    hook_of(staff, destination_url=receiver.url)
    events = happen(30, subjects=3)
    number()
    plan()

    def send(_):
        while claimed := hook_sending.claim(now=timezone.now()):
            now = timezone.now()
            answer = hook_runs.send(claimed, now)
            hook_sending.settle(claimed, answer, started=now, now=timezone.now())

    for _ in range(3):  # a sender that finds the hook taken goes away
        at_once(send, 3)

    assert receiver.took() == [event.uuid.hex for event in events]
    assert HookAttempt.objects.count() == 30


def test_one_run_goes_on_at_a_time(staff, receiver):
    hook_of(staff, destination_url=receiver.url)
    happen(10, subjects=10)
    number()
    plan()
    receiver.delay = 0.05

    sent = at_once(lambda _: hook_runs.run(clock=timezone.now), 3)

    assert sorted(sent) == [0, 0, 10]
    assert len(receiver.received) == 10


def test_the_tasks_plan_and_send_also_when_they_are_started_together(staff, receiver):
    hook_of(staff, destination_url=receiver.url)
    events = happen(10, subjects=5)
    number()

    race(tasks.plan_hooks, tasks.send_hooks, tasks.plan_hooks, tasks.send_hooks)
    tasks.plan_hooks()
    tasks.send_hooks()

    assert sorted(receiver.took()) == sorted(event.uuid.hex for event in events)


def test_a_replay_among_senders_loses_nothing(staff, receiver):
    hook = hook_of(staff, destination_url=receiver.url)
    events = happen(10, subjects=5)
    number()
    plan()

    def replay():
        stretch = hook_replay.Stretch(after=0)
        return hook_replay.replay(hook, stretch=stretch, actor=staff, now=timezone.now())

    got = race(tasks.send_hooks, replay, tasks.send_hooks, replay)
    assert [one for one in got if isinstance(one, Exception)] == []
    tasks.send_hooks()

    assert {event.uuid.hex for event in events} <= set(receiver.took())
    assert not HookDelivery.objects.filter(delivered_at=None).exists()


def test_a_hook_that_is_removed_while_it_is_told_is_removed(staff, receiver):
    hook = hook_of(staff, destination_url=receiver.url)
    happen(5, subjects=5)
    number()
    plan()
    receiver.delay = 0.05

    got = race(
        tasks.send_hooks,
        lambda: hooks.remove(hook, actor=staff, now=timezone.now()),
        lambda: hooks.remove(hook, actor=staff, now=timezone.now()),
    )

    assert lost(got, hooks.HookGone) == 1
    assert not Hook.objects.exists()
    assert not HookDelivery.objects.exists()
    assert Event.objects.filter(kind="web_hook.removed").count() == 1


def test_planners_and_those_who_change_and_remove_hooks_do_not_block_each_other(staff, now):
    several = [hook_of(staff) for _ in range(6)]
    happen(30, subjects=30)
    number()
    client = APIClient(HTTP_AUTHORIZATION=f"Token {issue(user=staff, name='', now=now)[1]}")
    address = f"/api/hooks-web/{several[0].uuid.hex}/"
    version = client.get(address)["ETag"]

    def change():
        return client.patch(address, {"is_active": False}, format="json", HTTP_IF_MATCH=version)

    got = race(
        tasks.plan_hooks,
        change,
        *[partial(hooks.remove, hook, actor=staff, now=now) for hook in several[1:4]],
        tasks.plan_hooks,
    )

    assert [one for one in got if isinstance(one, Exception)] == []
    assert got[1].status_code == 200
    tasks.plan_hooks()
    told = Counter(HookDelivery.objects.values_list("hook", flat=True))
    assert [told[hook.pk] for hook in several[4:]] == [told[several[4].pk]] * 2
    assert told[several[4].pk] >= 30
