"""Keys of resources over the API, as people, as sites and as the agent's own client see them."""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import Any

import pytest
from waldur_api_client.models import ResourceApiKey, ResourceApiKeyStatus, ResourceApiKeyUsageTotals

from allocations.models import ResourceApiKey as Row
from allocations.services.api_key_steps import PROVISIONED
from common.sealing import unseal
from identity.models import IdempotencyKey
from tests.api.times import iso
from tests.factories.allocations import RequestedApiKeyFactory, ResourceApiKeyFactory
from tests.factories.marketplace import HpcOfferingFactory

URL = "/api/marketplace-resource-api-keys/"
SECRET = "sk-never-to-be-read"


@pytest.fixture
def offering(provider):
    return HpcOfferingFactory(customer=provider, plugin_options={PROVISIONED: True})


@pytest.fixture
def key(resource, bob):
    return ResourceApiKeyFactory(resource=resource, client_id="c-1", value=SECRET, user=bob)


def test_a_key_is_asked_for_and_seen_when_the_site_has_made_it(as_user, bob, carol, resource):
    body = {"resource": str(resource.uuid), "user": str(bob.uuid), "limits": {"cpu_k_hours": 5}}

    response = as_user(bob).post(URL, body, format="json")

    assert response.status_code == 201, response.json()
    row = Row.objects.get()
    asked = {
        "uuid": row.uuid.hex,
        "resource_uuid": resource.uuid.hex,
        "resource_backend_id": resource.backend_id,
        "client_id": "",
        "state": "Creating",
        "pending_action": "create",
        "error_message": "",
        "issued_at": None,
        "modified": iso(row.modified),
        "user_uuid": bob.uuid.hex,
        "user_full_name": bob.full_name,
        "limits": {"cpu_k_hours": 5},
        "allowed_models": None,
        "current_usages": None,
        "usage_period": None,
        "paused_by_limit": False,
    }
    assert response.json() == asked
    assert as_user(bob).get(f"{URL}{row.uuid.hex}/reveal/").status_code == 409

    told = {"api_key": SECRET, "client_id": "c-1"}
    reported = as_user(carol).post(f"{URL}{row.uuid.hex}/set_key/", told, format="json")

    assert reported.status_code == 200
    assert (reported.json()["state"], reported.json()["pending_action"]) == ("OK", "")
    assert SECRET not in reported.content.decode()
    revealed = as_user(bob).get(f"{URL}{row.uuid.hex}/reveal/")
    assert revealed.json() == {**reported.json(), "api_key": SECRET}
    assert revealed["Cache-Control"] == "no-store"
    assert ResourceApiKey.from_dict(revealed.json()).api_key == SECRET
    assert ResourceApiKeyStatus.from_dict(reported.json()).pending_action.value == ""


@pytest.mark.parametrize(
    ("action", "words"),
    [("rotate", "rotated"), ("pause", "paused"), ("revoke", "revoked"), ("", "deleted")],
)
def test_a_request_is_taken_and_a_second_one_comes_too_early(as_user, pi, key, action, words):
    client = as_user(pi)
    address = f"{URL}{key.uuid.hex}/{action}/" if action else f"{URL}{key.uuid.hex}/"
    send = client.post if action else client.delete

    response = send(address)

    assert (response.status_code, response.json()) == (
        202,
        {"status": f"The key will be {words}."},
    )
    again = send(address)
    assert again.status_code == 409
    assert again.json()["detail"].startswith("Valid states for operation: ")


def test_the_agent_finds_the_rotations_that_it_missed(as_user, carol, resource, now):
    stuck = ResourceApiKeyFactory(resource=resource, state="Updating", pending_action="rotate")
    Row.objects.filter(pk=stuck.pk).update(modified=now - timedelta(hours=1))
    ResourceApiKeyFactory(resource=resource, state="Updating", pending_action="rotate")
    ResourceApiKeyFactory(state="Updating", pending_action="rotate")
    query = {
        "offering_uuid": str(resource.offering.uuid),
        "state": ["Updating"],
        "modified_before": (now - timedelta(minutes=30)).isoformat(),
    }
    (found,) = as_user(carol).get(URL, query).json()
    assert found["uuid"] == stuck.uuid.hex


