"""`/api/users/`: who sees whom and how much, and people who come, change and go."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from rest_framework.test import APIClient

from config.wiring import dispatch_events
from identity import audiences
from identity.models import Customer, Event, Project, User
from identity.roles import RoleName
from tests.api.identity.user_addresses import AT, at
from tests.api.times import iso
from tests.factories.identity import GrantFactory, SshKeyFactory, UserFactory
from tests.factories.marketplace import OfferingFactory
from tests.factories.notifications import EmailHookFactory

if TYPE_CHECKING:
    from collections.abc import Callable

pytestmark = pytest.mark.django_db


def in_full(user: Any) -> Any:
    """What a person without any role sees of themselves, but for when the account was used."""
    empty = (
        "address",
        "country_of_residence",
        "deactivation_reason",
        "description",
        "identity_source",
        "job_title",
        "middle_name",
        "nationality",
        "native_name",
        "organization",
        "organization_address",
        "organization_country",
        "organization_registry_code",
        "organization_type",
        "organization_vat_code",
        "personal_title",
        "phone_number",
        "place_of_birth",
        "preferred_language",
    )
    none = (
        *("agreement_date", "birth_date", "civil_number", "gender", "primary_gid", "uid_number"),
        "requested_email",
    )
    lists = (
        "active_isds",
        "affiliations",
        "eduperson_assurance",
        "identity_provider_fields",
        "managed_isds",
        "nationalities",
        "permissions",
    )
    return {
        **dict.fromkeys(empty, ""),
        **dict.fromkeys(none),
        **{name: [] for name in lists},
        "url": f"http://testserver{at(user)}",
        "uuid": user.uuid.hex,
        "username": user.username,
        "slug": user.slug,
        "email": user.email,
        "first_name": user.first_name,
        "last_name": user.last_name,
        "full_name": f"{user.first_name} {user.last_name}".strip(),
        "attribute_sources": {},
        "can_use_personal_access_tokens": True,
        "details": {},
        "date_joined": iso(user.date_joined),
        "has_active_session": True,
        "has_usable_password": True,
        "identity_provider_label": "Local DB",
        "identity_provider_name": "Local DB",
        "is_active": True,
        "is_admin_deactivated": False,
        "is_identity_manager": False,
        "is_staff": False,
        "is_support": False,
        "notifications_enabled": True,
        "registration_method": "default",
        "token_lifetime": 3600,
    }


def test_one_sees_oneself_in_full(as_user: Callable[[User], APIClient]) -> None:
    user = UserFactory(username="solo")

    nothing_asked = {
        "enforcement_enabled": False,
        "is_complete": True,
        "mandatory_fields": [],
        "missing_fields": [],
    }
    myself = in_full(user) | {"profile_completeness": nothing_asked}
    assert as_user(user).get(f"{AT}me/").json() == myself
    assert as_user(user).get(at(user)).json() == in_full(user)


def test_one_sees_ones_own_roles(
    as_user: Callable[[User], APIClient],
    bob: User,
    project: Project,
    provider: Customer,
    allocator: Customer,
    now: datetime,
) -> None:
    offering = OfferingFactory(customer=provider, name="LUMI-C")
    later = now + timedelta(days=1)
    GrantFactory(user=bob, scope=offering, role=RoleName.OFFERING_MANAGER, expiration_time=later)
    GrantFactory(user=bob, scope=allocator, role=RoleName.CUSTOMER_READER, is_active=False)
    project.name = "Renamed"
    project.save()

    shown = as_user(bob).get(f"{AT}me/?field=permissions").json()

    here, there = bob.grants.filter(is_active=True).order_by("pk")
    oneself = {"user_name": bob.full_name, "user_slug": bob.slug, "user_uuid": bob.uuid.hex}
    assert shown == {
        "permissions": [
            {
                **oneself,
                "created": iso(here.created),
                "role_description": here.role.description,
                "customer_name": "LUMI Sweden",
                "customer_uuid": allocator.uuid.hex,
                "expiration_time": None,
                "project_uuid": project.uuid.hex,
                "role_name": "PROJECT.MEMBER",
                "role_uuid": RoleName.PROJECT_MEMBER.uuid.hex,
                "scope_name": "Renamed",
                "scope_type": "project",
                "scope_uuid": project.uuid.hex,
            },
            {
                **oneself,
                "created": iso(there.created),
                "role_description": there.role.description,
                "customer_name": "CSC",
                "customer_uuid": provider.uuid.hex,
                "expiration_time": iso(later),
                "project_uuid": None,
                "role_name": "OFFERING.MANAGER",
                "role_uuid": RoleName.OFFERING_MANAGER.uuid.hex,
                "scope_name": "LUMI-C",
                "scope_type": "offering",
                "scope_uuid": offering.uuid.hex,
            },
        ]
    }


def test_staff_see_who_gave_which_role(
    as_user: Callable[[User], APIClient], dave: User, alice: User, mallory: User, project: Project
) -> None:
    grant = GrantFactory(user=mallory, scope=project, created_by=alice)

    (_, permission) = as_user(dave).get(at(mallory)).json()["permissions"]

    assert permission == {
        "created": iso(grant.created),
        "created_by_full_name": "Alice Tester",
        "created_by_username": "alice",
        "customer_name": "LUMI Sweden",
        "customer_uuid": project.customer.uuid.hex,
        "expiration_time": None,
        "is_active": True,
        "project_uuid": project.uuid.hex,
        "revoke_reason": "",
        "revoked_by_full_name": None,
        "revoked_by_username": None,
        "role_description": "Project member",
        "role_name": "PROJECT.MEMBER",
        "role_uuid": RoleName.PROJECT_MEMBER.uuid.hex,
        "scope_is_removed": False,
        "scope_name": "Climate model",
        "scope_type": "project",
        "scope_uuid": project.uuid.hex,
        "user_email": "mallory@example.org",
        "user_name": "Mallory Tester",
        "user_slug": mallory.slug,
        "user_username": "mallory",
        "user_uuid": mallory.uuid.hex,
        "uuid": grant.uuid.hex,
    }


def test_a_colleague_is_seen_without_what_is_private(
    as_user: Callable[[User], APIClient], alice: User, bob: User
) -> None:
    client = as_user(alice)
    told_of_themselves = {"has_active_session", "has_usable_password", "is_admin_deactivated"}
    private = audiences.PRIVATE | told_of_themselves | {"permissions"}
    expected = {key: value for key, value in in_full(bob).items() if key not in private}

    assert client.get(at(bob)).json() == expected
    assert client.get(f"{AT}?username=bob").json() == [expected]
    assert client.get(f"{at(bob)}?field=civil_number&field=username").json() == {"username": "bob"}


def test_support_sees_people_in_full(
    as_user: Callable[[User], APIClient], sam: User, bob: User
) -> None:
    shown = as_user(sam).get(at(bob)).json()

    assert set(shown) == set(in_full(bob))
    assert as_user(sam).get(f"{AT}?username=bob").json() == [shown]


def test_one_sees_colleagues_and_nobody_else(
    as_user: Callable[[User], APIClient],
    alice: User,
    pi: User,
    bob: User,
    carol: User,
    mallory: User,
    dave: User,
) -> None:
    def names(user: Any) -> Any:
        return [row["username"] for row in as_user(user).get(f"{AT}?field=username").json()]

    assert names(alice) == ["alice", "bob", "pi"]
    assert names(bob) == ["bob", "pi"]
    assert names(carol) == ["carol"]
    assert names(dave) == ["alice", "bob", "carol", "dave", "mallory", "pi"]
    assert as_user(mallory).get(at(bob)).json() == {"detail": "No User matches the given query."}


def test_staff_register_people_without_a_password(
    as_user: Callable[[User], APIClient], dave: User
) -> None:
    body = {"username": "owner", "email": "o@example.org", "first_name": "O", "is_active": True}

    answer = as_user(dave).post(AT, body, format="json")

    user = User.objects.get(username="owner")
    assert answer.status_code == 201
    assert answer["Location"] == f"http://testserver{at(user)}"
    assert answer.json() == {
        **in_full(user),
        "has_active_session": False,
        "has_usable_password": False,
        "slug": "owner",
    }


def test_what_is_wrong_is_told_in_waldurs_words(
    as_user: Callable[[User], APIClient], dave: User, bob: User
) -> None:
    person = {"username": "x", "email": "x@example.org"}
    cases = [
        ({}, {"username": ["This field is required."], "email": ["This field is required."]}),
        (
            {**person, "username": "bob"},
            {"username": ["user with this username already exists."]},
        ),
        ({**person, "email": "x"}, {"email": ["Enter a valid email address."]}),
        ({**person, "gender": "x"}, {"gender": ['"x" is not a valid choice.']}),
        ({**person, "image": "data:"}, {"image": ["Images are not stored."]}),
        (
            {**person, "can_use_personal_access_tokens": "x"},
            {"can_use_personal_access_tokens": ["Must be a valid boolean."]},
        ),
        (
            {**person, "token_lifetime": -1},
            {"token_lifetime": ["Ensure this value is greater than or equal to 0."]},
        ),
        (
            {**person, "affiliations": ["a\0"]},
            {"affiliations": {"0": ["Null characters are not allowed."]}},
        ),
    ]
    for body, errors in cases:
        answer = as_user(dave).post(AT, body, format="json")
        assert (answer.status_code, answer.json()) == (400, errors), body


def test_one_keeps_ones_own_profile_having_agreed_once(
    as_user: Callable[[User], APIClient], bob: User
) -> None:
    client = as_user(bob)

    refused = client.patch(at(bob), {"job_title": "PI"}, format="json")
    assert refused.status_code == 400
    assert refused.json() == {"agree_with_policy": ["User must agree with the policy."]}
    body = {"job_title": "PI", "is_staff": True, "agree_with_policy": True}
    changed = client.patch(at(bob), body, format="json")
    assert changed.status_code == 200
    shown = changed.json()
    assert (shown["job_title"], shown["is_staff"]) == ("PI", False)
    assert shown["agreement_date"] is not None
    again = client.patch(at(bob), {"gender": "female", "nationalities": ["EE"]}, format="json")
    assert (again.json()["gender"], again.json()["nationalities"]) == ("female", ["EE"])


def test_who_is_deactivated_is_out_at_once(
    as_user: Callable[[User], APIClient], dave: User, bob: User
) -> None:
    bobs = as_user(bob)

    as_user(dave).patch(at(bob), {"is_active": False, "deactivation_reason": "x"}, format="json")

    assert bobs.get(f"{AT}me/").json() == {"detail": "Invalid token."}
    shown = as_user(dave).get(at(bob)).json()
    assert (shown["is_admin_deactivated"], shown["deactivation_reason"]) == (True, "x")


def test_who_is_let_in_again_logs_in_again(
    as_user: Callable[[User], APIClient], bob: User, dave: User
) -> None:
    """Both ways out, and by both ways in."""
    client, browser, staff = as_user(bob), APIClient(), as_user(dave)
    browser.force_login(bob)

    staff.patch(at(bob), {"is_active": False}, format="json")
    assert staff.post(f"{at(bob)}refresh_token/").status_code == 409
    staff.patch(at(bob), {"is_active": True}, format="json")

    assert [who.get(f"{AT}me/").status_code for who in (client, browser)] == [401, 401]
    browser.force_login(User.objects.get(pk=bob.pk))
    assert browser.get(f"{AT}me/").status_code == 200


def test_staff_remove_a_person_and_nothing_personal_is_left(
    as_user: Callable[[User], APIClient], bob: User, dave: User, project: Project
) -> None:
    client, staff, browser = as_user(bob), as_user(dave), APIClient()
    browser.force_login(bob)
    SshKeyFactory(user=bob)
    EmailHookFactory(author=bob)

    answer = staff.delete(at(bob))

    assert (answer.status_code, answer.content) == (204, b"")
    assert staff.get(at(bob)).status_code == 404
    assert bob.uuid.hex not in [row["uuid"] for row in staff.get(AT).json()]
    assert [who.get(f"{AT}me/").status_code for who in (client, browser)] == [401, 401]
    bob.refresh_from_db()
    kept = {name: value for name, value in vars(bob).items() if "bob" in str(value).lower()}
    assert kept == {}
    assert (bob.email, bob.first_name, bob.is_active) == ("", "", False)
    assert not bob.ssh_keys.exists()
    dispatch_events()
    assert not bob.hooks.exists()
    assert not bob.grants.filter(is_active=True).exists()
    told = Event.objects.filter(subject_uuid=bob.uuid).order_by("pk")
    assert list(told.values_list("kind", flat=True)) == ["user.deactivated", "user.removed"]
    assert staff.delete(at(bob)).status_code == 404
    again = staff.post(AT, {"username": "bob", "email": "bob@example.org"}, format="json")
    assert again.status_code == 201


def test_nobody_else_removes_people_nor_staff_themselves(
    as_user: Callable[[User], APIClient], bob: User, alice: User, dave: User, sam: User
) -> None:
    people = (bob, alice, sam)
    assert [as_user(who).delete(at(bob)).status_code for who in people] == [403, 403, 403]
    assert as_user(dave).delete(at(dave)).status_code == 409
