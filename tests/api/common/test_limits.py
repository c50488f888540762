"""Whoever asks too often is told when to come again, and nobody else notices."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from config.throttling import counters
from identity.services import credentials

if TYPE_CHECKING:
    from datetime import datetime

    from identity.models import User

pytestmark = pytest.mark.django_db
LIST = "/api/marketplace-public-offerings/"


@pytest.fixture(autouse=True)
def rates(settings, monkeypatch: pytest.MonkeyPatch) -> dict[str, tuple[int, int] | None]:
    """Limits of a test's own: none but those that it sets."""
    settings.RATE_LIMITS = True
    settings.RATES = dict.fromkeys(settings.RATES)
    monkeypatch.setattr(counters, "COUNTER", counters.MemoryCounter())
    monkeypatch.setattr("config.throttling.limits.time.time", lambda: 1_800_000_000.0)
    given: dict[str, tuple[int, int] | None] = settings.RATES
    return given


def client_of(user: User, now: datetime) -> Client:
    _, secret = credentials.issue(user=user, name="test", now=now)
    return Client(headers={"authorization": f"Token {secret}"})


def statuses(client: Client, path: str, times: int) -> list[int]:
    return [client.get(path).status_code for _ in range(times)]


def test_a_refusal_says_when_to_come_again_as_json_and_as_problem_details(rates) -> None:
    rates["anonymous"] = (2, 60)
    assert statuses(Client(), LIST, 2) == [200, 200]
    refused = Client().get(LIST)
    assert (refused.status_code, refused.headers["retry-after"]) == (429, "61")
    assert refused.json() == {
        "detail": "Request was throttled. Expected available in 61 seconds.",
    }
    problem = Client().get(LIST, headers={"accept": "application/problem+json"})
    assert problem.headers["content-type"] == "application/problem+json"
    assert (problem.json()["status"], problem.json()["code"]) == (429, "throttled")


def test_a_refused_request_asks_nothing_of_the_database(rates, alice, now) -> None:
    rates["token"] = (1, 60)
    client = client_of(alice, now)
    with CaptureQueriesContext(
        connection,
    ) as allowed:
        assert client.get("/api/customers/").status_code == 200
    rates["token"] = (2, 60)
    with CaptureQueriesContext(connection) as again:
        assert client.get("/api/customers/").status_code == 200
    assert len(again) <= len(allowed)
    with CaptureQueriesContext(connection) as refused:
        assert client.get("/api/customers/").status_code == 429
    assert len(refused) == 0


def test_tokens_are_counted_apart_and_their_person_together(rates, alice, bob, now) -> None:
    rates["token"] = (2, 60)
    rates["person"] = (3, 60)
    first, second, other = client_of(alice, now), client_of(alice, now), client_of(bob, now)
    assert statuses(first, "/api/customers/", 3) == [200, 200, 429]
    assert statuses(second, "/api/customers/", 2) == [200, 429]
    assert second.get("/api/customers/").headers["retry-after"] == "61"
    assert statuses(other, "/api/customers/", 2) == [200, 200]


def test_an_address_is_counted_as_the_proxy_saw_it(rates, settings) -> None:
    rates["address"] = (1, 60)
    settings.BEHIND_PROXY = True
    for address in ("192.0.2.1", "192.0.2.2"):
        via = {"x-forwarded-for": f"203.0.113.9, {address}"}
        assert statuses(Client(headers=via), LIST, 2) == [200, 429]


def test_an_address_that_its_client_made_up_is_not_believed(rates) -> None:
    rates["anonymous"] = (1, 60)
    made_up = [{"x-forwarded-for": f"192.0.2.{number}"} for number in range(2)]
    assert [Client().get(LIST, headers=via).status_code for via in made_up] == [200, 429]


def test_passwords_may_be_tried_seldom_by_the_api_and_in_the_admin(rates) -> None:
    rates["login"] = (2, 60)
    body = {"username": "nobody", "password": "x"}
    api = [Client().post("/api-auth/password/", body).status_code for _ in range(3)]
    assert api == [401, 401, 429]
    assert Client().post("/admin/login/", body).status_code == 429
    assert Client().get("/admin/login/").status_code == 200


def test_a_password_may_be_changed_seldom(rates, alice, now) -> None:
    rates["password"] = (1, 3600)
    client = client_of(alice, now)
    path = f"/api/users/{alice.uuid.hex}/change_password/"
    assert client.post(path, {}).status_code == 400
    assert client.post(path, {}).status_code == 429


def test_probes_pages_and_static_files_are_not_counted(rates, dave) -> None:
    for name in ("anonymous", "address", "token"):
        rates[name] = (1, 60)
    assert statuses(Client(), "/health/live", 3) == [200] * 3
    client = Client()
    client.force_login(dave)
    assert statuses(client, "/admin/", 3) == [200] * 3


def test_without_limits_nothing_is_refused(rates, settings) -> None:
    rates["anonymous"] = (1, 60)
    settings.RATE_LIMITS = False
    assert statuses(Client(), LIST, 3) == [200] * 3
