"""Days and moments in queries and bodies: all within the bounds, none of them an error of ours."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest
from rest_framework.test import APIClient

from common.api.filters import Before, Day, Number, Since
from config.documents.routes import all_routes
from identity.models import Project
from marketplace.models import Resource
from tests.factories.marketplace import ResourceFactory

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from identity.models import User

pytestmark = pytest.mark.django_db

AT_THE_EDGE = (
    "2026-01-01T00:00:00+23:59",
    "2026-01-01T00:00:00-23:59",
    "0001-01-01T00:00:00+14:00",
    "0001-01-01T00:00:00Z",
    "0001-01-01",
    "9999-12-31T23:59:59-14:00",
    "9999-12-31",
)
NO_NUMBERS = ("1e400", "NaN", "Infinity", "-1e49", "1000000000000000000000000000000")


def test_no_list_fails_for_a_moment_a_day_or_a_number(
    dave: User, as_user: Callable[[User], APIClient]
) -> None:
    client = as_user(dave)
    asked = 0
    for route in all_routes():
        filters = getattr(route.viewset, "filterset_class", None)
        if route.action != "list" or not route.is_collection or filters is None:
            continue
        moments = [
            name
            for name, one in filters.base_filters.items()
            if isinstance(one, Since | Before | Day)
        ]
        for value in AT_THE_EDGE if moments else ():
            query = "&".join(f"{name}={quote(value)}" for name in moments)
            answer = client.get(f"{route.path}?{query}")
            days = [name for name in moments if isinstance(filters.base_filters[name], Day)]
            assert answer.status_code == (400 if days and "T" in value else 200), (route, value)
            asked += 1
        numbers = [name for name, one in filters.base_filters.items() if isinstance(one, Number)]
        for name in numbers:
            for value in NO_NUMBERS:
                answer = client.get(f"{route.path}?{name}={value}")
                assert answer.status_code in {200, 400}, (route, name, value)
    assert asked > 100


@pytest.mark.parametrize("path", ["marketplace-public-offerings", "marketplace-categories"])
def test_a_zone_far_from_utc_is_no_error_for_whoever_is_not_logged_in(path: str) -> None:
    answer = APIClient().get(f"/api/{path}/?created=2026-01-01T00:00:00%2B23:59")
    assert (answer.status_code, answer.json()) == (200, [])


def test_nobody_puts_an_end_off_by_grace_who_may_not_set_it(
    as_user: Callable[[User], APIClient], pi: User, alice: User, project: Project
) -> None:
    at = f"/api/projects/{project.uuid.hex}/"
    body = {"grace_period_days": 30}

    refused = as_user(pi).patch(at, body, format="json")
    project.refresh_from_db()
    assert (refused.status_code, project.grace_period_days) == (403, None)
    assert as_user(alice).patch(at, body, format="json").status_code == 200
    assert as_user(pi).patch(at, {**body, "description": "x"}, format="json").status_code == 200

    for days in (367, 30_000, 2**31 - 1, 10**30):
        answer = as_user(alice).patch(at, {"grace_period_days": days}, format="json")
        assert (answer.status_code, list(answer.json())) == (400, ["grace_period_days"])


def test_days_of_grace_that_no_calendar_has_stop_nobody_elses_end(
    as_user: Callable[[User], APIClient], dave: User, project: Project, now: datetime
) -> None:
    today = now.date()
    poisoned = ResourceFactory(project=project)
    Project.objects.update(grace_period_days=2**31 - 1, end_date=today - timedelta(days=9))
    other = ResourceFactory(end_date=today)

    assert list(Resource.objects.ended(today)) == [other]
    found = as_user(dave).get(f"/api/marketplace-resources/{poisoned.uuid.hex}/")
    assert found.json()["project_effective_end_date"] == str(today + timedelta(days=366 - 9))
