from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest

from identity.models import Customer, Event, Grant, Project, User
from identity.roles import RoleName
from tests.api.times import iso
from tests.factories.identity import GrantFactory, UserFactory

if TYPE_CHECKING:
    from collections.abc import Callable

    from rest_framework.test import APIClient

pytestmark = pytest.mark.django_db

MEMBER = "PROJECT.MEMBER"


@pytest.fixture
def at(project: Project) -> str:
    return f"/api/projects/{project.uuid.hex}"


@pytest.fixture
def erika() -> User:
    return UserFactory(username="erika@myaccessid.org", first_name="Erika", last_name="Muster")


def holders(scope: Any) -> Any:
    grants = Grant.objects.on(scope.scope_type, scope.pk).in_force()
    return sorted(grants.values_list("user__username", "role__name"))


def test_an_owner_adds_somebody_whom_they_do_not_see_yet(
    as_user: Callable[[User], APIClient], alice: User, project: Project, at: str, erika: User
) -> None:
    client = as_user(alice)
    assert client.get(f"/api/users/{erika.uuid.hex}/").status_code == 404

    answer = client.post(f"{at}/add_user/", {"role": MEMBER, "user": str(erika.uuid)})

    assert (answer.status_code, answer.json()) == (201, {"expiration_time": None})
    assert holders(project) == [("erika@myaccessid.org", MEMBER)]
    assert client.get(f"/api/users/{erika.uuid.hex}/").status_code == 200


def test_a_role_is_named_by_its_uuid_too_and_may_end(
    as_user: Callable[[User], APIClient],
    pi: User,
    project: Project,
    at: str,
    erika: User,
    now: datetime,
) -> None:
    body = {
        "role": RoleName.PROJECT_ADMIN.uuid.hex,
        "user": erika.uuid.hex,
        "expiration_time": (now + timedelta(days=30)).isoformat(),
    }

    answer = as_user(pi).post(f"{at}/add_user/", body, format="json")

    assert answer.status_code == 201
    assert answer.json() == {"expiration_time": iso(now + timedelta(days=30))}


def test_a_role_may_end_on_a_day(
    as_user: Callable[[User], APIClient], pi: User, at: str, erika: User
) -> None:
    body = {"role": MEMBER, "user": erika.uuid.hex, "expiration_time": "2131-01-01"}

    answer = as_user(pi).post(f"{at}/add_user/", body, format="json")

    assert (answer.status_code, answer.json()) == (201, {"expiration_time": "2131-01-01T00:00:00Z"})


def test_what_is_wrong_with_a_request_is_told_in_waldurs_words(
    as_user: Callable[[User], APIClient], alice: User, bob: User, at: str, erika: User
) -> None:
    unknown = UserFactory(is_active=False)
    cases = [
        ({}, {"role": ["This field is required."], "user": ["This field is required."]}),
        ({"role": "PROJECT.KING", "user": erika.uuid}, {"role": ["Role is not found."]}),
        ({"role": uuid4(), "user": erika.uuid}, {"role": ["Role is not found."]}),
        ({"role": MEMBER, "user": "0" * 32}, {"user": ["User is not found."]}),
        ({"role": MEMBER, "user": unknown.uuid}, {"user": ["User is not found."]}),
        ({"role": MEMBER, "user": "zzz"}, {"user": ["Must be a valid UUID."]}),
        (
            {"role": "CUSTOMER.OWNER", "user": erika.uuid},
            {"non_field_errors": ["Role is not valid for this scope."]},
        ),
        (
            {"role": MEMBER, "user": bob.uuid},
            {"non_field_errors": ["User has already the same role in this scope."]},
        ),
        (
            {"role": MEMBER, "user": erika.uuid, "expiration_time": "2020-01-01T00:00:00Z"},
            {"expiration_time": ["Expiration time should be greater than current time."]},
        ),
    ]
    for body, errors in cases:
        answer = as_user(alice).post(f"{at}/add_user/", body, format="json")
        assert (answer.status_code, answer.json()) == (400, errors)
    assert not Event.objects.filter(kind="grant.given").exists()


def test_the_end_of_a_role_is_moved_and_taken_away(
    as_user: Callable[[User], APIClient], alice: User, bob: User, at: str, now: datetime
) -> None:
    later = (now + timedelta(days=9)).isoformat()
    body = {"role": MEMBER, "user": bob.uuid.hex, "expiration_time": later}
    client = as_user(alice)

    answer = client.post(f"{at}/update_user/", body, format="json")
    assert answer.status_code == 200
    assert answer.json() == {"expiration_time": iso(now + timedelta(days=9))}
    answer = client.post(f"{at}/update_user/", {**body, "expiration_time": None}, format="json")
    assert (answer.status_code, answer.json()) == (200, {"expiration_time": None})


def test_a_role_that_is_not_held_is_not_updated(
    as_user: Callable[[User], APIClient], alice: User, at: str, erika: User
) -> None:
    body = {"role": MEMBER, "user": erika.uuid.hex}

    answer = as_user(alice).post(f"{at}/update_user/", body, format="json")

    assert answer.status_code == 400
    assert answer.json() == {"non_field_errors": ["User does not have this role in this scope."]}


