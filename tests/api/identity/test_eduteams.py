from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.factories.identity import UserFactory

if TYPE_CHECKING:
    from collections.abc import Callable

    from rest_framework.test import APIClient

    from identity.models import Project, User

pytestmark = pytest.mark.django_db

AT = "/api/remote-eduteams/"
CUID = "28c5353b8bb34984a8bd4169ba94c606@myaccessid.org"


def test_an_allocator_finds_a_person_by_cuid_and_adds_them(
    as_user: Callable[[User], APIClient], alice: User, project: Project
) -> None:
    erika = UserFactory(username=CUID)
    client = as_user(alice)

    found = client.post(AT, {"cuid": CUID}, format="json")

    assert (found.status_code, found.json()) == (200, {"uuid": erika.uuid.hex})
    body = {"role": "PROJECT.ADMIN", "user": found.json()["uuid"]}
    added = client.post(f"/api/projects/{project.uuid.hex}/add_user/", body, format="json")
    assert added.status_code == 201


def test_who_may_not_look_people_up_is_told_so_by_a_bare_string(
    as_user: Callable[[User], APIClient], pi: User
) -> None:
    answer = as_user(pi).post(AT, {"cuid": CUID}, format="json")

    assert answer.status_code == 403
    assert answer.json() == (
        "Only staff, identity managers and allocators are allowed to find users."
    )


@pytest.mark.parametrize(
    ("body", "status", "errors"),
    [
        ({"cuid": "0@x"}, 404, {"detail": "Eduteams error: Unable to get user info."}),
        ({}, 400, {"cuid": ["This field is required."]}),
        ({"cuid": "a\0"}, 400, {"cuid": ["Null characters are not allowed."]}),
    ],
)
def test_whom_nobody_knows_is_not_found(
    as_user: Callable[[User], APIClient], dave: User, body: Any, status: Any, errors: Any
) -> None:
    answer = as_user(dave).post(AT, body, format="json")

    assert (answer.status_code, answer.json()) == (status, errors)


def test_nobody_looks_people_up_anonymously(anonymous: APIClient) -> None:
    assert anonymous.post(AT, {"cuid": CUID}, format="json").status_code == 401
