"""The mails of invitations: what they say, and what is written down of how they went."""

from __future__ import annotations

import re
from smtplib import SMTPRecipientsRefused
from typing import TYPE_CHECKING, Any

import pytest
from django.core import mail

from identity.models import Event, Invitation, Project, User
from identity.roles import RoleName
from identity.services import invitation_answers, invitation_links, invitations
from notifications.bus import mailing
from notifications.services import invitation_mails
from tests.factories.identity import InvitationFactory, RoleFactory, UserFactory

if TYPE_CHECKING:
    from datetime import datetime

pytestmark = pytest.mark.django_db

TEXT = """\
Pi Tester invites you to EFP Allocations:
to become Project member in Climate model of LUMI Sweden.

To accept or to decline, open this page and log in with this e-mail address:

{link}

The invitation is good until {until} UTC. The link is yours: do not pass it on.

They write:

> Welcome!
> Pay at https://evil.example

{dashes}
Pi Tester had this sent to you through EFP Allocations. If you do not know them, or
do not want it, decline on that page, or do nothing: without an answer it expires.
"""


def link_in(text: str) -> str:
    found = re.search(r"^\S+/invitation/([0-9a-f]{32})/$", text, re.MULTILINE)
    assert found
    return found[1]


def write(project: Project, pi: User, now: datetime, **details: Any) -> Event:
    """Invite somebody, and return the event that has the mail sent."""
    member = RoleFactory(name=RoleName.PROJECT_MEMBER.value)
    invitations.create(
        scope=project, role=member, email="new@example.org", actor=pi, now=now, **details
    )
    return Event.objects.get(kind="invitation.sent")


def test_the_mail_says_who_had_it_sent_and_quotes_what_they_write(
    project: Project, pi: User, now: datetime, mailoutbox: Any
) -> None:
    text = "Welcome!\nPay at https://evil.example"
    sent = write(project, pi, now, extra_invitation_text=text)

    invitation_mails.send(sent, now=now)

    (got,) = mailoutbox
    token = link_in(got.body)
    made = invitation_links.find(token)
    assert (got.to, got.subject) == (
        ["new@example.org"],
        "[EFP Allocations] Invitation to Climate model",
    )
    assert got.body == TEXT.format(
        link=invitation_mails.link_of(token),
        until=f"{made.expires:%Y-%m-%d %H:%M}",
        dashes="-- ",
    )
    assert (made.execution_state, made.error_message) == ("OK", "")
    kinds = Event.objects.filter(subject_uuid=made.uuid).order_by("pk").values_list("kind")
    assert [kind for (kind,) in kinds] == [
        "invitation.created",
        "invitation.sent",
        "invitation.linked",
        "invitation.mailed",
    ]
    assert not any(token in str(event.payload) + event.message for event in Event.objects.all())


def test_the_link_of_the_mail_is_what_is_accepted(
    project: Project, pi: User, now: datetime, mailoutbox: Any
) -> None:
    erika = UserFactory(email="new@example.org")
    invitation_mails.send(write(project, pi, now), now=now)

    given = invitation_answers.accept(link_in(mailoutbox[0].body), actor=erika, now=now)

    assert given.user == erika


def test_names_do_not_look_like_a_paragraph_of_ours(
    project: Project, pi: User, now: datetime, mailoutbox: Any
) -> None:
    sent = write(project, pi, now)
    Invitation.objects.update(scope_name="Prize\n\nYou have won\r\nBcc: x@example.org")

    invitation_mails.send(sent, now=now)

    (got,) = mailoutbox
    assert got.subject.endswith("Invitation to Prize You have won Bcc: x@example.org")
    assert "in Prize You have won Bcc: x@example.org of LUMI Sweden." in got.body.splitlines()[1]


def test_what_was_withdrawn_meanwhile_is_not_mailed(
    project: Project, pi: User, now: datetime, mailoutbox: Any
) -> None:
    sent = write(project, pi, now)
    invitations.cancel(Invitation.objects.get(), actor=pi, now=now)
    invitation_mails.send(sent, now=now)
    Invitation.objects.all().delete()
    invitation_mails.send(sent, now=now)

    assert mailoutbox == []


def test_a_mail_that_is_not_taken_is_noted_once_and_tried_again(
    project: Project, pi: User, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(self: Any) -> int:
        raise SMTPRecipientsRefused({"new@example.org": (550, b"no such mailbox")})

    sent = write(project, pi, now)
    with monkeypatch.context() as patched:
        patched.setattr(mail.EmailMessage, "send", refuse)
        for _ in range(2):
            with pytest.raises(mailing.NotSent):
                invitation_mails.send(sent, now=now)
    made = Invitation.objects.get()
    assert made.execution_state == "Erred"
    assert "no such mailbox" in made.error_message

    invitation_mails.send(sent, now=now)

    made.refresh_from_db()
    assert (made.execution_state, made.error_message) == ("OK", "")
    assert Event.objects.filter(kind="invitation.mailed").count() == 1


def test_staff_who_are_notified_are_asked_by_one_mail_with_a_token_of_its_own(
    project: Project, pi: User, dave: User, now: datetime, mailoutbox: Any
) -> None:
    UserFactory(username="quiet", is_staff=True, notifications_enabled=False)
    made = InvitationFactory(
        scope=project, created_by=pi, state="requested", email="new@example.org"
    )
    asked = Event(subject_uuid=made.uuid)

    invitation_mails.ask(asked, now=now)

    (got,) = mailoutbox
    assert got.to == [dave.email]
    assert got.body.startswith(
        "Pi Tester invites new@example.org to become\nProject member in Climate model.\n"
    )
    token = got.body.split()[-1]
    assert "invitation/" not in got.body.replace("user-invitations/", "")
    invitations.approve_by(token, actor=dave, now=now)
    made.refresh_from_db()
    assert made.state == "pending"
    invitation_mails.ask(asked, now=now)
    assert len(mailoutbox) == 1


def test_without_staff_who_want_mail_nobody_is_asked(
    project: Project, pi: User, now: datetime, mailoutbox: Any
) -> None:
    made = InvitationFactory(scope=project, created_by=pi, state="requested")

    invitation_mails.ask(Event(subject_uuid=made.uuid), now=now)

    assert mailoutbox == []
    made.refresh_from_db()
    assert made.approval_digest is None
