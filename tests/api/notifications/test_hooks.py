"""`/api/hooks-web/`, `/api/hooks-email/` and `/api/hooks/`: bodies, refusals, filters."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest

from common.sealing import unseal
from identity.services import outbox
from notifications.models import Hook, WebHook
from notifications.services import hook_planning
from tests.cases import each
from tests.factories.identity import EventFactory
from tests.factories.notifications import (
    EmailHookFactory,
    HookAttemptFactory,
    HookDeliveryFactory,
    WebHookFactory,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from rest_framework.test import APIClient

    from identity.models import Customer, User

pytestmark = pytest.mark.django_db

URL = "https://hooks.example.org/in"
COMPLETED = "marketplace_order_completed"
PINGS = "?event_type=web_hook.pinged"


@pytest.fixture
def client(alice: User, as_user: Callable[[User], APIClient]) -> APIClient:
    return as_user(alice)


@pytest.fixture
def hook(alice: User, now: datetime) -> WebHook:
    hook: WebHook = WebHookFactory(author=alice, created=now, destination_url=URL)
    return hook


def stamp(moment: datetime) -> str:
    return moment.isoformat().replace("+00:00", "Z")


def test_a_webhook_is_made_and_its_secret_shown_once(client: APIClient, alice: User) -> None:
    body = {
        "destination_url": URL,
        "content_type": "json",
        "event_types": [COMPLETED, "order.amended"],
        "event_groups": ["projects"],
        "scopes": [str(uuid4())],
    }
    response = client.post("/api/hooks-web/", body, format="json")

    assert response.status_code == 201
    hook = WebHook.objects.get()
    made = response.json()
    assert made.pop("secret") == unseal(hook.sealed_secret)
    assert made.pop("created")
    assert made.pop("modified")
    assert made == {
        "author_email": alice.email,
        "author_fullname": "Alice Tester",
        "author_username": "alice",
        "author_uuid": alice.uuid.hex,
        "content_type": "json",
        "destination_url": URL,
        "event_groups": ["projects"],
        "event_kinds": ["order.amended"],
        "event_types": [COMPLETED],
        "failing_since": None,
        "hook_type": "webhook",
        "is_active": True,
        "last_published": None,
        "paused_until": None,
        "previous_until": None,
        "scopes": [body["scopes"][0].replace("-", "")],
        "url": f"http://testserver/api/hooks-web/{hook.uuid.hex}/",
        "uuid": hook.uuid.hex,
    }
    assert "secret" not in client.get(made["url"]).json()


def test_a_repeated_request_does_not_show_the_secret_from_the_store(client: APIClient) -> None:
    body = {"destination_url": URL, "event_kinds": ["*"]}
    first, second = (
        client.post("/api/hooks-web/", body, format="json", HTTP_IDEMPOTENCY_KEY="one")
        for _ in range(2)
    )

    assert first.json()["secret"] != second.json()["secret"]


def test_an_organisations_hook_is_named_by_url_or_uuid(
    client: APIClient, allocator: Customer
) -> None:
    for name in (allocator.uuid.hex, f"http://testserver/api/customers/{allocator.uuid.hex}/"):
        body = {"destination_url": URL, "event_kinds": ["*"], "customer": name}
        made = client.post("/api/hooks-web/", body, format="json").json()
        assert (made["customer_uuid"], made["customer_name"], made["customer"]) == (
            allocator.uuid.hex,
            "LUMI Sweden",
            f"http://testserver/api/customers/{allocator.uuid.hex}/",
        )


@pytest.mark.parametrize(
    ("body", "wrong"),
    [
        ({}, ["destination_url"]),
        ({"destination_url": URL}, ["non_field_errors"]),
        ({"destination_url": URL, "event_types": []}, ["non_field_errors"]),
        ({"destination_url": URL, "event_types": ["nothing_like_it"]}, ["event_types"]),
        ({"destination_url": URL, "event_kinds": ["order"]}, ["event_kinds"]),
        ({"destination_url": URL, "event_kinds": [COMPLETED]}, ["event_kinds"]),
        ({"destination_url": URL, "event_groups": ["nothing"]}, ["event_groups"]),
        ({"destination_url": URL, "event_kinds": ["*"], "scopes": ["x"]}, ["scopes"]),
        ({"destination_url": URL, "event_kinds": ["*"], "content_type": "xml"}, ["content_type"]),
        ({"destination_url": "http://127.0.0.1/", "event_kinds": ["*"]}, ["destination_url"]),
        ({"destination_url": "https://10.0.0.1/", "event_kinds": ["*"]}, ["destination_url"]),
        ({"destination_url": URL, "event_kinds": ["*"], "customer": "0" * 32}, ["customer"]),
    ],
)
def test_a_body_that_is_wrong_is_refused(body: Any, wrong: list[str], client: APIClient) -> None:
    response = client.post("/api/hooks-web/", body, format="json")

    assert (response.status_code, list(response.json())) == (400, wrong)


def test_waldurs_refusal_of_a_hook_without_types_is_ours(client: APIClient) -> None:
    response = client.post("/api/hooks-web/", {"destination_url": URL}, format="json")

    assert response.json() == {
        "non_field_errors": ["Please specify list of event_types or event_groups."]
    }


def test_a_webhook_is_changed_in_part_or_as_a_whole(client: APIClient, hook: WebHook) -> None:
    address = f"/api/hooks-web/{hook.uuid.hex}/"
    changed = client.patch(address, {"is_active": False, "content_type": "form"}, format="json")
    assert (changed.json()["is_active"], changed.json()["content_type"]) == (False, "form")
    assert changed.json()["event_kinds"] == ["*"]

    whole = {"destination_url": f"{URL}/2", "event_types": [COMPLETED], "event_kinds": []}
    changed = client.put(address, whole, format="json")
    assert {name: changed.json()[name] for name in whole} == whole
    assert client.put(address, {}, format="json").json() == {
        "destination_url": ["This field is required."]
    }


def test_an_answer_can_be_sent_back_and_changes_nothing(client: APIClient, hook: WebHook) -> None:
    address = f"/api/hooks-web/{hook.uuid.hex}/"
    Hook.objects.update(event_types=[COMPLETED], event_kinds=["order.amended"])
    before = client.get(address).json()

    after = client.put(address, before, format="json").json()

    assert after == before


def test_types_that_are_our_own_take_the_place_of_kinds(client: APIClient, hook: WebHook) -> None:
    changed = client.patch(
        f"/api/hooks-web/{hook.uuid.hex}/",
        {"event_types": ["order.done", COMPLETED, "order.done"]},
        format="json",
    ).json()

    assert (changed["event_types"], changed["event_kinds"]) == ([COMPLETED], ["order.done"])


def test_a_mail_hook_is_made_changed_and_removed(client: APIClient, alice: User) -> None:
    body = {"email": alice.email, "event_groups": ["projects"]}
    made = client.post("/api/hooks-email/", body, format="json")
    assert made.status_code == 201
    address = made["Location"]
    assert (made.json()["hook_type"], made.json()["email"]) == ("email", alice.email)

    assert client.patch(address, {"is_active": False}, format="json").json()["is_active"] is False
    refused = client.patch(address, {"email": "stranger@example.org"}, format="json")
    assert (refused.status_code, list(refused.json())) == (400, ["email"])
    assert client.delete(address).status_code == 204
    assert client.get(address).status_code == 404


def test_both_sorts_are_in_one_list(client: APIClient, alice: User, now: datetime) -> None:
    web = WebHookFactory(author=alice, created=now, content_type="form", destination_url=URL)
    mail = EmailHookFactory(author=alice, created=now + timedelta(seconds=1))
    first, second = client.get("/api/hooks/").json()

    assert (first["uuid"], first["hook_type"], first["destination_url"]) == (
        web.uuid.hex,
        "webhook",
        URL,
    )
    assert (second["uuid"], second["hook_type"], second["email"]) == (
        mail.uuid.hex,
        "email",
        alice.email,
    )
    assert "email" not in first
    assert {"destination_url", "content_type"}.isdisjoint(second)
    assert client.head("/api/hooks/")["X-Result-Count"] == "2"


@each(
    ("query", "found"),
    [
        ("author_username=alice", True),
        ("author_username=bob", False),
        ("author_email=alice@", True),
        ("author_fullname=ice test", True),
        ("author_fullname=bob", False),
        ("is_active=true", True),
        ("is_active=false", False),
        ("content_type=1", True),
        ("content_type=2", False),
        (f"destination_url={URL}", True),
        ("destination_url=x", False),
        ("last_published=2020-01-01", True),
        ("last_published=2999-01-01", False),
        ("query=hooks.example", True),
        ("query=nowhere", False),
    ],
)
def test_hooks_are_found_by_what_waldurs_clients_ask(
    query: str, found: bool, client: APIClient, hook: WebHook, now: datetime
) -> None:
    Hook.objects.update(last_published=now)

    assert [row["uuid"] for row in client.get(f"/api/hooks-web/?{query}").json()] == (
        [hook.uuid.hex] if found else []
    )


def test_mail_hooks_are_found_by_address(client: APIClient, alice: User) -> None:
    EmailHookFactory(author=alice)

    assert len(client.get(f"/api/hooks-email/?email={alice.email}").json()) == 1
    assert client.get("/api/hooks-email/?email=bob@").json() == []


def test_a_ping_is_on_its_way(client: APIClient, hook: WebHook, now: datetime) -> None:
    response = client.post(f"/api/hooks-web/{hook.uuid.hex}/ping/")
    assert response.status_code == 202
    outbox.put_in_order({}, now=now)
    hook_planning.plan(now=now)

    (row,) = client.get(f"/api/hooks-web/{hook.uuid.hex}/deliveries/{PINGS}").json()
    assert (row["event_uuid"], row["event_kind"]) == (
        response.json()["event_uuid"],
        "web_hook.pinged",
    )
    Hook.objects.update(is_active=False)
    assert client.post(f"/api/hooks-web/{hook.uuid.hex}/ping/").status_code == 409


def test_a_new_secret_is_shown_once_and_the_former_one_ends(
    client: APIClient, hook: WebHook
) -> None:
    address = f"/api/hooks-web/{hook.uuid.hex}/"
    rotated = client.post(f"{address}rotate_secret/", {"overlap_hours": 2}, format="json")
    hook.refresh_from_db()

    assert rotated.json()["secret"] == unseal(hook.sealed_secret)
    shown = client.get(address).json()
    assert "secret" not in shown
    assert shown["previous_until"] == rotated.json()["previous_until"]
    for hours in (-1, 169, "x"):
        refused = client.post(f"{address}rotate_secret/", {"overlap_hours": hours}, format="json")
        assert refused.status_code == 400
    assert client.post(f"{address}rotate_secret/").status_code == 200


def test_deliveries_are_shown_with_every_attempt(
    client: APIClient, hook: WebHook, now: datetime
) -> None:
    event = EventFactory(kind="order.done", subject_uuid=uuid4())
    row = HookDeliveryFactory(hook=hook, event=event, attempts=1, planned_at=now, sequence=7)
    HookAttemptFactory(delivery=row, started=now)

    assert client.get(f"/api/hooks-web/{hook.uuid.hex}/deliveries/").json() == [
        {
            "attempts": 1,
            "delivered_at": None,
            "event_kind": "order.done",
            "event_type": COMPLETED,
            "event_uuid": event.uuid.hex,
            "next_attempt_at": stamp(now),
            "planned_at": stamp(now),
            "sequence": 7,
            "state": "pending",
            "tries": [
                {
                    "answer": "out of order",
                    "error": "HTTP 500",
                    "latency_ms": 12,
                    "started": stamp(now),
                    "status": 500,
                }
            ],
        }
    ]


def test_deliveries_are_found_by_state_and_type(
    client: APIClient, hook: WebHook, now: datetime
) -> None:
    rows = {
        "pending": HookDeliveryFactory(hook=hook),
        "delivered": HookDeliveryFactory(hook=hook, delivered_at=now),
        "dead": HookDeliveryFactory(
            hook=hook, dead=True, event__kind="order.done", event__subject_uuid=uuid4()
        ),
    }
    HookDeliveryFactory()
    address = f"/api/hooks-web/{hook.uuid.hex}/deliveries/"

    for state, row in rows.items():
        (found,) = client.get(f"{address}?state={state}").json()
        assert (found["event_uuid"], found["state"]) == (row.event.uuid.hex, state)
    assert len(client.get(f"{address}?state=dead,pending").json()) == 2
    for word in ("order.done", COMPLETED):
        (found,) = client.get(f"{address}?event_type={word}").json()
        assert found["state"] == "dead"
    assert client.get(f"{address}?state=lost").status_code == 400


def test_events_are_replayed_one_in_a_stretch_or_what_is_dead(
    client: APIClient, hook: WebHook, project: Any, now: datetime
) -> None:
    events = [
        EventFactory(project=project, customer=project.customer, created=now, sequence=n)
        for n in range(1, 5)
    ]
    address = f"/api/hooks-web/{hook.uuid.hex}/replay/"

    def replay(**body: Any) -> Any:
        return client.post(address, body, format="json").json()

    assert replay(event_uuid=events[0].uuid.hex) == {"replayed": 1, "next": None}
    assert replay(after=1, before="3") == {"replayed": 2, "next": None}
    assert replay(after=stamp(now - timedelta(hours=1))) == {"replayed": 4, "next": None}
    assert replay(state="dead") == {"replayed": 0, "next": None}
    missing = client.post(address, {"event_uuid": "0" * 32}, format="json")
    assert missing.status_code == 404


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"state": "pending"},
        {"after": "x"},
        {"after": -1},
        {"after": 2**70},
        {"after": 1, "state": "dead"},
        {"after": 1, "event_uuid": "0" * 32},
        {"event_uuid": "x"},
        {"before": "2026-99-99T00:00"},
    ],
)
def test_a_replay_of_nothing_or_of_two_things_is_refused(
    body: Any, client: APIClient, hook: WebHook
) -> None:
    response = client.post(f"/api/hooks-web/{hook.uuid.hex}/replay/", body, format="json")

    assert response.status_code == 400


def test_types_and_groups_of_waldurs_that_never_occur_here_are_kept(
    client: APIClient, hook: WebHook
) -> None:
    wish = {"event_types": ["invoice_created"], "event_groups": ["invoices", "support"]}
    changed = client.patch(f"/api/hooks-web/{hook.uuid.hex}/", wish, format="json")

    assert {name: changed.json()[name] for name in wish} == wish
