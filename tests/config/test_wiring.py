"""Handlers are called, and what they raise is kept."""

from __future__ import annotations

import logging
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from config import wiring
from config.celery import app as celery_app
from identity.event_handlers import Handler
from identity.event_kinds import PROJECT_UPDATED
from identity.models import EventDelivery
from tests.factories.identity import EventFactory, ProjectFactory

if TYPE_CHECKING:
    from uuid import UUID

pytestmark = pytest.mark.django_db


def wire(monkeypatch, **functions):
    handlers = tuple(Handler(name, function) for name, function in functions.items())
    monkeypatch.setattr(wiring, "HANDLERS", {PROJECT_UPDATED: handlers})


def test_what_a_handler_raises_is_logged_and_kept(monkeypatch, caplog):
    def hear(_):
        raise ConnectionError("the site is away")

    wire(monkeypatch, hear=hear)
    EventFactory(project=ProjectFactory())

    wiring.dispatch_events()

    delivery = EventDelivery.objects.get()
    assert (delivery.attempts, delivery.dead, delivery.delivered_at) == (1, False, None)
    assert "ConnectionError: the site is away" in delivery.last_error
    assert "hear failed with project.updated" in caplog.text


def test_one_handler_s_failure_is_not_another_s(monkeypatch):
    told: list[UUID] = []

    def fail(_):
        raise ValueError

    wire(monkeypatch, fails=fail, hears=told.append)
    event = EventFactory(project=ProjectFactory())

    wiring.dispatch_events()

    assert told == [event.uuid]


def test_the_last_failure_kills_the_delivery_with_its_error(monkeypatch):
    def hear(_):
        raise ValueError("never")

    wire(monkeypatch, hear=hear)
    monkeypatch.setattr(EventDelivery, "lease", replace(EventDelivery.lease, most_attempts=1))
    EventFactory(project=ProjectFactory())

    wiring.dispatch_events()

    delivery = EventDelivery.objects.get()
    assert delivery.dead
    assert delivery.last_error.rstrip().endswith("ValueError: never")


def test_a_handler_that_was_removed_from_the_code_is_given_up(monkeypatch):
    event = EventFactory(project=ProjectFactory())
    EventDelivery.objects.create(event=event, handler="gone", next_attempt_at=event.created)
    wire(monkeypatch)

    wiring.dispatch_events()

    delivery = EventDelivery.objects.get()
    assert (delivery.dead, delivery.last_error) == (
        True,
        "There is no such handler any more.",
    )


def test_a_kind_that_nobody_declared_is_an_error_in_the_log(caplog):
    project = ProjectFactory()
    EventFactory(project=project, kind="project.forgotten")
    EventFactory(project=project, kind="project.created")

    with caplog.at_level(logging.ERROR):
        wiring.dispatch_events()

    assert [record.getMessage() for record in caplog.records] == [
        "project.forgotten is in no catalogue of kinds"
    ]


def test_hooks_are_planned_when_something_new_was_numbered_and_only_then(monkeypatch):
    woken = []
    monkeypatch.setattr(wiring, "tell_hooks", lambda: woken.append(True))

    wiring.dispatch_events()
    assert woken == []
    EventFactory(project=ProjectFactory())
    wiring.dispatch_events()
    wiring.dispatch_events()
    assert woken == [True]


def test_the_wish_to_plan_and_then_to_send_goes_to_the_queue_of_hooks():
    wiring.wake_hooks()

    with celery_app.connection_for_read() as connection:
        channel: Any = connection.default_channel
        message = channel.basic_get("hooks", no_ack=True)
    _args, _kwargs, embedded = message.payload
    assert message.headers["task"] == "notifications.tasks.plan_hooks"
    assert [then["task"] for then in embedded["chain"]] == ["notifications.tasks.send_hooks"]
