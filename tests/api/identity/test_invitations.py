"""Invitations over the API: whole answers, filters, and what whoever has a link is told."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from waldur_api_client import models

from identity.models import Event, Grant, Invitation, Project, User
from identity.roles import RoleName
from tests.api.times import iso
from tests.cases import each
from tests.factories.identity import InvitationFactory, RoleFactory, UserFactory

if TYPE_CHECKING:
    from collections.abc import Callable

    from rest_framework.test import APIClient

    from identity.models import Customer
    from marketplace.models import Offering

pytestmark = pytest.mark.django_db

AT = "/api/user-invitations/"
LINK = "1" * 32


@pytest.fixture
def invitation(project: Project, pi: User) -> Any:
    Project.objects.filter(pk=project.pk).update(description="What the sea does")
    return InvitationFactory(
        scope=project, created_by=pi, email="erika@example.org", full_name="Erika M.", token=LINK
    )


@pytest.fixture
def erika() -> Any:
    return UserFactory(username="erika", email="erika@example.org")


def project_url(project: Project) -> str:
    return f"http://testserver/api/projects/{project.uuid.hex}/"


def invited_to(project: Project) -> dict[str, Any]:
    return {
        "created_by_full_name": "Pi Tester",
        "created_by_image": None,
        "created_by_username": "pi",
        "customer_name": "LUMI Sweden",
        "customer_uuid": project.customer.uuid.hex,
        "role_description": "Project member",
        "role_name": "PROJECT.MEMBER",
        "scope_description": "What the sea does",
        "scope_name": "Climate model",
        "scope_type": "project",
        "scope_uuid": project.uuid.hex,
    }


def test_an_invitation_is_answered_whole_and_read_by_the_client(
    as_user: Callable[[User], APIClient], project: Project, pi: User
) -> None:
    Project.objects.update(description="What the sea does")
    body = {
        "scope": project_url(project),
        "role": RoleName.PROJECT_MEMBER.uuid.hex,
        "email": "erika@example.org",
        "full_name": "Erika M.",
        "extra_invitation_text": "Welcome!",
    }

    answer = as_user(pi).post(AT, body, format="json")

    made = Invitation.objects.get()
    url = f"http://testserver{AT}{made.uuid.hex}/"
    assert (answer.status_code, answer["Location"]) == (201, url)
    assert answer.json() == {
        **invited_to(project),
        "civil_number": "",
        "created": iso(made.created),
        "email": "erika@example.org",
        "error_message": "",
        "execution_state": "Scheduled",
        "expires": iso(made.expires),
        "extra_invitation_text": "Welcome!",
        "full_name": "Erika M.",
        "job_title": "",
        "native_name": "",
        "organization": "",
        "phone_number": "",
        "role": RoleName.PROJECT_MEMBER.uuid.hex,
        "state": "pending",
        "url": url,
        "uuid": made.uuid.hex,
    }
    assert models.Invitation.from_dict(answer.json()).state == "pending"
    assert as_user(pi).get(url).json() == answer.json()
    again = as_user(pi).post(AT, body, format="json")
    assert (again.status_code, list(again.json())) == (400, ["email"])


def test_to_organisations_and_to_offerings_by_either_of_their_urls(
    as_user: Callable[[User], APIClient],
    alice: User,
    carol: User,
    allocator: Customer,
    offering: Offering,
) -> None:
    asked = (
        (alice, f"/api/customers/{allocator.uuid}/", "CUSTOMER.READER"),
        (carol, f"/api/marketplace-provider-offerings/{offering.uuid.hex}/", "OFFERING.MANAGER"),
        (carol, f"/api/marketplace-public-offerings/{offering.uuid.hex}/", "OFFERING.MANAGER"),
    )
    for number, (user, scope, role) in enumerate(asked):
        body = {"scope": scope, "role": role, "email": f"new{number}@example.org"}
        answer = as_user(user).post(AT, body, format="json")
        assert answer.status_code == 201, answer.content
        assert answer.json()["scope_type"] == role.split(".")[0].lower()


REFUSED: tuple[tuple[dict[str, Any], dict[str, Any]], ...] = (
    ({"scope": "x"}, {"scope": ["Invalid hyperlink - No URL match."]}),
    (
        {"scope": "/api/users/" + "1" * 32 + "/"},
        {"scope": ["Invalid hyperlink - Incorrect URL match."]},
    ),
    (
        {"scope": "/api/projects/" + "1" * 32 + "/"},
        {"scope": ["Invalid hyperlink - Object does not exist."]},
    ),
    ({"scope": None}, {"scope": ["This field may not be null."]}),
    ({"email": "nobody"}, {"email": ["Enter a valid email address."]}),
    ({"email": "a\nb@example.org"}, {"email": ["Enter a valid email address."]}),
    (
        {"email": "a" * 250 + "@example.org"},
        {"email": ["Ensure this field has no more than 254 characters."]},
    ),
    ({"role": "PROJECT.GOD"}, {"role": ["Role is not found."]}),
    (
        {"role": "CUSTOMER.OWNER"},
        {"non_field_errors": ["Role is not valid for this scope."]},
    ),
    (
        {"extra_invitation_text": "x" * 2001},
        {"extra_invitation_text": ["Ensure this field has no more than 2000 characters."]},
    ),
)


@each("change, errors", REFUSED)
def test_what_is_wrong_is_told(
    change: dict[str, Any],
    errors: dict[str, Any],
    as_user: Callable[[User], APIClient],
    project: Project,
    pi: User,
) -> None:
    right = {"scope": project_url(project), "role": "PROJECT.MEMBER", "email": "e@example.org"}

    answer = as_user(pi).post(AT, {**right, **change}, format="json")

    assert (answer.status_code, answer.json()) == (400, errors)
    assert not Invitation.objects.exists()


def test_what_must_be_sent(as_user: Callable[[User], APIClient], pi: User) -> None:
    required = ["This field is required."]

    answer = as_user(pi).post(AT, {}, format="json")

    assert answer.json() == {"email": required, "role": required, "scope": required}


def test_address_and_role_are_changed_and_answered(
    as_user: Callable[[User], APIClient], invitation: Invitation, pi: User
) -> None:
    url, client = f"{AT}{invitation.uuid.hex}/", as_user(pi)
    admin = RoleName.PROJECT_ADMIN.uuid.hex
    RoleFactory(name=RoleName.PROJECT_ADMIN.value)

    changed = client.patch(url, {"role": admin}, format="json")
    put = client.put(url, {"email": "new@example.org"}, format="json")

    assert changed.json() == {"email": "erika@example.org", "role": admin}
    assert put.json() == {"email": "new@example.org", "role": admin}
    assert client.put(url, {"role": admin}, format="json").json() == {
        "email": ["This field is required."]
    }


def test_withdrawn_once_and_then_it_is_over(
    as_user: Callable[[User], APIClient], invitation: Invitation, pi: User
) -> None:
    client, url = as_user(pi), f"{AT}{invitation.uuid.hex}/"
    answers = [client.post(f"{url}cancel/") for _ in range(2)]

    assert [answer.status_code for answer in answers] == [200, 409]
    assert answers[1].json() == {
        "detail": "Valid states for operation: pending, project, requested."
    }
    assert client.post(f"{url}send/").status_code == 409


def test_whoever_has_the_link_is_told_what_it_is_about_and_no_more(
    as_user: Callable[[User], APIClient],
    anonymous: APIClient,
    invitation: Invitation,
    project: Project,
    mallory: User,
) -> None:
    checked = anonymous.post(f"{AT}{LINK}/check/")
    details = as_user(mallory).get(f"{AT}{LINK}/details/")

    assert (checked.status_code, checked.json()) == (
        200,
        {"email": "erika@example.org", "civil_number_required": False},
    )
    assert details.json() == {
        **invited_to(project),
        "email": "erika@example.org",
        "error_message": "",
        "execution_state": "Scheduled",
        "state": "pending",
    }
    assert models.VisibleInvitationDetails.from_dict(details.json()).state == "pending"
    assert models.InvitationCheck.from_dict(checked.json()).email == "erika@example.org"


def test_the_uuid_tells_strangers_nothing(
    as_user: Callable[[User], APIClient],
    anonymous: APIClient,
    invitation: Invitation,
    mallory: User,
) -> None:
    """It is read by others: by those who give roles there, and in the log."""
    uuid = invitation.uuid.hex
    refused = {"detail": "No Invitation matches the given query."}

    answers = (
        anonymous.post(f"{AT}{uuid}/check/"),
        as_user(mallory).get(f"{AT}{uuid}/details/"),
        as_user(mallory).post(f"{AT}{uuid}/accept/"),
        as_user(mallory).get(f"{AT}{uuid}/"),
        as_user(mallory).post(f"{AT}{'2' * 32}/accept/"),
        anonymous.post(f"{AT}x/check/"),
    )

    assert [(answer.status_code, answer.json()) for answer in answers] == [(404, refused)] * 6


def test_a_person_finds_what_waits_for_them_and_accepts_it(
    as_user: Callable[[User], APIClient], invitation: Invitation, project: Project, erika: User
) -> None:
    client = as_user(erika)
    InvitationFactory(scope=project, email="other@example.org")
    InvitationFactory(
        scope=project, email="erika@example.org", state="canceled", role=RoleName.PROJECT_ADMIN
    )
    (found,) = client.get(AT).json()
    assert (found["uuid"], found["scope_name"]) == (invitation.uuid.hex, "Climate model")

    answers = [client.post(f"{AT}{found['uuid']}/accept/") for _ in range(2)]

    assert [answer.status_code for answer in answers] == [200, 409]
    assert Grant.objects.get(user=erika).role.name == "PROJECT.MEMBER"
    assert client.get(AT).json() == []
    assert client.get(f"{AT}{found['uuid']}/details/").json()["state"] == "accepted"


def test_one_for_another_address_is_refused_in_words(
    as_user: Callable[[User], APIClient], invitation: Invitation, mallory: User
) -> None:
    answer = as_user(mallory).post(f"{AT}{LINK}/accept/")

    assert answer.status_code == 403
    assert answer.json()["detail"].startswith("This invitation is for another e-mail address")
    assert not Event.objects.exclude(kind__startswith="token.").exists()


FILTERS = (
    ({"state": "pending,expired"}, True),
    ({"state": "canceled"}, False),
    ({"email": "ERIKA"}, True),
    ({"email_exact": "Erika@Example.org"}, True),
    ({"email_exact": "erika"}, False),
    ({"role_name": "PROJECT.MEMBER"}, True),
    ({"role_uuid": RoleName.PROJECT_MEMBER.uuid.hex}, True),
    ({"role_uuid": RoleName.PROJECT_ADMIN.uuid.hex}, False),
    ({"scope_type": "project"}, True),
    ({"scope_type": "customer"}, False),
    ({"scope_name": "climate"}, True),
    ({"scope_description": "sea"}, True),
    ({"scope_description": "land"}, False),
    ({"civil_number": "1"}, False),
)


@each("query, found", FILTERS)
def test_the_list_is_filtered(
    query: dict[str, str],
    found: bool,
    as_user: Callable[[User], APIClient],
    invitation: Invitation,
    pi: User,
) -> None:
    assert len(as_user(pi).get(AT, query).json()) == found


def test_the_list_is_filtered_by_where_and_ordered(
    as_user: Callable[[User], APIClient], invitation: Invitation, project: Project, alice: User
) -> None:
    other = InvitationFactory(
        scope=project.customer, role=RoleName.CUSTOMER_READER, email="a@example.org"
    )
    client = as_user(alice)

    def uuids(**query: str) -> list[str]:
        return [row["uuid"] for row in client.get(AT, query).json()]

    assert uuids(scope=project_url(project)) == [invitation.uuid.hex]
    assert len(uuids(customer_uuid=project.customer.uuid.hex)) == 2
    assert uuids(o="email") == [other.uuid.hex, invitation.uuid.hex]
    assert uuids(o="-email") == [invitation.uuid.hex, other.uuid.hex]


def test_duplicates_are_told_before_anybody_is_invited(
    as_user: Callable[[User], APIClient],
    invitation: Invitation,
    project: Project,
    pi: User,
    bob: User,
    mallory: User,
) -> None:
    role = RoleName.PROJECT_MEMBER.uuid.hex
    asked = [
        {"email": email, "role": role}
        for email in ("Erika@example.org", bob.email, mallory.email, "nobody@example.org")
    ]
    body = {"scope": project_url(project), "invitations": asked}

    answer = as_user(pi).post(f"{AT}check-duplicates/", body, format="json")

    assert answer.json() == {
        "duplicates": [
            {
                "email": "Erika@example.org",
                "role": role,
                "existing_invitation_uuid": invitation.uuid.hex,
            }
        ],
        "existing_roles": [
            {
                "email": bob.email,
                "role": role,
                "existing_role": role,
                "existing_role_name": "PROJECT.MEMBER",
                "existing_role_description": "Project member",
                "is_same_role": True,
            }
        ],
    }
    read = models.InvitationDuplicateCheckResponse.from_dict(answer.json())
    assert read.existing_roles[0].is_same_role
    too_many = {**body, "invitations": asked * 26}
    refused = as_user(pi).post(f"{AT}check-duplicates/", too_many, format="json")
    assert refused.status_code == 400


def test_staff_decide_by_the_token_of_a_mail_that_no_other_opens(
    as_user: Callable[[User], APIClient], invitation: Invitation, dave: User
) -> None:
    for action in ("approve", "reject"):
        for token in (LINK, invitation.uuid.hex, "x"):
            answer = as_user(dave).post(f"{AT}{action}/", {"token": token}, format="json")
            assert answer.status_code == 404
    assert as_user(dave).post(f"{AT}approve/", {}, format="json").status_code == 400
