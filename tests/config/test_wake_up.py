"""The dispatcher is woken without the request waiting for the broker."""

from __future__ import annotations

import threading
import time

import pytest
from django.db import transaction

from config import apps
from config.wake_up import WakeUp
from identity import events
from identity.event_kinds import PROJECT_UPDATED
from tests.factories.identity import ProjectFactory, UserFactory


@pytest.fixture
def sent():
    """Return what counts messages and can be made to fail or to hang."""

    class Sent:
        def __init__(self):
            self.times, self.arrived, self.error = 0, threading.Event(), None
            self.open = threading.Event()
            self.open.set()

        def __call__(self):
            self.open.wait(120)
            self.times += 1
            self.arrived.set()
            if self.error:
                raise self.error

    return Sent()


def test_a_call_becomes_a_message(sent):
    WakeUp(sent)()

    assert sent.arrived.wait(120)


def test_many_calls_while_one_is_sent_become_one_message(sent):
    sent.open.clear()
    wake_up = WakeUp(sent, gap=0)
    for _ in range(50):
        wake_up()
    sent.open.set()

    assert sent.arrived.wait(120)
    time.sleep(0.1)
    assert sent.times <= 2


def test_a_broker_that_hangs_does_not_hold_up_the_caller(sent):
    sent.open.clear()
    wake_up = WakeUp(sent)
    for _ in range(1000):
        wake_up()

    assert sent.times == 0  # none of the calls has waited for a message to leave
    sent.open.set()


def test_a_broker_that_refuses_is_tried_again_with_the_next_call(sent, caplog):
    sent.error = ConnectionError("no broker")
    wake_up = WakeUp(sent, gap=0.001, longest_pause=0.01)
    wake_up()
    assert sent.arrived.wait(120)

    sent.error = None
    sent.arrived.clear()
    wake_up()

    assert sent.arrived.wait(120)
    assert "the broker cannot be reached" in caplog.text


def test_a_forked_process_gets_a_thread_of_its_own(sent, monkeypatch):
    wake_up = WakeUp(sent)
    wake_up()
    assert sent.arrived.wait(120)
    before = wake_up._thread
    sent.arrived.clear()

    monkeypatch.setattr("config.wake_up.os.getpid", lambda: -1)
    wake_up()

    assert sent.arrived.wait(120)
    assert wake_up._thread is not before


@pytest.mark.django_db(transaction=True)
def test_the_dispatcher_is_woken_after_the_commit_only(sent, monkeypatch, now):
    monkeypatch.setattr(events, "_wake_ups", [WakeUp(sent)])
    actor, project = UserFactory(), ProjectFactory()

    with transaction.atomic():
        events.record(PROJECT_UPDATED, project, actor=actor, now=now)
        assert not sent.arrived.wait(0.1)

    assert sent.arrived.wait(120)


@pytest.mark.django_db(transaction=True)
def test_the_action_stands_when_waking_fails(monkeypatch, now):
    def fail():
        raise OSError("no threads left")

    monkeypatch.setattr(events, "_wake_ups", [fail])
    project = ProjectFactory()

    with transaction.atomic():
        event = events.record(PROJECT_UPDATED, project, actor=None, now=now)

    event.refresh_from_db()


def test_the_message_names_the_task_and_does_not_wait_for_a_broker(monkeypatch):
    messages = []
    monkeypatch.setattr(
        apps.celery_app, "send_task", lambda name, **options: messages.append((name, options))
    )

    apps.wake_dispatcher()

    assert messages == [
        (
            "config.wiring.dispatch_events",
            {"ignore_result": True, "retry": False, "expires": 60},
        )
    ]
