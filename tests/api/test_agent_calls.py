"""What agents report takes a bounded number of queries, however much a site has."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from django.db import transaction

from accounting.models import ComponentUserUsage
from tests.api.site.agent_calls import AGENT_CALLS, AT, AgentCall, filled
from tests.api.site.counting import statements
from tests.api.site.place import Place, build, enlarge
from tests.factories.allocations import OfferingUserFactory

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from rest_framework.test import APIClient

    from identity.models import Customer, User

pytestmark = pytest.mark.django_db


@pytest.fixture
def place(provider: Customer, allocator: Customer, now: datetime) -> Place:
    return build(provider=provider, allocator=allocator, now=now)


def counted(client: APIClient, call: AgentCall, names: dict[str, str]) -> int:
    """Carry out a call and undo it; return how many queries it took."""
    with transaction.atomic():
        with statements() as run:
            answer = getattr(client, call.method)(
                f"/api/{call.path.format(**names)}", filled(call.body, names), format="json"
            )
        transaction.set_rollback(True)
    assert answer.status_code == call.status, f"{call.number}: {answer.content!r:.300}"
    return run.number


def test_a_call_takes_a_bounded_number_of_queries_however_many_rows_there_are(
    place: Place, carol: User, now: datetime, as_user: Callable[[User], APIClient]
) -> None:
    client, names = as_user(carol), place.names
    few = {call.number: counted(client, call, names) for call in AGENT_CALLS}
    enlarge(place, rows=60, members=30, now=now)
    many = {call.number: counted(client, call, names) for call in AGENT_CALLS}
    assert {n: (few[n], count) for n, count in many.items() if count > few[n]} == {}
    assert {d.number: many[d.number] for d in AGENT_CALLS if many[d.number] > d.most} == {}


def test_a_hundred_people_take_as_many_queries_as_one(
    place: Place, carol: User, as_user: Callable[[User], APIClient]
) -> None:
    client, usage = as_user(carol), place.resource.component_usages.earliest("pk")
    usage.user_usages.all().delete()  # a report that names nobody of these would remove them
    accounts = OfferingUserFactory.create_batch(100, offering=place.offering)
    entries = [
        {
            "username": account.username,
            "usage": "0.64",
            "user": f"{AT}marketplace-offering-users/{account.uuid.hex}/",
            "date": "2026-11-01T00:00:00+00:00",
        }
        for account in accounts
    ]

    def report(several: list[dict[str, Any]]) -> int:
        with statements() as run:
            answer = client.post(
                f"/api/marketplace-component-usages/{usage.uuid}/set_user_usages/",
                {"usages": several},
                format="json",
            )
        assert (answer.status_code, answer.content) == (201, b"")
        return run.number

    assert report(entries[:1]) == report(entries) <= 20
    kept = ComponentUserUsage.objects.filter(component_usage=usage, user__in=accounts)
    assert kept.count() == 100
