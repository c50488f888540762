"""The page behind the link of a group invitation: who sees what, and how one asks."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest
from django.test import Client

from identity.models import Grant, GroupInvitation, PermissionRequest, Project, User
from identity.roles import RoleName
from tests.factories.identity import GroupInvitationFactory, RoleFactory, UserFactory

if TYPE_CHECKING:
    from identity.models import Customer

pytestmark = pytest.mark.django_db


@pytest.fixture
def link(project: Project, pi: User) -> Any:
    return GroupInvitationFactory(scope=project, created_by=pi, custom_text="<b>Come in!</b>")


@pytest.fixture
def erika() -> Client:
    client = Client()
    client.force_login(UserFactory(username="erika", email="erika@example.org"))
    return client


def at(link: GroupInvitation) -> str:
    return f"/group-invitation/{link.uuid}/"


def said(page: Any) -> str:
    found = re.search(r'<p role="(?:alert|status)">(.*?)</p>', page.content.decode())
    return found[1] if found else ""


def test_one_reads_what_it_is_for_and_asks_by_a_button(
    link: GroupInvitation, erika: Client
) -> None:
    page = erika.get(at(link))
    text = " ".join(re.sub(r"<[^>]+>", " ", page.content.decode()).split())
    assert page.status_code == 200
    assert "Pi Tester lets people ask for a role by this link." in text
    assert "Role Project member Project Climate model Organization LUMI Sweden" in text
    assert "&lt;b&gt;Come in!&lt;/b&gt;" in page.content.decode()
    assert not PermissionRequest.objects.exists()

    asked = erika.post(at(link))

    assert (asked.status_code, said(asked)) == (
        200,
        "You have asked. Those who give this role were told, and you get a mail.",
    )
    assert PermissionRequest.objects.get().created_by.username == "erika"
    again = erika.post(at(link))
    assert (again.status_code, said(again)) == (409, "Request has been created already.")


def test_the_role_is_there_at_once_where_the_link_says_so(
    link: GroupInvitation, erika: Client
) -> None:
    GroupInvitation.objects.update(auto_approve=True)

    assert said(erika.post(at(link))) == "You have the role now."
    assert Grant.objects.filter(user__username="erika").count() == 1


def test_who_is_not_logged_in_is_asked_to_and_told_nothing_unless_it_is_public(
    link: GroupInvitation,
) -> None:
    anybody = Client()
    for page in (anybody.get(at(link)), anybody.post(at(link))):
        assert (page.status_code, said(page)) == (200, "Log in to see what this link is for.")
        assert f'href="/login/?next=%2Fgroup-invitation%2F{link.uuid}%2F"' in page.content.decode()
        assert "Climate model" not in page.content.decode()

    GroupInvitation.objects.update(is_public=True)

    assert "Climate model" in anybody.get(at(link)).content.decode()
    assert anybody.post(at(link)).status_code == 200
    assert not PermissionRequest.objects.exists()


def test_a_link_that_was_withdrawn_or_never_was_leads_nowhere(
    link: GroupInvitation, erika: Client, pi: User
) -> None:
    GroupInvitation.objects.update(is_active=False)
    maker = Client()
    maker.force_login(pi)
    for client in (erika, maker):
        for page in (client.get(at(link)), client.get(f"/group-invitation/{uuid4()}/")):
            assert page.status_code == 404
            assert said(page).startswith("This link does not work, or not any more.")


def test_one_names_the_project_where_the_link_lets_one(
    allocator: Customer, alice: User, erika: Client
) -> None:
    link = GroupInvitationFactory(
        scope=allocator,
        role=RoleName.CUSTOMER_READER,
        created_by=alice,
        auto_approve=True,
        auto_create_project=True,
        allow_custom_project_details=True,
        project_name_template="Course",
        project_role=RoleFactory(name=RoleName.PROJECT_MANAGER.value),
    )
    assert 'name="project_name"' in erika.get(at(link)).content.decode()

    for wrong in ("a\x00b", "x" * 501, "a\x1bb"):
        assert erika.post(at(link), {"project_name": wrong}).status_code == 400
    erika.post(at(link), {"project_name": " Waves ", "project_description": "Of the sea"})

    made = Project.objects.get(name="Waves")
    assert (made.customer, made.description) == (allocator, "Of the sea")
