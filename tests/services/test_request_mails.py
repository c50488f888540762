"""Mails of requests for roles: to those who decide, and to who asked."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from identity.models import Event, GroupInvitation, Project, User
from identity.services import role_requests
from notifications.services import request_mails
from tests.factories.identity import GroupInvitationFactory, UserFactory

if TYPE_CHECKING:
    from datetime import datetime

pytestmark = pytest.mark.django_db


@pytest.fixture
def link(project: Project, pi: User) -> Any:
    return GroupInvitationFactory(scope=project, created_by=pi)


@pytest.fixture
def erika() -> Any:
    return UserFactory(username="erika", email="erika@example.org")


def last(kind: str) -> Event:
    found: Event = Event.objects.filter(kind=f"permission_request.{kind}").latest("pk")
    return found


def test_those_who_decide_are_told_who_asks_for_what(
    link: GroupInvitation, erika: User, pi: User, alice: User, now: datetime, mailoutbox: Any
) -> None:
    request = role_requests.submit(link, actor=erika, now=now).request

    request_mails.ask(last("created"))

    (got,) = mailoutbox
    assert got.to == [alice.email, pi.email]
    assert got.subject == "[EFP Allocations] Somebody asks for a role in Climate model"
    assert got.body.startswith(
        "Erika Tester (erika@example.org)\nasks to become Project member in Climate model.\n"
    )
    assert f"/api/user-permission-requests/{request.uuid.hex}/" in got.body


def test_nobody_is_asked_about_what_is_decided_or_gone_or_has_nobody_to_decide(
    link: GroupInvitation, erika: User, pi: User, now: datetime, mailoutbox: Any
) -> None:
    request = role_requests.submit(link, actor=erika, now=now).request
    User.objects.filter(pk=pi.pk).update(notifications_enabled=False)
    request_mails.ask(last("created"))
    User.objects.filter(pk=pi.pk).update(notifications_enabled=True)
    role_requests.cancel(request, actor=erika, now=now)
    request_mails.ask(last("created"))
    request.delete()
    request_mails.ask(last("created"))
    request_mails.tell(last("created"))

    assert mailoutbox == []


def test_who_asked_is_told_what_was_decided_and_why(
    link: GroupInvitation, erika: User, pi: User, now: datetime, mailoutbox: Any
) -> None:
    first = role_requests.submit(link, actor=erika, now=now).request
    role_requests.reject(first, comment="Who are\nyou?", actor=pi, now=now)
    request_mails.tell(last("rejected"))
    second = role_requests.submit(link, actor=erika, now=now).request
    role_requests.approve(second, actor=pi, now=now)
    request_mails.tell(last("approved"))

    no, yes = mailoutbox
    assert (no.to, no.subject) == (
        ["erika@example.org"],
        "[EFP Allocations] Your request was rejected",
    )
    assert no.body == (
        "You asked to become Project member in Climate model.\n"
        "You do not become Project member there.\n\n"
        "The reviewer writes:\n\n> Who are\n> you?\n"
    )
    assert yes.body == (
        "You asked to become Project member in Climate model.\nYou are Project member there now.\n"
    )


def test_who_wants_no_mail_gets_none(
    link: GroupInvitation, erika: User, pi: User, now: datetime, mailoutbox: Any
) -> None:
    request = role_requests.submit(link, actor=erika, now=now).request
    role_requests.reject(request, actor=pi, now=now)
    for silenced in ({"notifications_enabled": False}, {"is_active": False}, {"email": ""}):
        User.objects.filter(pk=erika.pk).update(
            **{"notifications_enabled": True, "is_active": True, **silenced}
        )
        request_mails.tell(last("rejected"))

    assert mailoutbox == []
