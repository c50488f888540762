"""Several workers at once take what waits: each row is one worker's, and none is left behind."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from itertools import chain
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest
from django.db import transaction
from django.utils import timezone

from allocations.models import MessageQueue, Provision
from allocations.services import provisioning, publishing
from common import leased_rows
from identity.models import EventDelivery
from identity.services import outbox
from marketplace.lifecycle import OrderState
from notifications.models import Hook, HookDelivery
from notifications.services import hook_sending
from tests.concurrency.racing import RACERS, at_once, race
from tests.factories.agents import MessageQueueFactory, QueueMessageFactory
from tests.factories.identity import EventFactory
from tests.factories.marketplace import OrderFactory
from tests.factories.notifications import HookDeliveryFactory

if TYPE_CHECKING:
    from collections.abc import Callable

    from common.leased_rows import Leased

pytestmark = pytest.mark.django_db(transaction=True)

ROWS = 2 * RACERS


def event_deliveries() -> None:
    now = timezone.now()
    EventDelivery.objects.bulk_create(
        EventDelivery(
            event=EventFactory(sequence=number, subject_uuid=uuid4()),
            handler="any",
            next_attempt_at=now,
        )
        for number in range(ROWS)
    )


def hook_deliveries() -> None:
    for _ in range(ROWS):
        HookDeliveryFactory()  # each of a hook of its own


def message_queues() -> None:
    for _ in range(ROWS):
        QueueMessageFactory(queue=MessageQueueFactory(next_attempt_at=timezone.now()))


def take_event() -> Any:
    claimed = outbox.claim(now=timezone.now())
    return claimed and claimed.delivery_id


def take_hook() -> Any:
    claimed = hook_sending.claim(now=timezone.now())
    return claimed and claimed.parts[0].delivery_id


def take_queue() -> Any:
    claimed = publishing.claim(now=timezone.now())
    return claimed and claimed.queue.pk


USES = {
    "events": (event_deliveries, take_event, EventDelivery),
    "hooks": (hook_deliveries, take_hook, HookDelivery),
    "queues": (message_queues, take_queue, MessageQueue),
}


def until_none(take: Callable[[], Any]) -> list[Any]:
    taken = []
    while (row := take()) is not None:
        taken.append(row)
    return taken


@pytest.mark.parametrize("use", USES)
def test_each_row_is_taken_once_and_again_when_its_worker_is_over_time(use: str) -> None:
    make, take, model = USES[use]
    make()

    first = Counter(chain.from_iterable(at_once(lambda _: until_none(take))))

    assert first == dict.fromkeys(model._default_manager.values_list("pk", flat=True), 1)
    over = timezone.now() - timedelta(seconds=1)
    model._default_manager.update(claimed_until=over)
    Hook.objects.update(claimed_until=over)
    again = Counter(chain.from_iterable(at_once(lambda _: until_none(take))))
    assert again == first


def test_who_takes_does_not_wait_for_who_is_taking() -> None:
    event_deliveries()
    taken: list[Leased] = []
    with transaction.atomic():
        rows = EventDelivery.objects.order_by("pk")
        mine = leased_rows.claim(rows, now=timezone.now(), at_most=3)
        (others,) = race(lambda: claimed_elsewhere(rows))

    taken = [*mine, *others]
    assert len({row.pk for row in taken}) == len(taken) == 6


def claimed_elsewhere(rows: Any) -> list[EventDelivery]:
    with transaction.atomic():
        return leased_rows.claim(rows, now=timezone.now(), at_most=3)


def test_an_order_is_delivered_by_one_of_those_who_start_it() -> None:
    order = OrderFactory(state=OrderState.EXECUTING)
    now = timezone.now()

    got = at_once(lambda _: provisioning._claim(order, now=now))

    assert sum(one is not None for one in got) == 1
    assert Provision.objects.get().attempts == 1
    after = now + Provision.lease.lasts
    assert sum(one is not None for one in at_once(lambda _: provisioning._claim(order, now=after)))
    assert Provision.objects.get().attempts == 2
