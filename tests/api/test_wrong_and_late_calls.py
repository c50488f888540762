"""Wrong and late calls get a clear answer, and leave nothing behind."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from tests.api.site.agent_calls import AGENT_CALLS, AgentCall, filled
from tests.api.site.calls import Call, told
from tests.api.site.place import Place, build
from tests.api.site.polls import BY_THE_SITE
from tests.api.site.snapshot import Snapshot, changes, snapshot
from tests.cases import each
from tests.factories.allocations import (
    BackendResourceFactory,
    BackendResourceRequestFactory,
    OfferingUserFactory,
)
from tests.factories.identity import CustomerFactory
from tests.factories.marketplace import HpcOfferingFactory, OrderFactory, ResourceFactory

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from rest_framework.test import APIClient

    from identity.models import Customer, User

pytestmark = pytest.mark.django_db
NOBODY = "0" * 32


@pytest.fixture
def place(provider: Customer, allocator: Customer, now: datetime) -> Place:
    return build(provider=provider, allocator=allocator, now=now)


@pytest.fixture
def elsewhere_place(elsewhere: Customer, now: datetime) -> Place:
    return build(provider=elsewhere, allocator=CustomerFactory(), now=now)


@pytest.fixture
def names(place: Place, elsewhere_place: Place, now: datetime) -> dict[str, str]:
    """What the calls name: what the site has, in every state, and what another one has."""
    offering, project = place.offering, place.project
    settled = HpcOfferingFactory(customer=offering.customer)
    states = {"done": "OK", "erred": "Erred", "canceled": "Terminated"}
    made: dict[str, Any] = {
        name: OrderFactory(
            state=name, resource=ResourceFactory(project=project, offering=offering, state=state)
        )
        for name, state in states.items()
    }
    made |= {
        "gone": ResourceFactory(project=project, offering=offering, state="Terminated"),
        "gone_for_good": ResourceFactory(project=project, offering=settled, state="Terminated"),
        "coming": place.executing.resource,
        "quiet": ResourceFactory(project=project, offering=offering),
        "begun": BackendResourceRequestFactory(offering=offering, state="Processing"),
        "other_account": OfferingUserFactory(offering=settled),
        "found_again": BackendResourceFactory(
            offering=offering, project=project, backend_id=place.resource.backend_id
        ),
    }
    foreign = elsewhere_place.names
    first = date(now.year, now.month, 1)
    return {
        **place.names,
        **{name: row.uuid.hex for name, row in made.items()},
        "foreign_order": foreign["waiting"],
        "foreign_request": foreign["asked"],
        **{
            f"foreign_{name}": foreign[name]
            for name in ("resource", "offering", "account", "usage", "identity", "service")
        },
        "foreign_policy": foreign["policy"],
        "foreign_provider": foreign["provider"],
        # The month before is not over everywhere on the first day of one.
        "last_month": (first - timedelta(days=32)).replace(day=1).isoformat(),
        # Of the next month the first day may be tomorrow, which is taken: it has begun in the east.
        "month_after_next": (first + timedelta(days=62)).replace(day=1).isoformat(),
        "nobody": NOBODY,
        "here": "http://testserver",
        "long": "x" * 256,
    }


@each(
    "call",
    told("orders", "resources", "reports", "accounts", "agents"),
    ids=lambda call: f"{call.path.split('/')[0]}: {call.why}",
)
def test_a_sites_mistake_is_answered_and_changes_nothing(
    call: Call, names: dict[str, str], carol: User, as_user: Callable[[User], APIClient]
) -> None:
    client = as_user(carol)
    before = snapshot()

    got = call.send(client, names)

    assert got == call.expected(names)
    assert changes(before, snapshot()) == {}


@each("call", told("consumers"), ids=lambda call: call.why)
def test_a_consumers_mistake_is_answered_and_changes_nothing(
    call: Call, names: dict[str, str], alice: User, as_user: Callable[[User], APIClient]
) -> None:
    client = as_user(alice)
    before = snapshot()

    got = call.send(client, names)

    assert got == call.expected(names)
    assert changes(before, snapshot()) == {}


PUBLIC = frozenset({"A1", "A6", "A8", "healthz"})
"""Reads of what everybody sees, or of oneself."""

OF_A_PROVIDER = frozenset({"O9", "source projects"})
"""Reads of what is below a provider, whom everybody sees: 403."""


def test_the_agent_of_another_provider_reads_nothing(
    names: dict[str, str], mallory: User, as_user: Callable[[User], APIClient]
) -> None:
    client = as_user(mallory)
    got = {}
    for poll in BY_THE_SITE:
        answer = client.get(poll.url(names))
        is_list = answer.status_code == 200 and isinstance(answer.json(), list)
        got[poll.number] = answer.json() if is_list else answer.status_code
    assert {got.pop(number) for number in OF_A_PROVIDER} == {403}
    private = {number: found for number, found in got.items() if number not in PUBLIC}
    assert {number: found for number, found in private.items() if found not in (404, [])} == {}


@each("call", AGENT_CALLS, ids=lambda call: call.number)
def test_the_agent_of_another_provider_changes_nothing(
    call: AgentCall, names: dict[str, str], mallory: User, as_user: Callable[[User], APIClient]
) -> None:
    """What is named in the path does not exist for it, nor what is named in the body."""
    client = as_user(mallory)
    before = snapshot()

    path, body = f"/api/{call.path.format(**names)}", filled(call.body, names)
    answer = getattr(client, call.method)(path, body, format="json")

    assert answer.status_code == (404 if "{" in call.path else 400)
    assert "does not exist" in answer.content.decode() or answer.status_code == 404
    assert changes(before, snapshot()) == {}


# --- the second time ------------------------------------------------------------------------------


def moved(before: Snapshot) -> set[str]:
    """Return the tables in which something is not as before."""
    return set(changes(before, snapshot()))


@each(
    ("path", "body", "status", "rewritten"),
    [
        ("{resource}/set_backend_id/", {"backend_id": "hpc_alloc-0"}, 200, set()),
        ("{resource}/set_limits/", {"limits": {"cpu_k_hours": 3}}, 200, set()),
        ("{resource}/set_backend_metadata/", {"backend_metadata": {"qos": "x"}}, 200, set()),
        ("{resource}/set_endpoints/", {"endpoints": [{"name": "a", "url": "b"}]}, 200, set()),
        ("{resource}/set_as_ok/", {}, 200, set()),
        ("{resource}/refresh_last_sync/", {}, 200, {"marketplace_resource"}),
        ("{gone}/set_backend_id/", {"backend_id": ""}, 200, set()),
    ],
)
def test_what_a_site_says_again_is_no_news(
    names: dict[str, str],
    carol: User,
    as_user: Callable[[User], APIClient],
    path: str,
    body: Any,
    status: int,
    rewritten: set[str],
) -> None:
    client, path = as_user(carol), f"/api/marketplace-provider-resources/{path.format(**names)}"
    assert client.post(path, body, format="json").status_code == status
    before = snapshot()
    assert client.post(path, body, format="json").status_code == status
    assert moved(before) == rewritten


def test_usage_that_is_reported_again_is_no_news(
    names: dict[str, str], carol: User, as_user: Callable[[User], APIClient]
) -> None:
    client, at = as_user(carol), "/api/marketplace-component-usages/"
    total = {
        "resource": names["resource"],
        "usages": [{"type": "cpu_k_hours", "amount": "1.25"}],
        "date": f"{names['month']}T00:00:00+00:00",
    }
    parts = {"usages": [{"username": "u", "usage": "0.64"}, {"username": "v", "usage": "0.61"}]}
    reports = ((f"{at}set_usage/", total), (f"{at}{names['usage']}/set_user_usages/", parts))
    for path, body in reports:
        assert client.post(path, body, format="json").status_code == 201
    before = snapshot()
    for path, body in reports:
        assert client.post(path, body, format="json").status_code == 201
    after = snapshot()
    written = {"accounting_componentusage", "accounting_componentuserusage"}
    assert set(changes(before, after)) <= written  # the times of the report
    assert {t: len(after[t]) for t in written} == {t: len(before[t]) for t in written}


def test_two_allocations_may_have_one_name_at_a_site_but_not_by_an_import(
    place: Place, names: dict[str, str], carol: User, as_user: Callable[[User], APIClient]
) -> None:
    """Sites may keep one account for all that a project has; an agent that minds asks first."""
    client = as_user(carol)
    name = {"backend_id": place.resource.backend_id}
    path = f"/api/marketplace-provider-resources/{names['quiet']}/set_backend_id/"
    asked = f"/api/marketplace-provider-offerings/{names['offering']}/check_unique_backend_id/"

    assert client.post(asked, name, format="json").json()["is_unique"] is False
    assert client.post(path, name, format="json").status_code == 200
    imported = client.post(f"/api/backend-resources/{names['found_again']}/import_resource/", {})

    assert imported.status_code == 409
    assert place.offering.resources.filter(**name).count() == 2


def test_a_name_that_was_imported_may_be_given_to_another_allocation(
    place: Place, names: dict[str, str], carol: User, as_user: Callable[[User], APIClient]
) -> None:
    """So that it does not matter which of the two comes first, or whether they meet."""
    client = as_user(carol)
    found = place.offering.backend_resources.get(backend_id=names["found"])
    imported = client.post(f"/api/backend-resources/{found.uuid.hex}/import_resource/", {})
    path = f"/api/marketplace-provider-resources/{names['quiet']}/set_backend_id/"
    named = client.post(path, {"backend_id": names["found"]}, format="json")

    assert (imported.status_code, named.status_code) == (201, 200)
    assert place.offering.resources.filter(backend_id=names["found"]).count() == 2
