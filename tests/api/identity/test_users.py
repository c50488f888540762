from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from rest_framework.test import APIClient

from config.wiring import dispatch_events
from identity import audiences
from identity.models import Customer, Event, IdempotencyKey, Project, Token, User
from identity.roles import RoleName
from tests.cases import each
from tests.factories.identity import (
    PASSWORD,
    GrantFactory,
    ProjectFactory,
    SshKeyFactory,
    UserFactory,
)
from tests.factories.marketplace import OfferingFactory
from tests.factories.notifications import EmailHookFactory

if TYPE_CHECKING:
    from collections.abc import Callable


pytestmark = pytest.mark.django_db

AT = "/api/users/"


def iso(value: Any) -> Any:
    return value.isoformat().replace("+00:00", "Z")


def at(user: Any) -> str:
    return f"{AT}{user.uuid.hex}/"


def in_full(user: Any) -> Any:
    """What a person without any role sees of themselves, but for when the account was used."""
    empty = (
        "address",
        "country_of_residence",
        "deactivation_reason",
        "description",
        "identity_source",
        "job_title",
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

    assert as_user(user).get(f"{AT}me/").json() == in_full(user)
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

    assert shown == {
        "permissions": [
            {
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
            {**person, "can_use_personal_access_tokens": True},
            {"can_use_personal_access_tokens": ["Personal access tokens are not served."]},
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


def test_staff_let_a_token_live_for_ever(
    as_user: Callable[[User], APIClient], dave: User, bob: User
) -> None:
    bobs = as_user(bob)

    answer = as_user(dave).patch(at(bob), {"token_lifetime": None}, format="json")

    assert (answer.status_code, answer.json()["token_lifetime"]) == (200, None)
    assert Token.objects.get(user=bob).lifetime is None
    assert bobs.get(f"{AT}me/").status_code == 200


def test_who_is_deactivated_is_out_at_once(
    as_user: Callable[[User], APIClient], dave: User, bob: User
) -> None:
    bobs = as_user(bob)

    as_user(dave).patch(at(bob), {"is_active": False, "deactivation_reason": "x"}, format="json")

    assert bobs.get(f"{AT}me/").json() == {"detail": "Invalid token."}
    shown = as_user(dave).get(at(bob)).json()
    assert (shown["is_admin_deactivated"], shown["deactivation_reason"]) == (True, "x")


NEW_PASSWORD = " snow over Ii "


def test_one_changes_ones_password_knowing_the_old_one_and_everything_else_ends(
    as_user: Callable[[User], APIClient], bob: User
) -> None:
    asking, other, browser = as_user(bob), as_user(bob), APIClient()
    browser.force_login(bob)
    body = {"new_password": NEW_PASSWORD, "old_password": PASSWORD}

    answer = asking.post(f"{at(bob)}change_password/", body)

    assert (answer.status_code, answer.json()) == (200, {"status": "password set"})
    bob.refresh_from_db()
    assert bob.check_password(NEW_PASSWORD)
    assert asking.get(f"{AT}me/").status_code == 200
    assert other.get(f"{AT}me/").json() == {"detail": "Invalid token."}
    assert browser.get(f"{AT}me/").status_code == 401


def test_a_browser_that_changes_the_password_stays_logged_in(
    as_user: Callable[[User], APIClient], bob: User
) -> None:
    asking, other, client = APIClient(), APIClient(), as_user(bob)
    asking.force_login(bob)
    other.force_login(bob)
    body = {"new_password": NEW_PASSWORD, "old_password": PASSWORD}

    assert asking.post(f"{at(bob)}change_password/", body).status_code == 200

    reached = [who.get(f"{AT}me/").status_code for who in (asking, other, client)]
    assert reached == [200, 401, 401]


@pytest.mark.parametrize(
    ("old", "error"),
    [
        (None, "This field is required."),
        ("", "This field is required."),
        ("not it", "This is not your password."),
    ],
)
def test_a_stolen_token_changes_no_password(
    as_user: Callable[[User], APIClient], bob: User, dave: User, old: Any, error: str
) -> None:
    for owner in (bob, dave):  # staff too, of their own
        body = {"new_password": NEW_PASSWORD, "old_password": old}
        answer = as_user(owner).post(f"{at(owner)}change_password/", body, format="json")

        expected = {
            None: error,
            "": "This field may not be blank.",
        }.get(old, error)
        assert (answer.status_code, answer.json()) == (400, {"old_password": [expected]})
        owner.refresh_from_db()
        assert owner.check_password(PASSWORD)


def test_a_stolen_token_does_not_help_to_guess_the_password(
    as_user: Callable[[User], APIClient], bob: User
) -> None:
    client = as_user(bob)
    for old in ("a", "b", "c", "d"):
        client.post(f"{at(bob)}change_password/", {"new_password": "x", "old_password": old})

    body = {"new_password": NEW_PASSWORD, "old_password": PASSWORD}
    answer = client.post(f"{at(bob)}change_password/", body)

    assert answer.status_code == 400
    assert answer.json() == {"old_password": ["Username is locked out. Try in 10 minutes."]}


def test_who_has_no_password_is_given_the_first_one_by_staff(
    as_user: Callable[[User], APIClient], bob: User, dave: User
) -> None:
    bob.set_unusable_password()
    bob.save()
    body = {"new_password": NEW_PASSWORD, "old_password": "!"}

    own = as_user(bob).post(f"{at(bob)}change_password/", body)
    by_staff = as_user(dave).post(f"{at(bob)}change_password/", {"new_password": NEW_PASSWORD})

    assert (own.status_code, list(own.json())) == (400, ["old_password"])
    assert by_staff.status_code == 200


def test_a_password_set_by_staff_ends_every_token_and_session(
    as_user: Callable[[User], APIClient], bob: User, dave: User
) -> None:
    client, browser, staff = as_user(bob), APIClient(), as_user(dave)
    browser.force_login(bob)

    staff.post(f"{at(bob)}change_password/", {"new_password": NEW_PASSWORD})

    reached = [who.get(f"{AT}me/").status_code for who in (client, browser, staff)]
    assert reached == [401, 401, 200]


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


def test_a_weak_password_is_refused_also_from_staff(
    as_user: Callable[[User], APIClient], dave: User, bob: User
) -> None:
    answer = as_user(dave).post(f"{at(bob)}change_password/", {"new_password": "123"})

    assert answer.status_code == 400
    assert answer.json() == {
        "new_password": [
            "This password is too short. It must contain at least 8 characters.",
            "This password is too common.",
            "This password is entirely numeric.",
        ]
    }
    bob.refresh_from_db()
    assert bob.check_password(PASSWORD)


def test_a_token_is_told_of_but_not_told(as_user: Callable[[User], APIClient], bob: User) -> None:
    client = as_user(bob)

    shown = client.get(f"{at(bob)}token/").json()

    assert shown == {
        "created": iso(Token.objects.get().created),
        "user_first_name": "Bob",
        "user_is_active": True,
        "user_last_name": "Tester",
        "user_token_lifetime": 3600,
        "user_username": "bob",
    }


def test_who_has_no_token_has_none_to_tell_of(
    as_user: Callable[[User], APIClient], dave: User, bob: User
) -> None:
    answer = as_user(dave).get(f"{at(bob)}token/")

    assert answer.status_code == 404
    assert answer.json() == {"detail": "No Token matches the given query."}


def test_a_refreshed_token_is_shown_once_and_is_the_only_one(
    as_user: Callable[[User], APIClient], bob: User, anonymous: APIClient
) -> None:
    old, other = as_user(bob), as_user(bob)

    answer = old.post(f"{at(bob)}refresh_token/")

    assert answer.status_code == 200
    fresh = answer.json()["token"]
    assert len(fresh) == 40
    for client in (old, other):
        assert client.get(f"{AT}me/").status_code == 401
    anonymous.credentials(HTTP_AUTHORIZATION=f"Token {fresh}")
    assert anonymous.get(f"{AT}me/").status_code == 200


@pytest.fixture
def people(dave: User, project: Project) -> Any:
    """Three people beside dave."""
    erika = UserFactory(
        username="erika",
        first_name="Erika",
        last_name="Muster",
        organization="KTH",
        job_title="PI",
        phone_number="+46 1",
        native_name="Еріка",
        description="quiet",
        civil_number="7",
    )
    GrantFactory(user=erika, scope=project, role=RoleName.PROJECT_MANAGER)
    GrantFactory(
        user=UserFactory(username="frank", is_support=True, agreement_date="2026-01-01T00:00:00Z"),
        scope=project.customer,
        role=RoleName.CUSTOMER_OWNER,
    )
    UserFactory(username="gone", is_active=False)
    return erika


@each(
    ("query", "found"),
    [
        ("", ["dave", "erika", "frank", "gone"]),
        ("o=-username", ["gone", "frank", "erika", "dave"]),
        ("username=erika", ["erika"]),
        ("username=eri", []),
        ("username_list=erika,gone", ["erika", "gone"]),
        ("email=ERIKA@", ["erika"]),
        ("full_name=erika%20mu", ["erika"]),
        ("user_keyword=muster", ["erika"]),
        ("query=kth", ["erika"]),
        ("organization=kt", ["erika"]),
        ("job_title=pi", ["erika"]),
        ("phone_number=46", ["erika"]),
        ("native_name=рік", ["erika"]),
        ("description=qui", ["erika"]),
        ("civil_number=7", ["erika"]),
        ("registration_method=default", ["dave", "erika", "frank", "gone"]),
        ("is_staff=true", ["dave"]),
        ("is_support=true", ["frank"]),
        ("is_active=false", ["gone"]),
        ("agreement_date=2025-12-31", ["frank"]),
        ("agreement_date=2026-01-02", []),
        ("date_joined=2131-01-01", []),
        ("modified=2131-01-01", []),
        ("organization_roles=CUSTOMER.OWNER", ["frank"]),
        ("project_roles=PROJECT.MEMBER,PROJECT.MANAGER", ["erika"]),
        ("project_roles=CUSTOMER.OWNER", []),
    ],
)
def test_every_filter_finds_whom_it_names(
    as_user: Callable[[User], APIClient], dave: User, people: Any, query: str, found: Any
) -> None:
    answer = as_user(dave).get(f"{AT}?field=username&{query}")

    assert answer.json() == [{"username": name} for name in found]


def test_people_are_found_by_organisation_and_project(
    as_user: Callable[[User], APIClient], dave: User, people: Any, project: Project
) -> None:
    client = as_user(dave)
    ProjectFactory(customer=project.customer)

    def names(query: str) -> Any:
        return [row["username"] for row in client.get(f"{AT}?field=username&{query}").json()]

    assert names(f"project_uuid={project.uuid}") == ["erika"]
    assert names(f"customer_uuid={project.customer.uuid.hex}") == ["erika", "frank"]
    assert names(f"customer_uuid={project.uuid.hex}") == []


def test_nobody_searches_by_what_they_may_not_see(
    as_user: Callable[[User], APIClient], alice: User, people: Any
) -> None:
    alice.civil_number = "8"
    alice.save()
    client = as_user(alice)
    assert client.get(at(people)).status_code == 200

    def names(query: str) -> Any:
        return [row["username"] for row in client.get(f"{AT}?field=username&{query}").json()]

    assert names("civil_number=7") == []
    assert names("civil_number=8") == ["alice"]
    assert names("description=qui") == []


def test_a_new_token_is_never_kept_for_a_repetition(as_user, pi):
    path = f"/api/users/{pi.uuid.hex}/refresh_token/"
    first = as_user(pi).post(path, HTTP_IDEMPOTENCY_KEY="once")
    again = as_user(pi).post(path, HTTP_IDEMPOTENCY_KEY="once")
    assert (first.status_code, again.status_code) == (200, 200)
    assert first.json()["token"] != again.json()["token"]
    assert not IdempotencyKey.objects.exists()


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
