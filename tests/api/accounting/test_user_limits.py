"""Limits of single people over the API: who sets them, who reads them, and in which words."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from accounting.api.urls import router
from accounting.models import ComponentUserUsageLimit
from allocations.lifecycle import AccountState
from tests.api.tables import BOTH_SIDES, asker, check_all, read, untested
from tests.factories.accounting import ComponentUserUsageLimitFactory
from tests.factories.allocations import OfferingUserFactory
from tests.factories.marketplace import ResourceFactory

AT = "http://testserver/api"
URL = "/api/component-user-usage-limits/"

TABLE = """
GET             200 -++++++++++
POST            201 -!xx+++xxx+
GET    {row}/   200 -?+++++++++
PUT    {row}/   200 -?xx+++xxx+
PATCH  {row}/   200 -?xx+++xxx+
DELETE {row}/   204 -?xx+++xxx+
PATCH  {ended}/ 409 -?xx+++xxx+
"""

LINES = read(TABLE, below=URL)


@pytest.fixture
def account(resource, bob):
    return OfferingUserFactory(offering=resource.offering, user=bob, username="bob1")


@pytest.fixture
def row(resource, account):
    return ComponentUserUsageLimitFactory(resource=resource, user=account, limit=Decimal("4.50"))


@pytest.fixture
def component(resource):
    return resource.offering.components.get(type="cpu_k_hours")


def shown(row, **differs):
    return {
        "component": row.component.uuid.hex,
        "component_type": "cpu_k_hours",
        "limit": "4.50",
        "resource": f"{AT}/marketplace-resources/{row.resource.uuid.hex}/",
        "url": f"{AT}/component-user-usage-limits/{row.uuid.hex}/",
        "user": "bob1",
        "uuid": row.uuid.hex,
    } | differs


def body_of(resource, component, /, **more):
    return {
        "resource": f"{AT}/marketplace-resources/{resource.uuid.hex}/",
        "component": str(component.uuid),
        "user": "bob1",
        "limit": "4.5",
    } | more


@pytest.fixture
def offering(resource):
    return resource.offering


@pytest.fixture
def ask(both_sides, clients_of, row, resource, component, project):
    """Return a function that sends a request as somebody; a new limit is on another component."""
    ended = ComponentUserUsageLimitFactory(
        resource=ResourceFactory(project=project, offering=resource.offering, state="Terminated"),
        user=row.user,
    )
    clients = clients_of(both_sides)
    named = {"row": row.uuid.hex, "ended": ended.uuid.hex}
    whole = body_of(resource, component)
    other = resource.offering.components.get(type="gpu_k_hours").uuid.hex
    bodies = {"POST": whole | {"component": other}, "PATCH": {"limit": "1"}}

    def send(person, method, path):
        as_its_method = asker(clients, named, lambda _: bodies.get(method, whole))
        return as_its_method(person, method, path)

    return send


def test_the_table(ask, case):
    check_all(LINES, BOTH_SIDES, ask, case)


def test_every_action_is_in_the_table():
    viewsets: dict[str, Any] = {prefix: viewset for prefix, viewset, _ in router.registry}
    assert untested(LINES, viewsets["api/component-user-usage-limits"]) == set()


def test_a_limit_is_set_and_both_sides_read_it(as_user, pi, carol, resource, component, account):
    response = as_user(pi).post(URL, body_of(resource, component), format="json")

    row = ComponentUserUsageLimit.objects.get()
    assert (response.status_code, response.json()) == (201, shown(row))
    assert response["Location"] == shown(row)["url"]
    for user in (pi, carol):
        client = as_user(user)
        assert client.get(URL).json() == [shown(row)]
        assert client.get(f"{URL}{row.uuid}/").json() == shown(row)


@pytest.mark.parametrize("named", ["url", "username"])
def test_the_person_is_named_by_their_username_or_their_account(
    as_user, pi, resource, component, account, named
):
    url = f"{AT}/marketplace-offering-users/{account.uuid.hex}/"
    user = url if named == "url" else "bob1"
    more = {"user": user, "resource": resource.uuid.hex}

    response = as_user(pi).post(URL, body_of(resource, component, **more), format="json")

    assert (response.status_code, response.json()["user"]) == (201, "bob1")


def test_a_limit_that_is_not_named_is_nothing(as_user, pi, resource, component, account):
    body = body_of(resource, component)
    del body["limit"]

    response = as_user(pi).post(URL, body, format="json")

    assert (response.status_code, response.json()["limit"]) == (201, "0.00")


@pytest.mark.parametrize(
    ("more", "answer"),
    [
        ({"limit": "-1"}, {"limit": ["Ensure this value is greater than or equal to 0."]}),
        ({"limit": "much"}, {"limit": ["A valid number is required."]}),
        ({"limit": "NaN"}, {"limit": ["A valid number is required."]}),
        (
            {"limit": "1.001"},
            {"limit": ["Ensure that there are no more than 2 decimal places."]},
        ),
        ({"component": "0" * 32}, {"component": ["Object does not exist."]}),
        ({"component": "x"}, {"component": ["Must be a valid UUID."]}),
        ({"user": "eve"}, {"user": ["Nobody in the resource's project has this account."]}),
        ({"user": "x/y"}, {"user": ["Invalid hyperlink - No URL match."]}),
        (
            {"user": f"{AT}/marketplace-offering-users/{'0' * 32}/"},
            {"user": ["Nobody in the resource's project has this account."]},
        ),
        (
            {"resource": f"{AT}/marketplace-resources/{'0' * 32}/"},
            {"resource": ["Invalid hyperlink - Object does not exist."]},
        ),
    ],
)
def test_what_cannot_be_is_refused(as_user, pi, resource, component, account, more, answer):
    response = as_user(pi).post(URL, body_of(resource, component, **more), format="json")

    assert (response.status_code, response.json()) == (400, answer)
    assert not ComponentUserUsageLimit.objects.exists()


def test_what_must_be_said(as_user, pi, resource):
    response = as_user(pi).post(URL, {}, format="json")

    required = ["This field is required."]
    names = ("component", "resource", "user")
    assert (response.status_code, response.json()) == (400, dict.fromkeys(names, required))


def test_the_second_time_is_refused(as_user, pi, row, resource, component):
    response = as_user(pi).post(URL, body_of(resource, component), format="json")

    assert (response.status_code, response.json()) == (
        400,
        {"non_field_errors": ["The fields resource, component, user must make a unique set."]},
    )


def test_a_limit_is_changed_in_part_and_whole(as_user, pi, row, resource, component):
    client, here = as_user(pi), f"{URL}{row.uuid}/"

    patched = client.patch(here, {"limit": "1"}, format="json")
    assert (patched.status_code, patched.json()) == (200, shown(row, limit="1.00"))
    put = client.put(here, body_of(resource, component), format="json")
    assert (put.status_code, put.json()) == (200, shown(row))
    assert client.patch(here, {}, format="json").json() == shown(row)
    part = client.put(here, {"limit": "1"}, format="json")
    assert (part.status_code, sorted(part.json())) == (400, ["component", "resource", "user"])


def test_a_limit_stays_what_it_is_of(as_user, pi, row, resource, component):
    OfferingUserFactory(offering=resource.offering, username="eve1")
    body = body_of(resource, component, user="eve1", limit="1")

    response = as_user(pi).put(f"{URL}{row.uuid}/", body, format="json")

    assert (response.status_code, response.json()) == (
        400,
        {"user": ["A limit stays what it is of; set another one instead."]},
    )
    row.refresh_from_db()
    assert row.limit == Decimal("4.50")


def test_a_change_may_insist_on_a_version(as_user, pi, row):
    client, here = as_user(pi), f"{URL}{row.uuid}/"
    version = client.get(here)["ETag"]

    first = client.patch(here, {"limit": "1"}, format="json", HTTP_IF_MATCH=version)
    second = client.patch(here, {"limit": "2"}, format="json", HTTP_IF_MATCH=version)

    assert (first.status_code, second.status_code) == (200, 412)


def test_a_limit_is_removed_once(as_user, pi, row):
    client, here = as_user(pi), f"{URL}{row.uuid}/"

    assert (client.delete(here).status_code, client.delete(here).status_code) == (204, 404)


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("", ["bob1", "eve1"]),
        ("resource_uuid={resource}", ["bob1"]),
        ("resource_uuid={nowhere}", []),
        ("resource={at}/marketplace-resources/{resource}/", ["bob1"]),
        ("offering_uuid={offering}", ["bob1"]),
        ("username=eve1", ["eve1"]),
        ("username=EVE1", []),
        ("component_type=cpu_k_hours", ["bob1", "eve1"]),
        ("component_type=tape", []),
    ],
)
def test_limits_are_filtered(as_user, dave, row, query, names):
    ComponentUserUsageLimitFactory(user__username="eve1")
    uuids = {"resource": row.resource.uuid.hex, "offering": row.resource.offering.uuid}

    rows = as_user(dave).get(f"{URL}?{query.format(**uuids, nowhere='0' * 32, at=AT)}").json()

    assert [one["user"] for one in rows] == names


def test_a_deleted_account_s_limit_holds_for_nobody(as_user, carol, row, account):
    account.state = AccountState.DELETED
    account.save()
    client = as_user(carol)

    assert client.get(f"{URL}?resource_uuid={row.resource.uuid.hex}").json() == []
    assert client.get(f"{URL}{row.uuid.hex}/").status_code == 404