def test_a_member_is_removed_by_the_body_that_added_them_any_number_of_times(
    as_user: Callable[[User], APIClient],
    alice: User,
    pi: User,
    bob: User,
    project: Project,
    at: str,
) -> None:
    body = {"role": MEMBER, "user": bob.uuid.hex, "expiration_time": None}

    for _ in range(2):
        answer = as_user(alice).post(f"{at}/delete_user/", body, format="json")
        assert (answer.status_code, answer.content) == (200, b"")

    assert holders(project) == [("pi", "PROJECT.MANAGER")]


def test_somebody_who_was_deactivated_can_still_be_removed(
    as_user: Callable[[User], APIClient], alice: User, bob: User, project: Project, at: str
) -> None:
    bob.is_active = False
    bob.save()

    body = {"role": MEMBER, "user": bob.uuid.hex}
    answer = as_user(alice).post(f"{at}/delete_user/", body, format="json")

    assert answer.status_code == 200
    assert holders(project) == []


def test_any_member_reads_who_the_others_are(
    as_user: Callable[[User], APIClient],
    alice: User,
    pi: User,
    bob: User,
    project: Project,
    at: str,
    erika: User,
) -> None:
    grant = GrantFactory(user=erika, scope=project, created_by=alice)

    answer = as_user(bob).get(f"{at}/list_users/?username=erika@myaccessid.org")

    assert answer.status_code == 200
    assert answer.json() == [
        {
            "uuid": grant.uuid.hex,
            "created": iso(grant.created),
            "created_by_full_name": "Alice Tester",
            "created_by_uuid": alice.uuid.hex,
            "expiration_time": None,
            "role_name": MEMBER,
            "role_uuid": RoleName.PROJECT_MEMBER.uuid.hex,
            "user_email": "erika@example.org",
            "user_full_name": "Erika Muster",
            "user_username": "erika@myaccessid.org",
            "user_uuid": erika.uuid.hex,
        }
    ]


def test_members_are_counted_filtered_ordered_and_cut(
    as_user: Callable[[User], APIClient],
    pi: User,
    bob: User,
    project: Project,
    at: str,
    erika: User,
    now: datetime,
) -> None:
    GrantFactory(user=erika, scope=project, role=RoleName.PROJECT_ADMIN)
    GrantFactory(scope=project, expiration_time=now - timedelta(seconds=1))
    GrantFactory(scope=project, is_active=False)
    client = as_user(pi)

    def names(query: str) -> Any:
        rows = client.get(f"{at}/list_users/?{query}").json()
        return [row["user_username"].split("@")[0] for row in rows]

    assert sorted(names("")) == ["bob", "erika", "pi"]
    assert names("role=PROJECT.ADMIN&role=PROJECT.MEMBER&o=username") == ["bob", "erika"]
    assert names(f"role={RoleName.PROJECT_ADMIN.uuid}") == ["erika"]
    assert names(f"user={bob.uuid}") == ["bob"]
    assert names(f"user_url=http://testserver/api/users/{bob.uuid.hex}/") == ["bob"]
    assert names(f"user_slug={bob.slug}") == ["bob"]
    assert names("search_string=rika%20mus") == ["erika"]
    assert names("full_name=erika%20m") == ["erika"]
    assert names("search_string=BOB@") == ["bob"]
    assert names("o=-username") == ["pi", "erika", "bob"]
    assert client.get(f"{at}/list_users/?user=zzz").json() == {"user": ["Enter a valid UUID."]}
    counted = client.head(f"{at}/list_users/?page_size=1")
    assert (counted["X-Result-Count"], counted.content) == ("3", b"")
    cut = client.get(f"{at}/list_users/?field=user_username&o=username&page_size=1")
    assert cut.json() == [{"user_username": "bob"}]


def test_staff_appoint_the_owner_of_an_organisation(
    as_user: Callable[[User], APIClient], dave: User, allocator: Customer, erika: User
) -> None:
    at = f"/api/customers/{allocator.uuid.hex}"
    body = {"role": "CUSTOMER.OWNER", "user": erika.uuid.hex}

    assert as_user(dave).post(f"{at}/add_user/", body, format="json").status_code == 201

    assert holders(allocator) == [("erika@myaccessid.org", "CUSTOMER.OWNER")]
    listed = as_user(erika).get(f"{at}/list_users/?field=role_name")
    assert listed.json() == [{"role_name": "CUSTOMER.OWNER"}]
    assert as_user(dave).post(f"{at}/delete_user/", body, format="json").status_code == 200
    assert holders(allocator) == []


def test_nobody_joins_or_leaves_a_removed_project(
    as_user: Callable[[User], APIClient], dave: User, project: Project, at: str, erika: User
) -> None:
    project.is_removed = True
    project.save()

    body = {"role": MEMBER, "user": erika.uuid.hex}
    for action in ("add_user", "update_user", "delete_user"):
        answer = as_user(dave).post(f"{at}/{action}/", body, format="json")
        assert answer.status_code == 404
        assert answer.json() == {"detail": "No Project matches the given query."}
    assert as_user(dave).get(f"{at}/list_users/").status_code == 404
