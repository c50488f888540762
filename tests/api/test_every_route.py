"""What holds for every route: who gets in, what lists show, and that no input gives a 500."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest

from common.api.access import AnyOf, Everyone
from config.documents.routes import Route, all_routes
from identity.roles import RoleName
from tests.cases import each
from tests.factories.identity import GrantFactory, ProjectFactory
from tests.world import World, populate

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from rest_framework.test import APIClient

    from identity.models import Customer, Project, User

pytestmark = pytest.mark.django_db
ROLES = ("alice", "pi", "bob", "carol", "dave", "sam", "mallory")
NO_UUID = "0" * 32
OF_ONES_OWN_ROLES = {
    "/api/personal-access-tokens/available_binding_targets/",
    "/api/personal-access-tokens/available_scopes/",
}
"""Lists of what the caller may give away, of which staff without a role have nothing more."""


@pytest.fixture
def world(project: Project, provider: Customer, bob: User, carol: User, now: datetime) -> World:
    return populate(project=project, provider=provider, member=bob, now=now)


def is_public(route: Route) -> bool:
    rule = route.viewset.access.get(route.action)
    rules = rule.rules if isinstance(rule, AnyOf) else (rule,)
    return any(isinstance(one, Everyone) and one.anonymous for one in rules)


def is_scoped(route: Route) -> bool:
    rule = route.viewset.access.get(route.action)
    rules = rule.rules if isinstance(rule, AnyOf) else (rule,)
    return any(isinstance(one, Everyone) and one.scoped for one in rules)


def address(route: Route) -> str | None:
    """Return the route's path with the UUID of a row of its model; None when there is none.

    What is no row of a table, such as what the operator declares, is none that there is.
    """
    if route.is_collection:
        return route.path
    first, *rest = re.split(r"{[^}]+}", route.path)
    if route.viewset.model is None:
        return first + NO_UUID + NO_UUID.join(rest)
    row = route.viewset.model.objects.first()
    return None if row is None else first + row.uuid.hex + NO_UUID.join(rest)


def collections() -> list[tuple[str, type]]:
    """Return the address and viewset of every list whose rows can be retrieved, too."""
    routes = {str(route): route for route in all_routes()}
    return [
        (route.path, route.viewset)
        for route in routes.values()
        if route.action == "list" and route.is_collection and f"GET {route.path}{{uuid}}/" in routes
    ]


@each("route", all_routes(), ids=str)
def test_the_anonymous_get_in_where_that_is_declared_only(
    route: Route, anonymous: APIClient, world: World
) -> None:
    path = address(route) or route.path.replace("{uuid}", NO_UUID)
    response = getattr(anonymous, route.method)(path)
    if is_public(route):
        assert response.status_code not in {401, 403} or "api-auth" in path
    else:
        assert response.status_code == 401
        assert response.json() == {"detail": "Authentication credentials were not provided."}


def test_no_action_is_called_like_a_method_of_http_which_it_would_answer_everywhere() -> None:
    viewsets = {route.viewset for route in all_routes()}
    methods = ("get", "post", "put", "patch", "delete", "head", "trace")
    assert [one for one in viewsets for name in methods if name in vars(one)] == []


@pytest.mark.parametrize("role", ROLES)
def test_no_role_sees_in_a_list_what_retrieve_denies(
    role: str, world: World, request: pytest.FixtureRequest, as_user: Callable[[User], APIClient]
) -> None:
    client = as_user(request.getfixturevalue(role))
    denied = []
    for path, viewset in collections():
        if viewset.model is None:  # type: ignore[attr-defined]
            continue
        response = client.get(path, {"field": "uuid", "page_size": "100"})
        assert response.status_code == 200, f"{path}: {response.content!r}"
        for row in response.json():
            status = client.get(f"{path}{row['uuid']}/").status_code
            if status != 200:
                denied.append(f"{path}{row['uuid']}/ is {status}")
    assert denied == []


def of_others(client: APIClient) -> dict[str, Any]:
    """Return what the lists answer whose rule says that each caller meets other rows."""
    lists = {
        route.path
        for route in all_routes()
        if route.is_list and route.is_collection and route.viewset.model and is_scoped(route)
    }
    return {path: client.get(path, {"page_size": "300"}).json() for path in sorted(lists)}


def test_the_outsider_sees_nothing_of_others(
    project: Project,
    provider: Customer,
    bob: User,
    mallory: User,
    dave: User,
    now: datetime,
    as_user: Callable[[User], APIClient],
) -> None:
    """What appears where others work changes none of an outsider's lists, and staff see it."""
    outsider, staff = as_user(mallory), as_user(dave)
    before, seen_by_staff = of_others(outsider), of_others(staff)
    populate(project=project, provider=provider, member=bob, now=now)
    other = ProjectFactory(customer=project.customer)
    GrantFactory(user=bob, scope=other, role=RoleName.PROJECT_MEMBER)
    assert of_others(outsider) == before
    after = of_others(staff)
    unchanged = {path for path in after if after[path] == seen_by_staff[path]}
    assert unchanged == OF_ONES_OWN_ROLES


BODIES: tuple[Any, ...] = (
    {},
    [],
    "text",
    None,
    [{"a": 1}],
    {"name": None, "type": [], "limits": [], "usages": "x", "user": {}, "attributes": 7},
    {"limits": {"cpu": "NaN", "x": None}, "usages": [None], "uuid": "x", "end_date": "x"},
    {"name": "\x00", "backend_id": "\x00", "username": "\x00", "error_message": "\x00"},
    {"name": "x" * 100_000, "backend_id": "y" * 100_000, "slug": "z" * 1000},
    {"prices": [], "options": 1, "report": {}, "endpoints": 5, "date": "9999-99-99"},
)


@each("route", [route for route in all_routes() if route.method != "get"], ids=str)
def test_no_body_gives_a_server_error(
    route: Route, world: World, dave: User, as_user: Callable[[User], APIClient]
) -> None:
    """A bad body is the client's mistake; staff get past every permission, so they try."""
    client = as_user(dave)
    client.raise_request_exception = False
    path = address(route)  # a row that the first body deletes is 404 for the others
    if path is None:
        pytest.fail(f"tests/world.py has no row for {route}")
    for body in BODIES:
        response = getattr(client, route.method)(path, body, format="json")
        assert response.status_code < 500, f"{body!r:.60}: {response.status_code}"
    broken = getattr(client, route.method)(path, "{not json", content_type="application/json")
    assert broken.status_code < 500


QUERIES = ("page=x", "o=nope", "field=nope", "created=x", "query=%00", "state=nope", "name=%00")


@each("route", [route for route in all_routes() if route.is_list], ids=str)
def test_no_query_gives_a_server_error(
    route: Route, world: World, dave: User, as_user: Callable[[User], APIClient]
) -> None:
    client = as_user(dave)
    client.raise_request_exception = False
    declared = getattr(getattr(route.viewset, route.action), "api", None)
    filterset = declared.filterset if declared else route.viewset.filterset_class
    names = filterset.base_filters if filterset else ()
    every = [f"{name}={value}" for name in names for value in ("%00", "1e999")]
    for query in (*QUERIES, *every):
        response = client.get(f"{address(route)}?{query}")
        assert response.status_code < 500, query
