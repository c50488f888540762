"""A subscriber is answered when the broker is ready for it, or is known not to be."""

from __future__ import annotations

import time
from typing import Any

import pytest

from allocations.api.subscriptions import readiness
from allocations.models import MessageQueue
from tests.factories.agents import MessageQueueFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def naps(monkeypatch, settings):
    """Count how often it waits; at the second time, what the test says happens."""
    settings.RABBITMQ_URL = "amqp://nowhere"
    taken: list[float] = []
    happens: dict[str, Any] = {}

    def sleep(seconds):
        taken.append(seconds)
        if len(taken) == 2:
            MessageQueue.objects.update(**happens)

    monkeypatch.setattr(time, "sleep", sleep)
    return taken, happens


@pytest.mark.parametrize("what", ["declared_at", "failures"])
def test_it_waits_until_the_queue_is_declared_or_the_broker_was_found_away(naps, now, what):
    taken, happens = naps
    happens[what] = now if what == "declared_at" else 1
    queue = MessageQueueFactory(declared_at=None)

    readiness.await_declared(queue.consumer)

    assert len(taken) == 2


def test_what_is_declared_is_answered_at_once(naps):
    readiness.await_declared(MessageQueueFactory().consumer)
    assert naps[0] == []


def test_it_does_not_wait_for_ever(naps, monkeypatch):
    monkeypatch.setattr(readiness, "PATIENCE", 0.0)
    readiness.await_declared(MessageQueueFactory(declared_at=None).consumer)
    assert naps[0] == []


def test_without_a_bus_nobody_waits(naps, settings):
    settings.RABBITMQ_URL = ""
    readiness.await_declared(MessageQueueFactory(declared_at=None).consumer)
    assert naps[0] == []
