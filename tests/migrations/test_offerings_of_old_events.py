from __future__ import annotations

from tests.factories.identity import EventFactory
import importlib
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest
from django.db import connection

from identity import events
from identity.models import Event

if TYPE_CHECKING:
    from datetime import datetime

    from identity.models import Customer

migration = importlib.import_module("identity.migrations.0005_offerings_of_old_events").Migration


def run(*, backwards: bool = False) -> None:
    with connection.cursor() as cursor:
        for operation in migration.operations:
            cursor.execute((operation.reverse_sql if backwards else operation.sql) or "SELECT 1")


@pytest.mark.django_db
def test_old_events_are_given_the_offering_that_they_name_and_can_be_undone(
    provider: Customer, now: datetime
) -> None:
    offering, resource, row = (SimpleNamespace(uuid=uuid4()) for _ in range(3))
    known = {"provider": provider, "resource_uuid": resource.uuid}

    def old(kind: str, subject: Any = row, **told: Any) -> None:
        EventFactory(kind=kind, subject_uuid=subject.uuid, created=now, **told)

    old("offering.paused", offering)
    old("order.done", payload={"offering_uuid": offering.uuid.hex}, **known)
    old("plan.created", payload={"offering": offering.uuid.hex})
    old("terms.published", payload={"offering": "Fast machine"})
    on_offering = {"scope_type": "offering", "scope_uuid": offering.uuid.hex}
    old("grant.given", payload=on_offering)
    old("grant.revoked", payload={**on_offering, "scope_type": "project"})
    old("usage.recorded", resource, **known)
    old("resource.described", resource, resource_uuid=resource.uuid)
    old("usage.recorded", row, provider=provider, resource_uuid=uuid4())
    run()

    found = Event.objects.order_by("pk").values_list("kind", "offering_uuid")
    assert list(found) == [
        ("offering.paused", offering.uuid),
        ("order.done", offering.uuid),
        ("plan.created", offering.uuid),
        ("terms.published", None),
        ("grant.given", offering.uuid),
        ("grant.revoked", None),
        ("usage.recorded", offering.uuid),
        ("resource.described", None),
        ("usage.recorded", None),
    ]
    run(backwards=True)
    assert not Event.objects.exclude(offering_uuid=None).exists()
