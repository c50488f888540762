"""Links by which people ask for a role, and what they ask, over the API."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from waldur_api_client import models

from identity.models import Grant, GroupInvitation, PermissionRequest, Project, User
from identity.roles import RoleName
from tests.api.times import iso
from tests.cases import each
from tests.factories.identity import (
    GroupInvitationFactory,
    PermissionRequestFactory,
    ProjectFactory,
    RoleFactory,
    UserFactory,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from rest_framework.test import APIClient

    from identity.models import Customer

pytestmark = pytest.mark.django_db

LINKS = "/api/user-group-invitations/"
REQUESTS = "/api/user-permission-requests/"
MEMBER = RoleName.PROJECT_MEMBER.uuid.hex


@pytest.fixture
def link(project: Project, pi: User) -> Any:
    return GroupInvitationFactory(scope=project, created_by=pi)


@pytest.fixture
def erika() -> Any:
    return UserFactory(username="erika", email="erika@example.org")


def at(row: GroupInvitation | PermissionRequest, action: str = "") -> str:
    base = LINKS if isinstance(row, GroupInvitation) else REQUESTS
    return f"{base}{row.uuid.hex}/{action}"


def test_a_link_is_answered_whole_and_read_by_the_client(
    as_user: Callable[[User], APIClient], project: Project, pi: User
) -> None:
    body = {
        "scope": f"http://testserver/api/projects/{project.uuid.hex}/",
        "role": MEMBER,
        "user_email_patterns": [r".*@hpc\.org"],
        "custom_text": "Come in!",
    }

    answer = as_user(pi).post(LINKS, body, format="json")

    made = GroupInvitation.objects.get()
    url = f"http://testserver{at(made)}"
    assert (answer.status_code, answer["Location"]) == (201, url)
    assert answer.json() == {
        "allow_custom_project_details": False,
        "allow_multiple_requests": False,
        "auto_approve": False,
        "auto_create_project": False,
        "created": iso(made.created),
        "created_by_full_name": "Pi Tester",
        "created_by_image": None,
        "created_by_username": "pi",
        "custom_text": "Come in!",
        "customer_name": "LUMI Sweden",
        "customer_uuid": project.customer.uuid.hex,
        "is_active": True,
        "is_public": False,
        "project_name_template": None,
        "project_role": None,
        "role": MEMBER,
        "role_description": "Project member",
        "role_name": "PROJECT.MEMBER",
        "scope_description": "",
        "scope_image": None,
        "scope_name": "Climate model",
        "scope_type": "project",
        "scope_uuid": project.uuid.hex,
        "url": url,
        "user_affiliations": [],
        "user_email_patterns": [r".*@hpc\.org"],
        "user_identity_sources": [],
        "uuid": made.uuid.hex,
    }
    assert models.GroupInvitation.from_dict(answer.json()).is_active


REFUSED: tuple[tuple[dict[str, Any], int, dict[str, Any]], ...] = (
    ({"role": "CUSTOMER.OWNER"}, 400, {"non_field_errors": ["Role is not valid for this scope."]}),
    ({"is_public": True}, 403, {"detail": "Only staff make an invitation public."}),
    (
        {"auto_create_project": True},
        400,
        {"scope": ["Projects are made in an organization alone."]},
    ),
    (
        {"custom_text": "x" * 4001},
        400,
        {"custom_text": ["Ensure this field has no more than 4000 characters."]},
    ),
    (
        {"user_email_patterns": ["x"] * 101},
        400,
        {"user_email_patterns": ["Ensure this field has no more than 100 elements."]},
    ),
)


@each("change, status, errors", REFUSED)
def test_what_is_wrong_is_told(
    change: dict[str, Any],
    status: int,
    errors: dict[str, Any],
    as_user: Callable[[User], APIClient],
    project: Project,
    pi: User,
) -> None:
    right = {"scope": f"/api/projects/{project.uuid.hex}/", "role": "PROJECT.MEMBER"}

    answer = as_user(pi).post(LINKS, {**right, **change}, format="json")

    assert (answer.status_code, answer.json()) == (status, errors)
    assert not GroupInvitation.objects.exists()


def test_a_link_is_changed_and_withdrawn_once(
    as_user: Callable[[User], APIClient], link: GroupInvitation, pi: User
) -> None:
    client = as_user(pi)

    changed = client.patch(at(link), {"custom_text": "Welcome!"}, format="json")
    assert changed.json() == {
        "allow_custom_project_details": False,
        "allow_multiple_requests": False,
        "auto_approve": False,
        "auto_create_project": False,
        "custom_text": "Welcome!",
        "is_public": False,
        "project_name_template": None,
        "project_role": None,
        "role": MEMBER,
        "user_affiliations": [],
        "user_email_patterns": [],
        "user_identity_sources": [],
    }
    answers = [client.post(at(link, "cancel/")) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [200, 409]
    assert answers[1].json() == {"detail": "This invitation was withdrawn."}


def test_who_has_the_link_reads_it_while_it_works_and_nobody_finds_it_in_a_list(
    as_user: Callable[[User], APIClient],
    anonymous: APIClient,
    link: GroupInvitation,
    erika: User,
    pi: User,
) -> None:
    client = as_user(erika)
    assert client.get(at(link)).json()["scope_name"] == "Climate model"
    assert client.get(LINKS).json() == []
    assert anonymous.get(LINKS).json() == []
    assert anonymous.get(at(link)).status_code == 404

    GroupInvitation.objects.update(is_active=False)

    assert client.get(at(link)).status_code == 404
    assert client.post(at(link, "submit_request/"), {}).status_code == 404
    assert as_user(pi).get(at(link)).json()["is_active"] is False


def test_public_ones_are_seen_by_everybody_while_they_work(
    anonymous: APIClient, link: GroupInvitation
) -> None:
    GroupInvitation.objects.update(is_public=True)
    assert [row["uuid"] for row in anonymous.get(LINKS).json()] == [link.uuid.hex]
    assert anonymous.get(at(link)).status_code == 200

    GroupInvitation.objects.update(is_active=False)
    assert anonymous.get(LINKS).json() == []


def test_one_asks_and_is_answered_and_finds_ones_request(
    as_user: Callable[[User], APIClient], link: GroupInvitation, project: Project, erika: User
) -> None:
    client = as_user(erika)

    answer = client.post(at(link, "submit_request/"), {}, format="json")

    request = PermissionRequest.objects.get()
    assert (answer.status_code, answer.json()) == (
        200,
        {
            "uuid": request.uuid.hex,
            "auto_approved": False,
            "project_created": None,
            "project_uuid": None,
            "scope_name": "Climate model",
            "scope_type": "project",
            "scope_uuid": project.uuid.hex,
        },
    )
    assert models.SubmitRequestResponse.from_dict(answer.json()).uuid == request.uuid.hex
    (listed,) = client.get(REQUESTS).json()
    assert listed == {
        "created": iso(request.created),
        "created_by_email": "erika@example.org",
        "created_by_full_name": "Erika Tester",
        "created_by_username": "erika",
        "customer_name": "LUMI Sweden",
        "customer_uuid": project.customer.uuid.hex,
        "invitation": f"http://testserver{at(link)}",
        "project_description": "",
        "project_name": "",
        "project_name_template": "",
        "review_comment": None,
        "reviewed_at": None,
        "reviewed_by_full_name": None,
        "reviewed_by_username": None,
        "role_description": "Project member",
        "role_name": "PROJECT.MEMBER",
        "scope_name": "Climate model",
        "scope_uuid": project.uuid.hex,
        "state": "pending",
        "url": f"http://testserver{at(request)}",
        "uuid": request.uuid.hex,
    }
    assert models.PermissionRequest.from_dict(listed).state == "pending"
    again = client.post(at(link, "submit_request/"), {}, format="json")
    assert (again.status_code, again.json()) == (
        400,
        {"non_field_errors": ["Request has been created already."]},
    )


def test_who_is_not_meant_is_told_so(
    as_user: Callable[[User], APIClient], link: GroupInvitation, erika: User
) -> None:
    GroupInvitation.objects.update(user_affiliations=["staff@hpc.org"])

    answer = as_user(erika).post(at(link, "submit_request/"), {}, format="json")

    assert (answer.status_code, answer.json()) == (
        403,
        {"detail": "This invitation is for other people: see who is meant by it."},
    )


def test_a_project_is_made_at_once_where_the_link_says_so(
    as_user: Callable[[User], APIClient], allocator: Customer, alice: User, erika: User
) -> None:
    RoleFactory(name=RoleName.PROJECT_MANAGER.value)
    body = {
        "scope": f"/api/customers/{allocator.uuid.hex}/",
        "role": "CUSTOMER.READER",
        "auto_approve": True,
        "auto_create_project": True,
        "allow_custom_project_details": True,
        "project_name_template": "Course of {full_name}",
        "project_role": "PROJECT.MANAGER",
    }
    made = as_user(alice).post(LINKS, body, format="json")
    assert made.status_code == 201, made.content

    wish = {"project_name": "My course", "project_description": "Waves"}
    answer = as_user(erika).post(
        f"{LINKS}{made.json()['uuid']}/submit_request/", wish, format="json"
    )

    project = Project.objects.get(name="My course")
    assert answer.json()["auto_approved"] is True
    assert answer.json()["project_created"] is True
    assert answer.json()["project_uuid"] == project.uuid.hex
    assert (project.customer, project.description) == (allocator, "Waves")
    (grant,) = Grant.objects.filter(user=erika)
    assert (grant.project, grant.role.name) == (project, "PROJECT.MANAGER")


def test_reviewers_decide_once_and_say_why(
    as_user: Callable[[User], APIClient], link: GroupInvitation, pi: User, erika: User
) -> None:
    good = PermissionRequestFactory(invitation=link, created_by=erika)
    bad = PermissionRequestFactory(invitation=link)
    client = as_user(pi)

    approved = client.post(at(good, "approve/"), {"comment": "Welcome!"}, format="json")
    rejected = client.post(at(bad, "reject/"), {}, format="json")

    assert (approved.status_code, rejected.status_code) == (200, 200)
    shown = client.get(at(good)).json()
    assert (shown["state"], shown["review_comment"], shown["reviewed_by_username"]) == (
        "approved",
        "Welcome!",
        "pi",
    )
    assert client.get(at(bad)).json()["state"] == "rejected"
    assert Grant.objects.filter(user=erika, is_active=True).count() == 1
    again = client.post(at(good, "reject/"), {}, format="json")
    assert (again.status_code, again.json()) == (
        409,
        {"detail": "Valid states for operation: pending."},
    )


def test_one_withdraws_ones_own_request_and_nobody_elses(
    as_user: Callable[[User], APIClient],
    link: GroupInvitation,
    project: Project,
    erika: User,
    mallory: User,
) -> None:
    request = PermissionRequestFactory(invitation=link, created_by=erika)
    assert as_user(mallory).post(at(request, "cancel_request/")).status_code == 404
    assert as_user(erika).post(at(request, "approve/"), {}, format="json").status_code == 403

    answers = [as_user(erika).post(at(request, "cancel_request/")) for _ in range(2)]

    assert answers[0].json() == {
        "uuid": request.uuid.hex,
        "scope_name": "Climate model",
        "scope_uuid": project.uuid.hex,
    }
    assert answers[1].status_code == 409


def test_the_projects_of_the_organisation_are_those_that_the_caller_sees(
    as_user: Callable[[User], APIClient],
    allocator: Customer,
    project: Project,
    alice: User,
    bob: User,
    erika: User,
) -> None:
    link = GroupInvitationFactory(scope=allocator, role=RoleName.CUSTOMER_READER, created_by=alice)
    other = ProjectFactory(customer=allocator, name="Another")

    def listed(user: User, row: GroupInvitation = link) -> list[str]:
        return [one["uuid"] for one in as_user(user).get(at(row, "projects/")).json()]

    assert listed(alice) == [other.uuid.hex, project.uuid.hex]
    assert listed(bob) == [project.uuid.hex]
    assert listed(erika) == []
    assert listed(alice, GroupInvitationFactory(scope=project)) == []


def test_the_lists_are_filtered(
    as_user: Callable[[User], APIClient],
    link: GroupInvitation,
    project: Project,
    alice: User,
    bob: User,
) -> None:
    client = as_user(alice)
    PermissionRequestFactory(invitation=link, created_by=bob)
    scope = f"http://testserver/api/projects/{project.uuid.hex}/"
    customer = project.customer.uuid.hex
    for query, links, requests in (
        ({"scope": scope}, 1, 1),
        ({"customer_uuid": customer, "o": "-created"}, 1, 1),
        ({"customer_uuid": project.uuid.hex}, 0, 0),
        ({"role_name": "PROJECT.ADMIN", "state": "approved,rejected"}, 0, 0),
        ({"is_active": "false", "invitation": project.uuid.hex}, 0, 0),
        ({"is_public": "false", "invitation": link.uuid.hex}, 1, 1),
        ({"scope_type": "project", "created_by": bob.uuid.hex}, 1, 1),
    ):
        assert len(client.get(LINKS, query).json()) == links, query
        assert len(client.get(REQUESTS, query).json()) == requests, query
