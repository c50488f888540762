"""The page behind an invitation's link: what it shows to whom, and what its buttons do."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest
from django.test import Client

from identity.models import Event, Grant, Invitation, Project, User
from tests.cases import each
from tests.factories.identity import GrantFactory, InvitationFactory, UserFactory

if TYPE_CHECKING:
    from datetime import datetime

pytestmark = pytest.mark.django_db

TOKEN = "0" * 31 + "1"
AT = f"/invitation/{TOKEN}/"


@pytest.fixture
def erika() -> Any:
    return UserFactory(username="erika", email="erika@example.org")


@pytest.fixture
def invitation(project: Project, pi: User) -> Any:
    return InvitationFactory(scope=project, created_by=pi, email="erika@example.org", token=TOKEN)


def logged_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def said(page: Any) -> str:
    """Return what the page says in its one message."""
    found = re.search(r'<p role="(?:alert|status)">(.*?)</p>', page.content.decode())
    return found[1].replace("&#x27;", "'") if found else ""


def buttons(page: Any) -> list[str]:
    return re.findall(r'<button [^>]*value="(\w+)"', page.content.decode())


def test_whoever_has_the_link_reads_who_invites_to_what_and_is_asked_to_log_in(
    invitation: Invitation,
) -> None:
    page = Client().get(AT)
    text = " ".join(re.sub(r"<[^>]+>", " ", page.content.decode()).split())

    assert page.status_code == 200
    assert "Pi Tester invites you to EFP Allocations." in text
    assert "Role Project member Project Climate model Organization LUMI Sweden" in text
    assert f"For erika@example.org Good until {invitation.expires:%Y-%m-%d %H:%M} UTC" in text
    assert f'href="/login/?next=%2Finvitation%2F{TOKEN}%2F"' in page.content.decode()
    assert buttons(page) == ["decline"]
    assert page["X-Robots-Tag"] == "noindex"
    assert "no-store" in page["Cache-Control"]
    assert page["Referrer-Policy"] == "same-origin"


def test_opening_the_link_does_nothing(invitation: Invitation, erika: User) -> None:
    for client in (Client(), logged_in(erika)):
        assert client.get(AT).status_code == client.head(AT).status_code == 200

    invitation.refresh_from_db()
    assert invitation.state == "pending"
    assert not Event.objects.exists()


def test_its_person_accepts_by_a_button(invitation: Invitation, erika: User) -> None:
    client = logged_in(erika)
    assert buttons(client.get(AT)) == ["accept", "decline"]

    page = client.post(AT, {"answer": "accept"})

    assert (page.status_code, said(page)) == (
        200,
        "Welcome: you are Project member in Climate model now.",
    )
    assert Grant.objects.get(user=erika).is_active
    again = client.post(AT, {"answer": "accept"})
    assert (again.status_code, said(again)) == (410, "This invitation was accepted already.")


def test_the_buttons_are_pressed_from_the_page_alone(invitation: Invitation, erika: User) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(erika)

    assert client.post(AT, {"answer": "accept"}).status_code == 403

    token = client.get(AT).context["csrf_token"]
    answered = client.post(AT, {"answer": "accept", "csrfmiddlewaretoken": token})
    assert answered.status_code == 200


def test_one_declines_without_an_account(invitation: Invitation) -> None:
    page = Client().post(AT, {"answer": "decline"})

    assert (page.status_code, said(page)) == (
        200,
        "You have declined. Whoever invited you can see that.",
    )
    invitation.refresh_from_db()
    assert invitation.state == "rejected"


@each("answer", ["accept", "", "nonsense", "accept\x00"])
def test_nobody_accepts_without_logging_in(answer: str, invitation: Invitation) -> None:
    page = Client().post(AT, {"answer": answer})

    assert (page.status_code, buttons(page)) == (200, ["decline"])
    invitation.refresh_from_db()
    assert invitation.state == "pending"


def test_another_person_is_told_so_and_gets_nothing(invitation: Invitation, bob: User) -> None:
    client = logged_in(bob)
    words = "This invitation is for another e-mail address than that of your profile."

    page = client.get(AT)
    assert (page.status_code, buttons(page)) == (200, ["decline"])
    assert said(page).startswith(words)
    refused = client.post(AT, {"answer": "accept"})
    assert refused.status_code == 409
    assert said(refused).startswith(words)
    invitation.refresh_from_db()
    assert invitation.state == "pending"


OVER = (
    ("accepted", 410, "This invitation was accepted already."),
    ("rejected", 410, "This invitation was declined."),
    ("canceled", 410, "This invitation was withdrawn by those who sent it."),
    ("expired", 410, "This invitation has expired. Ask for it to be sent again."),
    ("requested", 409, "This invitation cannot be answered yet."),
    ("project", 409, "This invitation cannot be answered yet."),
)


@each("state, status, words", OVER)
def test_what_cannot_be_answered_says_why_and_nothing_else(
    state: str, status: int, words: str, invitation: Invitation, erika: User
) -> None:
    Invitation.objects.update(state=state)

    for client in (Client(), logged_in(erika)):
        for page in (client.get(AT), client.post(AT, {"answer": "accept"})):
            assert (page.status_code, said(page), buttons(page)) == (status, words, [])
            assert "Climate model" not in page.content.decode()


def test_one_whose_time_is_over_has_expired_also_before_the_task_has_run(
    invitation: Invitation, erika: User, now: datetime
) -> None:
    Invitation.objects.update(expires=now)

    page = logged_in(erika).post(AT, {"answer": "accept"})

    assert (page.status_code, said(page)) == (
        410,
        "This invitation has expired. Ask for it to be sent again.",
    )


@each("token", ["x", "1" * 32, "é", "0" * 500])
def test_a_link_that_leads_nowhere_is_a_clear_page(token: str, invitation: Invitation) -> None:
    for page in (
        Client().get(f"/invitation/{token}/"),
        Client().post(f"/invitation/{token}/", {"answer": "decline"}),
    ):
        assert page.status_code == 404
        assert said(page).startswith("This link does not work, or not any more.")


def test_what_the_services_object_to_is_said_on_the_page(
    invitation: Invitation, erika: User, pi: User, project: Project
) -> None:
    GrantFactory(user=erika, scope=project)
    held = logged_in(erika).post(AT, {"answer": "accept"})
    assert (held.status_code, said(held)) == (
        409,
        "User has already the same role in this scope.",
    )
    Grant.objects.all().delete()
    lost = logged_in(erika).post(AT, {"answer": "accept"})
    assert said(lost) == (
        "Whoever invited you may not give this role any more. Ask for another invitation."
    )


def test_what_others_wrote_is_text_and_no_markup(invitation: Invitation) -> None:
    Invitation.objects.update(scope_name="<script>alert(1)</script>")

    assert "<script>" not in Client().get(AT).content.decode()