def test_the_list_leaves_out_what_is_deleted_unless_it_is_asked_for(as_user, pi, bob, resource):
    rows = {
        "live": ResourceApiKeyFactory(resource=resource, user=bob),
        "gone": ResourceApiKeyFactory(resource=resource, state="Deleted", value=""),
        "asked": RequestedApiKeyFactory(resource=resource),
    }
    named = {row.uuid.hex: name for name, row in rows.items()}
    queries: dict[str, set[str]] = {
        "": {"live", "asked"},
        f"resource_uuid={resource.uuid}": {"live", "asked"},
        "state=Deleted": {"gone"},
        "state=Deleted&state=OK": {"live", "gone"},
        "has_pending_action=true": {"asked"},
        "has_pending_action=false": {"live"},
        "pending_action=create&pending_action=rotate": {"asked"},
        f"user_uuid={bob.uuid}": {"live"},
        f"resource_uuid={bob.uuid}": set(),
    }
    client = as_user(pi)
    for query, wanted in queries.items():
        listed = client.get(f"{URL}?{query}")
        assert {named[row["uuid"]] for row in listed.json()} == wanted, query
        counted = client.head(f"{URL}?{query}")
        assert counted["X-Result-Count"] == str(len(wanted))
    assert client.get(f"{URL}{rows['gone'].uuid.hex}/").status_code == 200


def test_what_keys_were_used_for_is_summed_up_for_who_sees_the_resource(
    as_user, carol, pi, mallory, key
):
    body = {"usages": {"cpu_k_hours": 2.5}}
    used = as_user(carol).post(f"{URL}{key.uuid.hex}/report_usage/", body, format="json")
    assert used.status_code == 200, used.json()
    assert used.json()["current_usages"] == {"cpu_k_hours": 2.5}

    address = f"{URL}usage_totals/?resource_uuid={key.resource.uuid}"
    totals = as_user(pi).get(address).json()
    assert totals == {"usages": {"cpu_k_hours": 2.5}}
    assert ResourceApiKeyUsageTotals.from_dict(totals).usages["cpu_k_hours"] == 2.5
    assert as_user(mallory).get(address).json() == {"usages": {}}
    missing = as_user(pi).get(f"{URL}usage_totals/")
    assert (missing.status_code, missing.json()) == (
        400,
        {"resource_uuid": ["This field is required."]},
    )


WRONG: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
    ("", {}, {"resource": ["This field is required."]}),
    ("", {"resource": "0" * 32}, {"resource": ["Object does not exist."]}),
    ("report_created/", {}, {
        "resource": ["This field is required."],
        "client_id": ["This field is required."],
        "api_key": ["This field is required."],
    }),
    ("{key}/set_key/", {"api_key": ""}, {"api_key": ["This field may not be blank."]}),
    ("{key}/set_erred/", {}, {"error_message": ["This field is required."]}),
    ("{key}/report_usage/", {"usages": {"cpu_k_hours": "1"}},
     {"usages": {"cpu_k_hours": ["A valid number is required."]}}),
    ("{key}/report_usage/", {"usages": {"tokens": 1}},
     {"usages": {"tokens": ["The offering has no such component."]}}),
]  # fmt: skip


@pytest.mark.parametrize(("path", "body", "answer"), WRONG)
def test_a_wrong_body_is_said_to_be_wrong(as_user, dave, key, path, body, answer):
    address = URL + path.format(key=key.uuid.hex)
    response = as_user(dave).post(address, body, format="json")
    assert (response.status_code, response.json()) == (400, answer)


def test_values_are_kept_nowhere_but_sealed(as_user, carol, resource, key, caplog):
    caplog.set_level(logging.DEBUG)
    body = {"resource": resource.uuid.hex, "client_id": "c-2", "api_key": "sk-also-not"}
    client = as_user(carol)
    once: dict[str, Any] = {"format": "json", "HTTP_IDEMPOTENCY_KEY": "once"}
    answer, again = (client.post(f"{URL}report_created/", body, **once) for _ in range(2))
    assert (answer.status_code, again.content) == (201, answer.content)
    made = Row.objects.get(client_id="c-2")
    assert unseal(made.sealed) == "sk-also-not"
    assert made.sealed != "sk-also-not"
    kept = IdempotencyKey.objects.get()
    for secret in (SECRET, "sk-also-not", made.sealed):
        assert secret not in answer.content.decode()
        assert secret not in bytes(kept.body or b"").decode()
        assert secret not in caplog.text


def test_a_resource_says_whether_it_has_keys(as_user, pi, resource):
    address = f"/api/marketplace-resources/{resource.uuid.hex}/?field=has_api_keys"
    client = as_user(pi)
    assert client.get(address).json() == {"has_api_keys": False}
    gone = ResourceApiKeyFactory(resource=resource, state="Deleted", value="")
    assert client.get(address).json() == {"has_api_keys": False}
    RequestedApiKeyFactory(resource=gone.resource)
    assert client.get(address).json() == {"has_api_keys": True}
