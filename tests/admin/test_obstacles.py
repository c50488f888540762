"""The page that says why a person cannot use an allocation: found from both, for staff alone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from config.pages.obstacles import address
from marketplace.services import delivery
from tests.admin.pages import page_of, text
from tests.factories.identity import UserFactory
from tests.factories.marketplace import ResourceFactory

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from django.test import Client

    from identity.models import Project, User
    from marketplace.models import Offering, Resource

pytestmark = pytest.mark.django_db

PAGE = "/admin/obstacles/"


@pytest.fixture
def resource(project: Project, offering: Offering) -> Resource:
    found: Resource = ResourceFactory(project=project, offering=offering, name="Storms")
    return found


def test_it_is_found_from_the_allocation_and_from_the_person(
    staff: Client, resource: Resource, bob: User
) -> None:
    about_both = address(resource=resource.pk, user=bob.pk).replace("&", "&amp;")
    for row, asked in ((resource, {"resource": resource.pk}), (bob, {"user": bob.pk})):
        link = address(**asked)
        assert f'href="{link}"' in staff.get(page_of(row)).content.decode()
        assert about_both in staff.get(link).content.decode()


def test_it_says_what_hinders_in_order_who_lifts_it_and_where_to_look(
    staff: Client, resource: Resource, bob: User, dave: User, now: datetime
) -> None:
    delivery.set_flags(resource, {"paused": True}, actor=dave, now=now)

    shown = text(staff.get(PAGE, {**asked(resource, bob), "slurm": "(JobHeldAdmin)"}))

    places = [
        shown.index(part)
        for part in (
            "The allocation is paused, by the Hosting Entity or by staff",
            "The Hosting Entity or staff of this platform. The Hosting Entity or staff resume it.",
            "There is no account at the site, which does not have accounts opened here.",
            "Somebody who runs the site holds the job. What is listed explains it.",
            "Is the person active?",
        )
    ]
    assert places == sorted(places)
    assert page_of(resource) in staff.get(PAGE, asked(resource, bob)).content.decode()


def asked(resource: Resource, person: User) -> dict[str, Any]:
    return {"resource": resource.pk, "user": person.pk}


def test_whatever_stands_in_the_address_the_page_is_shown(
    staff: Client, resource: Resource, bob: User
) -> None:
    odd = ("", "nobody", "\x00", "9" * 40, "-1", str(bob.uuid))
    queries: list[dict[str, Any]] = [
        query
        for value in odd
        for query in (
            {"resource": value},
            {"user": value, "resource": resource.pk},
            asked(resource, bob) | {"slurm": value * 60},
        )
    ]
    answers = [staff.get(PAGE, query).status_code for query in queries]
    assert set(answers) == {200}


def test_it_is_for_the_staff_alone(
    browser: Callable[[User], Client], client: Client, pi: User, resource: Resource
) -> None:
    for somebody in (client, browser(pi)):
        response = somebody.get(PAGE, asked(resource, pi))
        assert (response.status_code, response["Location"].split("?")[0]) == (302, "/admin/login/")


def test_it_takes_as_many_queries_whoever_is_chosen(
    staff: Client, resource: Resource, bob: User, pi: User
) -> None:
    def counted(person: User) -> int:
        with CaptureQueriesContext(connection) as queries:
            assert staff.get(PAGE, asked(resource, person)).status_code == 200
        return len(queries)

    counted(bob)
    assert counted(UserFactory()) == counted(pi) == counted(bob)
