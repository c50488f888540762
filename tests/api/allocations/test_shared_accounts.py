"""Accounts of programs and of courses over the API, for their owners and for sites."""

from __future__ import annotations

from typing import Any

import pytest
from waldur_api_client.models import CourseAccount, CustomerServiceAccount, ProjectServiceAccount

from allocations.models import ProjectServiceAccount as Row
from identity.models import IdempotencyKey
from identity.services.credentials import digest
from marketplace.lifecycle import ResourceState
from tests.api.times import iso
from tests.factories.allocations import (
    CourseAccountFactory,
    CustomerServiceAccountFactory,
    ProjectServiceAccountFactory,
)
from tests.factories.marketplace import (
    HpcOfferingFactory,
    ResourceFactory,
    ServiceProviderFactory,
)

URL = "/api/marketplace-project-service-accounts/"
CUSTOMERS = "/api/marketplace-customer-service-accounts/"
LISTS: dict[str, Any] = {
    "list_project_service_accounts": ProjectServiceAccount,
    "list_customer_service_accounts": CustomerServiceAccount,
    "list_course_accounts": CourseAccount,
}


def test_a_manager_opens_an_account_and_sees_its_key_once(as_user, pi, project):
    body = {"project": str(project.uuid), "preferred_identifier": "bot", "email": "b@x.eu"}

    response = as_user(pi).post(URL, body, format="json")

    assert response.status_code == 201, response.json()
    account = Row.objects.get()
    shown = response.json()
    key = shown["token"]
    assert digest(key) == account.key_digest
    assert account.expires_at is not None
    assert shown == {
        "url": f"http://testserver{URL}{account.uuid.hex}/",
        "uuid": account.uuid.hex,
        "created": iso(account.created),
        "modified": iso(account.modified),
        "state": "OK",
        "username": "bot",
        "preferred_identifier": "bot",
        "email": "b@x.eu",
        "description": "",
        "error_message": "",
        "error_traceback": "",
        "expires_at": iso(account.expires_at),
        "token": key,
        "project": project.uuid.hex,
        "project_uuid": project.uuid.hex,
        "project_name": "Climate model",
        "customer_uuid": project.customer.uuid.hex,
        "customer_name": "LUMI Sweden",
        "customer_abbreviation": "SWE",
    }
    assert as_user(pi).get(shown["url"]).json() == {**shown, "token": None}
    assert as_user(pi).get(URL).json() == [{**shown, "token": None}]
    assert ProjectServiceAccount.from_dict(shown).username == "bot"


def test_an_owner_opens_one_for_all_projects(as_user, alice, allocator):
    response = as_user(alice).post(CUSTOMERS, {"customer": allocator.uuid.hex}, format="json")

    assert response.status_code == 201, response.json()
    shown = response.json()
    assert {key: shown[key] for key in ("customer", "customer_uuid", "customer_name", "state")} == {
        "customer": allocator.uuid.hex,
        "customer_uuid": allocator.uuid.hex,
        "customer_name": "LUMI Sweden",
        "state": "OK",
    }
    assert as_user(alice).get(CUSTOMERS).json() == [{**shown, "token": None}]
    rotated = as_user(alice).post(f"{shown['url']}rotate_api_key/").json()
    assert rotated["token"] not in {None, shown["token"]}


@pytest.mark.parametrize(
    ("body", "answer"),
    [
        ({}, {"project": ["This field is required."]}),
        ({"project": None}, {"project": ["This field may not be null."]}),
        ({"project": "0" * 32}, {"project": ["Object does not exist."]}),
        (
            {"project": "x", "email": "x"},
            {"project": ["Must be a valid UUID."], "email": ["Enter a valid email address."]},
        ),
    ],
)
def test_whose_it_is_must_be_said(as_user, pi, project, body, answer):
    response = as_user(pi).post(URL, body, format="json")

    assert (response.status_code, response.json()) == (400, answer)


def test_a_name_that_is_taken_is_refused(as_user, pi, project):
    ProjectServiceAccountFactory(username="bot")
    body = {"project": project.uuid.hex, "username": "bot"}

    response = as_user(pi).post(URL, body, format="json")

    assert (response.status_code, response.json()) == (
        400,
        {"username": ["An account with this username exists or existed."]},
    )


def test_an_account_s_key_is_not_kept_with_a_repeated_request(as_user, pi, project):
    body = {"project": project.uuid.hex}

    as_user(pi).post(URL, body, format="json", HTTP_IDEMPOTENCY_KEY="one")

    assert not IdempotencyKey.objects.exists()


def test_an_account_changes_gets_another_key_and_is_closed(as_user, pi, project):
    account = ProjectServiceAccountFactory(project=project, username="bot")
    client, url = as_user(pi), f"{URL}{account.uuid}/"

    changed = client.patch(url, {"description": "New", "username": "", "error_traceback": "x"})
    assert (changed.status_code, changed.json()["description"]) == (200, "New")
    whole = {"project": project.uuid.hex, "username": "bot", "email": "b@x.eu"}
    assert client.put(url, whole, format="json").json()["email"] == "b@x.eu"
    renamed = client.patch(url, {"username": "new"}, format="json")
    assert (renamed.status_code, renamed.json()) == (
        400,
        {"username": ["This cannot be changed: open another account."]},
    )
    keys = {client.post(f"{url}rotate_api_key/").json()["token"] for _ in range(2)}
    assert len(keys) == 2
    account.refresh_from_db()
    assert account.key_digest in {digest(key) for key in keys}
    assert client.delete(url).status_code == 204
    assert client.get(url).json()["state"] == "Closed"
    for again in (client.delete(url), client.post(f"{url}rotate_api_key/")):
        assert (again.status_code, again.json()) == (
            409,
            {"detail": "Valid states for operation: Erred, OK, Pending."},
        )


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"state": "OK"}, ["one"]),
        ({"state": ["OK", "Closed"]}, ["one", "two"]),
        ({"username": "two"}, ["two"]),
        ({"email": "TWO@x.eu"}, ["two"]),
        ({"email": "nobody@x.eu"}, []),
    ],
)
def test_accounts_are_found(as_user, pi, project, query, found):
    ProjectServiceAccountFactory(project=project, username="one")
    ProjectServiceAccountFactory(project=project, username="two", email="two@x.eu", state="Closed")

    response = as_user(pi).get(URL, {**query, "field": "username", "project_uuid": project.uuid})

    assert [row["username"] for row in response.json()] == found
    other = {"project": f"http://testserver/api/projects/{'0' * 32}/"}
    assert as_user(pi).get(URL, other).json() == []


