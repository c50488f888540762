"""Role by endpoint for the keys of resources; above all, who gets to see their values."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from allocations.api.api_keys.views import ResourceApiKeyViewSet
from allocations.services.api_key_steps import PROVISIONED
from identity.models import Event
from tests.api.tables import BOTH_SIDES, asker, check_all, read, untested
from tests.factories.allocations import RequestedApiKeyFactory, ResourceApiKeyFactory
from tests.factories.marketplace import ResourceFactory

if TYPE_CHECKING:
    from collections.abc import Callable

    from rest_framework.test import APIClient

    from allocations.models import ResourceApiKey
    from identity.models import Project, User
    from marketplace.models import Offering
    from tests.cases import Case

pytestmark = pytest.mark.django_db

TABLE = """
GET                                                200 -++++++++++
POST                                               201 -!xx+++!!x+
GET    usage_totals/?resource_uuid={resource}      200 -++++++++++
POST   report_created/                             201 -!!!!!!++x+
GET    {ours}/                                     200 -?+++++++++
GET    {ours}/events/                              200 -?+++++++++
PATCH  {ours}/                                     200 -?xx+++xxx+
DELETE {ours}/                                     202 -?xx+++xxx+
POST   {ours}/revoke/                              202 -?xx+++xxx+
POST   {ours}/rotate/                              202 -?xx+++xxx+
POST   {ours}/pause/                               202 -?xx+++xxx+
POST   {paused}/resume/                            202 -?xx+++xxx+
POST   {erred}/retry/                              202 -?xx+++xxx+
GET    {ours}/reveal/                              200 -?x++++xx++
GET    {bobs}/                                     200 -?+++++++++
PATCH  {bobs}/                                     200 -?xx+++xxx+
DELETE {bobs}/                                     202 -?x++++xxx+
POST   {bobs}/rotate/                              202 -?x++++xxx+
GET    {bobs}/reveal/                              200 -?x+xxxxx++
POST   {ours}/report_usage/                        200 -?xxxxx++x+
POST   {ours}/set_key/                             200 -?xxxxx++x+
POST   {waiting}/set_erred/                        200 -?xxxxx++x+
POST   {paused}/set_key/                           409 -?xxxxx++x+
POST   {pausing}/set_paused/                       200 -?xxxxx++x+
POST   {resuming}/set_ok/                          200 -?xxxxx++x+
POST   {deleting}/set_deleted/                     200 -?xxxxx++x+
"""

LINES = read(TABLE, below="/api/marketplace-resource-api-keys/")
SECRET, BOBS = "sk-ours", "sk-bobs"


@pytest.fixture
def named(project: Project, offering: Offering, bob: User) -> dict[str, str]:
    """Return what the paths and bodies name."""
    offering.plugin_options = {PROVISIONED: True}
    offering.save()
    resource = ResourceFactory(project=project, offering=offering)

    def key(**how: Any) -> ResourceApiKey:
        made: ResourceApiKey = ResourceApiKeyFactory(resource=resource, **how)
        return made

    rows: dict[str, Any] = {
        "resource": resource,
        "ours": key(value=SECRET),
        "bobs": key(value=BOBS, user=bob),
        "bob": bob,
        "waiting": RequestedApiKeyFactory(resource=resource),
        "paused": key(state="Paused"),
        "erred": key(state="Erred", pending_action="rotate"),
        "pausing": key(state="Updating", pending_action="pause"),
        "resuming": key(state="Updating", pending_action="resume"),
        "deleting": key(state="Deleting", pending_action="delete"),
    }
    return {name: row.uuid.hex for name, row in rows.items()}


def body_for(path: str, named: dict[str, str]) -> dict[str, Any]:
    """Return a body that is right: nothing but the caller decides."""
    bodies: dict[str, dict[str, Any]] = {
        "report_created/": {"resource": named["resource"], "client_id": "c", "api_key": "sk"},
        "report_usage/": {"usages": {"cpu_k_hours": 1}},
        "set_key/": {"api_key": "sk"},
        "set_erred/": {"error_message": "The gateway is down."},
        "api-keys/": {"resource": named["resource"]},
    }
    found = (body for end, body in bodies.items() if path.endswith(end))
    return next(found, {"limits": {"cpu_k_hours": 5}})


@pytest.fixture
def ask(
    both_sides: dict[str, User],
    named: dict[str, str],
    clients_of: Callable[..., dict[str, APIClient]],
) -> Callable[[str, str, str], Any]:
    """Return a function that sends a request as somebody."""
    return asker(clients_of(both_sides), named, lambda path: body_for(path, named))


def test_the_table(ask: Callable[[str, str, str], Any], case: Case) -> None:
    check_all(LINES, BOTH_SIDES, ask, case)


def test_every_route_is_in_the_table() -> None:
    asked = [line._replace(path=line.path.split("?")[0]) for line in LINES]
    assert untested(asked, ResourceApiKeyViewSet) == set()


def test_values_are_in_no_answer_but_to_whom_they_are_revealed(
    both_sides: dict[str, User], named: dict[str, str], ask: Callable[[str, str, str], Any]
) -> None:
    base = "/api/marketplace-resource-api-keys/"
    allowed = {
        SECRET: {"bob", "admin", "pi", "alice", "sam", "dave"},
        BOBS: {"bob", "sam", "dave"},
    }
    for person in both_sides:
        for path in ("", "{ours}/", "{bobs}/", "{ours}/events/", "{bobs}/events/"):
            answer = ask(person, "GET", base + path)
            assert b"sk-" not in answer.content
        for key, value in (("ours", SECRET), ("bobs", BOBS)):
            answer = ask(person, "GET", f"{base}{{{key}}}/reveal/")
            assert (value in answer.content.decode()) == (person in allowed[value]), person
    seen = Event.objects.filter(kind="api_key.revealed")
    who = {(event.subject_uuid.hex, event.actor.username) for event in seen if event.actor}
    assert who == {(named["ours"], name) for name in allowed[SECRET]} | {
        (named["bobs"], name) for name in allowed[BOBS]
    }


def test_a_member_asks_for_a_key_of_their_own_and_for_nobody_else_s(
    named: dict[str, str], bob: User, pi: User, as_user: Callable[[User], APIClient]
) -> None:
    url, resource = "/api/marketplace-resource-api-keys/", named["resource"]
    bodies: dict[str, dict[str, Any]] = {
        "their own": {"user": named["bob"]},
        "everybody's": {"user": None},
        "not said": {},
    }
    statuses = {
        name: as_user(bob).post(url, {"resource": resource, **body}, format="json").status_code
        for name, body in bodies.items()
    }
    assert statuses == {"their own": 201, "everybody's": 403, "not said": 403}
    asked = {"resource": resource, "user": named["bob"]}
    assert as_user(pi).post(url, asked, format="json").status_code == 201
