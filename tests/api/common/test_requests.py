"""Who is refused, what errors look like, and what repeated and conditional requests do."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

import pytest
from django.db import connection
from django.utils import timezone

from identity.models import IdempotencyKey, Project
from tests.factories.identity import ProjectFactory

if TYPE_CHECKING:
    from collections.abc import Callable

    from rest_framework.test import APIClient

    from identity.models import Customer, User

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.api.common.sample")]
PROBLEM = "application/problem+json"


@pytest.fixture
def client(as_user: Callable[[User], APIClient], alice: User) -> APIClient:
    return as_user(alice)


def body(customer: Customer, name: str = "new") -> dict[str, str]:
    return {
        "name": name,
        "customer": f"http://testserver/api/sample-customers/{customer.uuid.hex}/",
    }


# --- who --------------------------------------------------------------------------------------


def test_an_action_without_declared_access_is_refused(client: APIClient, project: Project) -> None:
    response = client.post(f"/api/sample/{project.uuid.hex}/undeclared/")
    assert response.status_code == 403
    assert response.json() == {"detail": "You do not have permission to perform this action."}


def test_an_answer_does_not_leave_when_its_rule_was_never_asked(
    client: APIClient, project: Project
) -> None:
    with pytest.raises(RuntimeError, match="did not check its rule"):
        client.post(f"/api/sample/{project.uuid.hex}/unasked/")


def test_staff_only_is_for_staff(
    as_user: Callable[[User], APIClient], client: APIClient, dave: User, project: Project
) -> None:
    path = f"/api/sample/{project.uuid.hex}/only_staff/"
    assert client.post(path).status_code == 403
    assert as_user(dave).post(path).status_code == 200


def test_the_anonymous_are_asked_to_authenticate(anonymous: APIClient, project: Project) -> None:
    for path in ("/api/sample/", f"/api/sample/{project.uuid.hex}/"):
        response = anonymous.get(path)
        assert response.status_code == 401
        assert response["WWW-Authenticate"] == "Token"
        assert response.json() == {"detail": "Authentication credentials were not provided."}


def test_a_missing_method_is_405(client: APIClient, project: Project) -> None:
    response = client.delete(f"/api/sample/{project.uuid.hex}/")
    assert response.status_code == 405
    assert response.json() == {"detail": 'Method "DELETE" not allowed.'}


def test_a_member_may_see_but_not_change(
    as_user: Callable[[User], APIClient], bob: User, project: Project
) -> None:
    response = as_user(bob).patch(f"/api/sample/{project.uuid.hex}/", {"name": "mine"})
    assert response.status_code == 403


def test_a_foreign_object_in_the_body_does_not_exist(
    as_user: Callable[[User], APIClient], mallory: User, allocator: Customer
) -> None:
    response = as_user(mallory).post("/api/sample/", body(allocator))
    assert response.status_code == 400
    assert response.json() == {"customer": ["Invalid hyperlink - Object does not exist."]}


def test_a_member_may_not_create_in_an_organisation_that_they_see(
    as_user: Callable[[User], APIClient], bob: User, allocator: Customer
) -> None:
    assert as_user(bob).post("/api/sample/", body(allocator)).status_code == 403


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("nowhere", "Invalid hyperlink - No URL match."),
        (f"http://testserver/api/other/{'0' * 32}/", "Invalid hyperlink - Incorrect URL match."),
    ],
)
def test_a_bad_hyperlink_says_why(client: APIClient, url: str, message: str) -> None:
    response = client.post("/api/sample/", {"name": "x", "customer": url})
    assert (response.status_code, response.json()) == (400, {"customer": [message]})


# --- errors -----------------------------------------------------------------------------------


def test_errors_are_waldurs_unless_the_client_asks_for_problem_details(
    client: APIClient, project: Project
) -> None:
    path = f"/api/sample/{project.uuid.hex}/come_too_late/"
    response = client.post(path)
    assert (response.status_code, response["Content-Type"]) == (409, "application/json")
    assert response.json() == {"detail": "Valid states for operation: OK."}
    response = client.post(path, HTTP_ACCEPT=f"application/json, {PROBLEM}")
    assert (response.status_code, response["Content-Type"]) == (409, PROBLEM)
    assert response.json() == {
        "type": "urn:efp-allocations:problem:conflict",
        "title": "Conflict",
        "status": 409,
        "code": "conflict",
        "detail": "Valid states for operation: OK.",
        "instance": path,
        "errors": [{"pointer": "", "detail": "Valid states for operation: OK."}],
    }


def test_problem_details_point_at_every_field(client: APIClient, project: Project) -> None:
    response = client.post(f"/api/sample/{project.uuid.hex}/break_a_rule/", HTTP_ACCEPT=PROBLEM)
    assert response.json()["errors"] == [
        {"pointer": "/limits/cpu", "detail": "Too many."},
        {"pointer": "/usages/0/amount", "detail": "Negative."},
    ]


def test_success_is_plain_json_also_for_a_client_that_accepts_problems_only(
    client: APIClient,
) -> None:
    response = client.get("/api/sample/", HTTP_ACCEPT=PROBLEM)
    assert (response.status_code, response["Content-Type"]) == (200, "application/json")


# --- Idempotency-Key --------------------------------------------------------------------------


def test_the_same_request_again_gets_the_stored_answer(
    client: APIClient, allocator: Customer
) -> None:
    first = client.post("/api/sample/", body(allocator), HTTP_IDEMPOTENCY_KEY="k1")
    again = client.post("/api/sample/", body(allocator), HTTP_IDEMPOTENCY_KEY="k1")
    assert (first.status_code, again.status_code) == (201, 201)
    assert again.content == first.content
    assert again["Location"] == first["Location"]
    assert again["Idempotency-Replayed"] == "true"
    assert "Idempotency-Replayed" not in first
    assert Project.objects.filter(name="new").count() == 1


def test_another_body_with_the_same_key_is_422(client: APIClient, allocator: Customer) -> None:
    client.post("/api/sample/", body(allocator), HTTP_IDEMPOTENCY_KEY="k1")
    response = client.post("/api/sample/", body(allocator, "other"), HTTP_IDEMPOTENCY_KEY="k1")
    assert response.status_code == 422
    assert response.json() == {"detail": "This Idempotency-Key was used for another request."}
    assert not Project.objects.filter(name="other").exists()


@pytest.mark.parametrize("key", ["x" * 256, "a\x00b", "a\tb"])
def test_a_key_that_cannot_be_kept_is_refused(
    client: APIClient, allocator: Customer, key: str
) -> None:
    response = client.post("/api/sample/", body(allocator), HTTP_IDEMPOTENCY_KEY=key)
    assert response.status_code == 400
    assert response.json() == {"Idempotency-Key": ["At most 255 printable characters."]}


def test_a_refusal_is_replayed_too(client: APIClient) -> None:
    first = client.post("/api/sample/", {}, HTTP_IDEMPOTENCY_KEY="k1")
    again = client.post("/api/sample/", {}, HTTP_IDEMPOTENCY_KEY="k1")
    assert (first.status_code, again.status_code) == (400, 400)
    assert again.json() == first.json()


def test_keys_belong_to_their_users(
    client: APIClient, as_user: Callable[[User], APIClient], dave: User, allocator: Customer
) -> None:
    client.post("/api/sample/", body(allocator), HTTP_IDEMPOTENCY_KEY="k1")
    response = as_user(dave).post(
        "/api/sample/", body(allocator, "other"), HTTP_IDEMPOTENCY_KEY="k1"
    )
    assert response.status_code == 201


def test_a_request_in_flight_is_409_until_it_is_plainly_abandoned(
    client: APIClient, alice: User, allocator: Customer
) -> None:
    client.post("/api/sample/", body(allocator), HTTP_IDEMPOTENCY_KEY="k1")
    Project.objects.filter(name="new").delete()
    claims = IdempotencyKey.objects.filter(user=alice)
    claims.update(status=None, created=timezone.now())
    response = client.post("/api/sample/", body(allocator), HTTP_IDEMPOTENCY_KEY="k1")
    assert response.status_code == 409
    claims.update(created="2020-01-01T00:00:00Z")
    response = client.post("/api/sample/", body(allocator), HTTP_IDEMPOTENCY_KEY="k1")
    assert response.status_code == 201


def test_a_crash_undoes_the_action_and_frees_the_key(client: APIClient, project: Project) -> None:
    path = f"/api/sample/{project.uuid.hex}/crash/"
    with pytest.raises(ZeroDivisionError):
        client.post(path, HTTP_IDEMPOTENCY_KEY="k1")
    assert not Project.objects.filter(name="half").exists()
    assert not IdempotencyKey.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_of_many_equal_requests_at_once_one_is_carried_out(
    as_user: Callable[[User], APIClient], alice: User, allocator: Customer
) -> None:
    clients = [as_user(alice) for _ in range(6)]
    ready, statuses = threading.Barrier(6), []

    def post(client: Any) -> None:
        ready.wait()
        try:
            response = client.post("/api/sample/", body(allocator), HTTP_IDEMPOTENCY_KEY="race")
            statuses.append(response.status_code)
        finally:
            connection.close()

    threads = [threading.Thread(target=post, args=(client,)) for client in clients]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert Project.objects.filter(name="new").count() == 1
    assert set(statuses) <= {201, 409}
    assert 201 in statuses


# --- ETag -------------------------------------------------------------------------------------


def test_an_unchanged_row_is_304_and_a_changed_one_is_sent(
    client: APIClient, project: Project
) -> None:
    path = f"/api/sample/{project.uuid.hex}/"
    tag = client.get(path)["ETag"]
    response = client.get(path, HTTP_IF_NONE_MATCH=tag)
    assert (response.status_code, response.content, response["ETag"]) == (304, b"", tag)
    client.patch(path, {"name": "changed"})
    assert client.get(path, HTTP_IF_NONE_MATCH=tag).status_code == 200


def test_a_list_has_a_tag_and_keeps_its_counts_when_it_is_304(
    client: APIClient, project: Project
) -> None:
    tag = client.get("/api/sample/")["ETag"]
    response = client.get("/api/sample/", HTTP_IF_NONE_MATCH=f'"other", W/{tag}')
    assert (response.status_code, response["X-Result-Count"]) == (304, "1")


def test_a_write_that_insists_on_an_old_version_is_412(client: APIClient, project: Project) -> None:
    path = f"/api/sample/{project.uuid.hex}/"
    tag = client.get(path)["ETag"]
    assert client.patch(path, {"name": "one"}, HTTP_IF_MATCH=tag).status_code == 200
    response = client.patch(path, {"name": "two"}, HTTP_IF_MATCH=tag)
    assert response.status_code == 412
    assert response.json() == {"detail": "The object has been changed since it was read."}
    project.refresh_from_db()
    assert project.name == "one"
    assert client.patch(path, {"name": "three"}, HTTP_IF_MATCH="*").status_code == 200


@pytest.mark.django_db(transaction=True)
def test_of_two_writes_on_one_version_exactly_one_wins(
    as_user: Callable[[User], APIClient], alice: User, project: Project
) -> None:
    path = f"/api/sample/{project.uuid.hex}/"
    clients = [as_user(alice) for _ in range(4)]
    tag = clients[0].get(path)["ETag"]
    ready, statuses = threading.Barrier(4), []

    def patch(client: Any, name: str) -> None:
        ready.wait()
        try:
            statuses.append(client.patch(path, {"name": name}, HTTP_IF_MATCH=tag).status_code)
        finally:
            connection.close()

    threads = [
        threading.Thread(target=patch, args=(client, f"n{number}"))
        for number, client in enumerate(clients)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(statuses) == [200, 412, 412, 412]


def test_put_and_patch_share_a_rule_and_differ_in_what_they_require(
    client: APIClient, project: Project
) -> None:
    path = f"/api/sample/{project.uuid.hex}/"
    assert client.put(path, {}).json() == {"name": ["This field is required."]}
    assert client.put(path, {"name": "put"}).json()["name"] == "put"
    assert client.get(path).json()["name"] == "put"
    assert ProjectFactory(name="other").name == "other"
