from __future__ import annotations

import importlib

import pytest
from django.apps import apps
from django.utils import timezone

from config.wiring import HANDLERS
from identity.models import EventDelivery
from tests.factories.identity import EventFactory, ProjectFactory

migration = importlib.import_module("identity.migrations.0019_handlers_have_names_that_stay")


def names() -> list[str]:
    return list(EventDelivery.objects.order_by("pk").values_list("handler", flat=True))


@pytest.mark.django_db
def test_what_waits_for_a_handler_at_its_former_place_is_for_it_still_and_can_be_undone() -> None:
    event = EventFactory(project=ProjectFactory())
    places = [*sorted(migration.NAMES), "elsewhere.tasks.gone"]
    for place in places:
        EventDelivery.objects.create(event=event, handler=place, next_attempt_at=timezone.now())

    migration.name_by_what_stays(apps, None)

    assert set(names()) == {*migration.NAMES.values(), "elsewhere.tasks.gone"}
    handlers = {one.name for several in HANDLERS.values() for one in several}
    assert handlers >= set(migration.NAMES.values()), "some may have come since"

    migration.name_by_place(apps, None)

    assert names() == places
