"""A personal access token sees and changes what it is bound to and nothing else, on every route."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from rest_framework.test import APIClient

from config.documents.routes import all_routes
from identity.models import Event, Role
from identity.permissions import Permission
from identity.roles import RoleName, ScopeType
from tests.api.test_every_route import address, is_public
from tests.cases import undone
from tests.factories.identity import (
    GrantFactory,
    PersonalTokenFactory,
    ProjectFactory,
    UserFactory,
)
from tests.world import populate

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime

    from identity.models import Customer, Project, User

pytestmark = [pytest.mark.django_db]

SECRET = "efp_" + "7" * 40
LETS_GO = {"POST /api-auth/logout/"}
OF_THEMSELVES = {
    "GET /api/users/{uuid}/",
    "GET /api/users/{uuid}/data_access/",
    "GET /api/users/{uuid}/data_access_history/",
    "GET /api/users/{uuid}/history/",
    "GET /api/users/{uuid}/history/at/",
    "GET /api/users/{uuid}/token/",
}
"""What is told of the holder to themselves, in part (`test_personal_tokens.py`)."""


@pytest.fixture
def everything(project: Project, provider: Customer, now: datetime) -> User:
    """Somebody on staff who owns and has made everything there is."""
    person: User = UserFactory(
        username="everything", is_staff=True, is_support=True, is_identity_manager=True
    )
    person.managed_isds = ["isd:x"]
    person.save()
    for customer in (project.customer, provider):
        GrantFactory(user=person, scope=customer, role=RoleName.CUSTOMER_OWNER)
    populate(project=project, provider=provider, member=person, now=now)
    return person


@pytest.fixture
def desert(elsewhere: Customer, everything: User) -> Project:
    """A project in which nothing is, of an organization that they own, too."""
    GrantFactory(user=everything, scope=elsewhere, role=RoleName.CUSTOMER_OWNER)
    made: Project = ProjectFactory(customer=elsewhere, name="Desert")
    return made


@pytest.fixture
def bound(everything: User, desert: Project) -> APIClient:
    """A token of theirs with every scope, that is bound to that project."""
    PersonalTokenFactory(user=everything, scope=desert, plaintext=SECRET)
    return APIClient(HTTP_AUTHORIZATION=f"Token {SECRET}")


@pytest.fixture
def peer(desert: Project, as_user: Callable[[User], APIClient]) -> APIClient:
    """Somebody whose only role is one in that project, which allows everything there."""
    role = Role.objects.create(
        name="Everything",
        content_type=ScopeType.PROJECT,
        is_system_role=False,
        permissions=[one.value for one in Permission],
    )
    person = UserFactory(username="peer")
    GrantFactory(user=person, scope=desert, role=role)
    return as_user(person)


def words(value: Any) -> Iterator[str]:
    """Return every text in a body that names a row: UUIDs, and URLs with them."""
    if isinstance(value, dict):
        for one in value.values():
            yield from words(one)
    elif isinstance(value, list):
        for one in value:
            yield from words(one)
    elif isinstance(value, str) and len(value.rstrip("/").rpartition("/")[2]) == 32:
        yield value.rstrip("/").rpartition("/")[2]


def test_a_bound_token_reads_no_more_than_somebody_whose_only_role_is_there(
    bound: APIClient, peer: APIClient, everything: User
) -> None:
    told = []
    for route in (route for route in all_routes() if route.method == "get"):
        path = address(route)
        assert path is not None
        if str(route) in OF_THEMSELVES:
            continue
        mine, theirs = bound.get(path), peer.get(path)
        if mine.status_code != theirs.status_code:
            told.append(f"{route}: {mine.status_code}, not {theirs.status_code}")
        elif mine["Content-Type"].endswith("json"):
            known = {everything.uuid.hex, *words(theirs.json())}
            told += [f"{route}: {word}" for word in words(mine.json()) if word not in known]
    assert told == []


def test_a_bound_token_changes_nothing_outside(bound: APIClient) -> None:
    done = []
    for route in (route for route in all_routes() if route.method != "get"):
        path, before = address(route), Event.objects.count()
        assert path is not None
        with undone():
            answer = getattr(bound, route.method)(path, {}, format="json")
            if str(route) in LETS_GO:
                continue
            expected = {400, 403} if route.is_collection else {403, 404}
            expected |= {200, 400, 401} if is_public(route) else set()
            if answer.status_code not in expected or Event.objects.count() != before:
                done.append(f"{route}: {answer.status_code} {answer.content!r:.100}")
    assert done == []