# --- what the sites read --------------------------------------------------------------------------


@pytest.fixture
def accounts(project):
    """Return open and closed accounts of each kind, by the list that shows them."""
    return {
        "list_project_service_accounts": [
            ProjectServiceAccountFactory(project=project, state=state) for state in ("OK", "Closed")
        ],
        "list_customer_service_accounts": [
            CustomerServiceAccountFactory(customer=project.customer, state=state)
            for state in ("OK", "Closed")
        ],
        "list_course_accounts": [
            CourseAccountFactory(project=project, state=state) for state in ("OK", "Closed")
        ],
    }


@pytest.mark.parametrize("name", LISTS)
def test_a_site_reads_the_accounts_of_its_projects(as_user, carol, resource, accounts, name):
    ProjectServiceAccountFactory()
    CustomerServiceAccountFactory()
    CourseAccountFactory()
    url = f"/api/marketplace-provider-offerings/{resource.offering.uuid}/{name}/"

    response = as_user(carol).get(url, {"page_size": "100"})

    assert (response.status_code, response["X-Result-Count"]) == (200, "2")
    read = [LISTS[name].from_dict(row) for row in response.json()]
    assert [(row.username, row.state.value) for row in read] == [
        (account.username, account.state) for account in accounts[name]
    ]
    assert {row.uuid for row in read} == {account.uuid for account in accounts[name]}
    as_project = {row.get("project_uuid") for row in response.json()}
    assert as_project in ({resource.project.uuid.hex}, {None})


@pytest.mark.parametrize("name", LISTS)
@pytest.mark.parametrize("state", [ResourceState.CREATING, ResourceState.TERMINATED])
def test_a_site_without_a_live_allocation_reads_none(
    as_user, carol, resource, accounts, name, state
):
    type(resource).objects.update(state=state)
    other = HpcOfferingFactory(customer=resource.offering.customer)
    for offering in (resource.offering, other):
        url = f"/api/marketplace-provider-offerings/{offering.uuid}/{name}/"
        assert as_user(carol).get(url).json() == []


def test_a_second_allocation_doubles_nothing(as_user, carol, resource, accounts):
    ResourceFactory(project=resource.project, offering=resource.offering)
    url = f"/api/marketplace-provider-offerings/{resource.offering.uuid}"
    for name in LISTS:
        assert len(as_user(carol).get(f"{url}/{name}/").json()) == 2
    provider = ServiceProviderFactory(customer=resource.offering.customer)
    for name in ("project_service_accounts", "course_accounts"):
        everywhere = f"/api/marketplace-service-providers/{provider.uuid}/{name}/"
        assert len(as_user(carol).get(everywhere).json()) == 2
        assert len(as_user(carol).get(everywhere, {"state": "OK"}).json()) == 1
        project = {"project_uuid": resource.project.uuid.hex}
        assert len(as_user(carol).get(everywhere, project).json()) == 2
        assert as_user(carol).get(everywhere, {"project_uuid": provider.uuid.hex}).json() == []


def test_a_course_account_is_shown_whole(as_user, pi, bob, project):
    account = CourseAccountFactory(project=project, user=bob, username="pupil")
    shown = as_user(pi).get(f"/api/marketplace-course-accounts/{account.uuid}/").json()

    assert shown == {
        "url": f"http://testserver/api/marketplace-course-accounts/{account.uuid.hex}/",
        "uuid": account.uuid.hex,
        "created": iso(account.created),
        "modified": iso(account.modified),
        "username": "pupil",
        "user_uuid": bob.uuid.hex,
        "email": "",
        "description": "",
        "state": "OK",
        "error_message": "",
        "error_traceback": "",
        "project": project.uuid.hex,
        "project_uuid": project.uuid.hex,
        "project_name": "Climate model",
        "project_slug": project.slug,
        "project_start_date": None,
        "project_end_date": None,
        "customer_uuid": project.customer.uuid.hex,
        "customer_name": "LUMI Sweden",
    }


@pytest.mark.parametrize(
    "path", [*LISTS, "user-attribute-config", "list_course_accounts/?page_size=100&field=username"]
)
def test_what_agents_read_every_cycle_is_cheap(
    as_user, carol, resource, accounts, path, django_assert_max_num_queries
):
    client = as_user(carol)
    client.get("/api/version/")
    url = f"/api/marketplace-provider-offerings/{resource.offering.uuid}/{path}"
    url = url if "?" in url else f"{url}/"
    client.get(url)  # the token's last use is written once a minute

    with django_assert_max_num_queries(8):
        assert client.get(url).status_code == 200
