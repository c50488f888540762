"""Role by endpoint for accounts of programs and courses, and for what sites see of people."""

from __future__ import annotations

import re
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest
from django.db import transaction

from allocations.api.shared_accounts.views import (
    AccountsAtOfferingViewSet,
    AccountsAtProviderViewSet,
    CourseAccountViewSet,
    CustomerServiceAccountViewSet,
    ProjectServiceAccountViewSet,
)
from config.documents.routes import all_routes
from identity.roles import RoleName
from tests.factories.allocations import (
    CourseAccountFactory,
    CustomerServiceAccountFactory,
    ProjectServiceAccountFactory,
    UserAttributeConfigFactory,
)
from tests.factories.identity import GrantFactory, UserFactory
from tests.factories.marketplace import ResourceFactory, ServiceProviderFactory

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from rest_framework.test import APIClient

    from identity.models import Customer, Project, User
    from marketplace.models import Offering

pytestmark = pytest.mark.django_db

PEOPLE = (
    "anonymous",
    "mallory",
    "reader",
    "bob",
    "admin",
    "pi",
    "alice",
    "olga",
    "carol",
    "sam",
    "dave",
)
"""The outsider; reader, member, administrator, manager and owner on the project's side; a manager
of the offering and the provider's owner; support and staff."""

TABLE = """
GET    project-service-accounts/                                   200 -++++++++++
POST   project-service-accounts/                                   201 -!xxx++!!x+
GET    project-service-accounts/{theirs}/                          200 -?+++++??++
GET    project-service-accounts/{theirs}/events/                   200 -?+++++??++
PUT    project-service-accounts/{theirs}/                          200 -?xxx++??x+
PATCH  project-service-accounts/{theirs}/                          200 -?xxx++??x+
DELETE project-service-accounts/{theirs}/                          204 -?xxx++??x+
POST   project-service-accounts/{theirs}/rotate_api_key/           200 -?xxx++??x+
GET    customer-service-accounts/                                  200 -++++++++++
POST   customer-service-accounts/                                  201 -!xxxx+!!x+
GET    customer-service-accounts/{of_all}/                         200 -?+???+??++
GET    customer-service-accounts/{of_all}/events/                  200 -?+???+??++
PUT    customer-service-accounts/{of_all}/                         200 -?x???+??x+
PATCH  customer-service-accounts/{of_all}/                         200 -?x???+??x+
DELETE customer-service-accounts/{of_all}/                         204 -?x???+??x+
POST   customer-service-accounts/{of_all}/rotate_api_key/          200 -?x???+??x+
GET    course-accounts/                                            200 -++++++++++
GET    course-accounts/{pupil}/                                    200 -?+++++??++
GET    course-accounts/{pupil}/events/                             200 -?+++++??++
GET    provider-offerings/{offering}/list_project_service_accounts/    200 -??????++++
GET    provider-offerings/{offering}/list_customer_service_accounts/   200 -??????++++
GET    provider-offerings/{offering}/list_course_accounts/             200 -??????++++
GET    provider-offerings/{offering}/user-attribute-config/            200 -??????++++
POST   provider-offerings/{offering}/update-user-attribute-config/     200 -??????++x+
PUT    provider-offerings/{offering}/update-user-attribute-config/     200 -??????++x+
PATCH  provider-offerings/{offering}/update-user-attribute-config/     200 -??????++x+
DELETE provider-offerings/{offering}/delete-user-attribute-config/     204 -??????++x+
GET    service-providers/{provider}/project_service_accounts/          200 -xxxxxx++++
"""

MARKS = {"-": 401, "x": 403, "?": 404, "!": 400}
"""Not logged in; may not; does not see it; names what he does not see. `+` is success."""

LINES = [
    (method, f"/api/marketplace-{path}", [MARKS.get(mark, int(success)) for mark in marks])
    for method, path, success, marks in (line.split() for line in TABLE.strip().splitlines())
]


@pytest.fixture
def people(
    mallory: User,
    carol: User,
    bob: User,
    pi: User,
    alice: User,
    sam: User,
    dave: User,
    project: Project,
    allocator: Customer,
    offering: Offering,
) -> dict[str, User]:
    """Return everybody by name."""
    admin, reader, olga = (UserFactory(username=name) for name in ("admin", "reader", "olga"))
    GrantFactory(user=admin, scope=project, role=RoleName.PROJECT_ADMIN)
    GrantFactory(user=reader, scope=allocator, role=RoleName.CUSTOMER_READER)
    GrantFactory(user=olga, scope=offering, role=RoleName.OFFERING_MANAGER)
    everybody = (mallory, carol, bob, pi, alice, sam, dave, admin, reader, olga)
    return {user.username: user for user in everybody}


@pytest.fixture
def named(project: Project, offering: Offering) -> dict[str, str]:
    """Return what the paths and bodies name."""
    ResourceFactory(project=project, offering=offering)
    UserAttributeConfigFactory(offering=offering)
    rows: dict[str, Any] = {
        "theirs": ProjectServiceAccountFactory(project=project),
        "of_all": CustomerServiceAccountFactory(customer=project.customer),
        "pupil": CourseAccountFactory(project=project),
        "offering": offering,
        "provider": ServiceProviderFactory(customer=offering.customer),
        "project": project,
        "customer": project.customer,
    }
    return {name: row.uuid.hex for name, row in rows.items()}


def body_for(path: str, named: dict[str, str]) -> dict[str, Any]:
    """Return a body that is right: nothing but the caller decides."""
    if "config" in path:
        return {"expose_gender": True}
    owner = "project" if "project-service" in path else "customer"
    return {owner: named[owner], "description": "Fetches the weather"}


@contextmanager
def undone() -> Iterator[None]:
    """Undo what is done within, so that everybody finds the same."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


@pytest.mark.parametrize(
    ("method", "path", "expected"),
    [pytest.param(*line, id=" ".join(line[:2])) for line in LINES],
)
def test_the_table(
    method: str,
    path: str,
    expected: list[int],
    people: dict[str, User],
    named: dict[str, str],
    anonymous: APIClient,
    as_user: Callable[[User], APIClient],
) -> None:
    answers = {}
    body = None if method == "GET" else body_for(path, named)
    for person in PEOPLE:
        client = anonymous if person == "anonymous" else as_user(people[person])
        with undone():
            call = getattr(client, method.lower())
            answers[person] = call(path.format(**named), body, format="json")

    got = {person: answer.status_code for person, answer in answers.items()}
    assert got == dict(zip(PEOPLE, expected, strict=True))
    for answer in answers.values():
        if answer.status_code == 403:
            assert answer.json() == {"detail": "You do not have permission to perform this action."}


def test_every_route_is_in_the_table() -> None:
    viewsets = (
        AccountsAtOfferingViewSet,
        AccountsAtProviderViewSet,
        CourseAccountViewSet,
        CustomerServiceAccountViewSet,
        ProjectServiceAccountViewSet,
    )
    routes = {
        (route.method.upper(), re.sub(r"{\w+}", "{}", route.path))
        for route in all_routes()
        if route.viewset in viewsets
    }
    assert routes - {(method, re.sub(r"{\w+}", "{}", path)) for method, path, _ in LINES} == set()


@pytest.mark.parametrize(
    "noun", ["project-service-accounts", "customer-service-accounts", "course-accounts"]
)
def test_a_list_shows_what_may_be_read_and_nothing_else(
    noun: str,
    people: dict[str, User],
    named: dict[str, str],
    as_user: Callable[[User], APIClient],
) -> None:
    ProjectServiceAccountFactory()
    CustomerServiceAccountFactory()
    CourseAccountFactory()
    (readable,) = (
        dict(zip(PEOPLE, expected, strict=True))
        for method, path, expected in LINES
        if method == "GET" and path.startswith(f"/api/marketplace-{noun}/{{") and path[-2] == "}"
    )
    for person, user in people.items():
        listed = as_user(user).get(f"/api/marketplace-{noun}/").json()
        everything = user.is_staff or user.is_support
        assert len(listed) == (2 if everything else readable[person] == 200), person
