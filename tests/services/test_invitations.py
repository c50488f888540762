"""What becomes of an invitation before it is answered."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.conf import settings as django_settings

from common.machine import IllegalTransition
from identity.models import Event, Grant, Invitation, InvitationMail, Project, Role, User
from identity.roles import RoleName
from identity.services import invitations, members, user_removal
from tests.cases import each
from tests.factories.identity import GrantFactory, InvitationFactory, RoleFactory, UserFactory

pytestmark = pytest.mark.django_db

WHOM = "new@example.org"


@pytest.fixture
def member() -> Any:
    return RoleFactory(name=RoleName.PROJECT_MEMBER.value)


@pytest.fixture
def platform(settings: Any) -> Any:
    """Return a function that has the platform invite otherwise."""

    def wants(**otherwise: Any) -> None:
        settings.INVITATIONS = replace(django_settings.INVITATIONS, **otherwise)

    return wants


def kinds_of(invitation: Invitation) -> list[str]:
    told = Event.objects.filter(subject_uuid=invitation.uuid).order_by("pk")
    return [kind.removeprefix("invitation.") for kind in told.values_list("kind", flat=True)]


def test_an_invitation_is_written_and_to_be_mailed_and_its_events_do_not_say_to_whom(
    project: Project, pi: User, member: Role, now: datetime
) -> None:
    made = invitations.create(
        scope=project, role=member, email=WHOM, full_name="New Person", actor=pi, now=now
    )

    assert (made.state, made.digest, made.expires) == ("pending", None, now + timedelta(days=21))
    assert (made.customer, made.project, made.created_by) == (project.customer, project, pi)
    created, sent = Event.objects.order_by("pk")
    assert (created.kind, sent.kind) == ("invitation.created", "invitation.sent")
    assert created.message == (
        "The invitation to become PROJECT.MEMBER in Climate model was written."
    )
    assert created.payload == {
        "role": "PROJECT.MEMBER",
        "scope_type": "project",
        "scope_uuid": project.uuid.hex,
    }
    assert (created.actor, created.project) == (pi, project)


def test_the_address_is_kept_in_one_spelling_and_invited_once_to_a_role(
    project: Project, pi: User, alice: User, member: Role, now: datetime
) -> None:
    asked: dict[str, Any] = {"scope": project, "role": member, "now": now}
    invitations.create(**asked, email="New@exämple.org", actor=pi)

    with pytest.raises(invitations.AlreadyInvited) as refusal:
        invitations.create(**asked, email="new@XN--EXMPLE-CUA.org", actor=alice)

    assert refusal.value.detail == {
        "email": ["This address has an open invitation to this role: send that again, or cancel."]
    }
    assert Invitation.objects.get().email == "New@xn--exmple-cua.org"
    other = RoleFactory(name=RoleName.PROJECT_ADMIN.value)
    invitations.create(scope=project, role=other, email="new@xn--exmple-cua.org", actor=pi, now=now)


def test_an_address_may_be_invited_again_once_the_former_invitation_is_over(
    project: Project, pi: User, member: Role, now: datetime
) -> None:
    asked: dict[str, Any] = {
        "scope": project,
        "role": member,
        "email": WHOM,
        "actor": pi,
        "now": now,
    }
    invitations.cancel(invitations.create(**asked), actor=pi, now=now)

    again = invitations.create(**asked)

    assert again.state == "pending"


def test_one_that_is_sent_again_has_a_new_end_and_is_in_the_senders_name(
    project: Project, pi: User, alice: User, now: datetime
) -> None:
    made = InvitationFactory(scope=project, created_by=pi, created=now - timedelta(days=22))
    assert invitations.expire(now=now) == 1
    made.refresh_from_db()
    assert made.state == "expired"

    invitations.send(made, actor=alice, now=now)

    made.refresh_from_db()
    assert (made.state, made.expires, made.created_by) == (
        "pending",
        now + timedelta(days=21),
        alice,
    )
    assert kinds_of(made) == ["expired", "sent"]


def test_an_expired_one_is_not_sent_again_beside_an_open_one(
    project: Project, pi: User, now: datetime
) -> None:
    old = InvitationFactory(scope=project, created_by=pi, email=WHOM, state="expired")
    InvitationFactory(scope=project, created_by=pi, email=WHOM.upper())

    with pytest.raises(invitations.AlreadyInvited):
        invitations.send(old, actor=pi, now=now)


def test_another_address_gets_a_mail_and_the_former_link_is_dead(
    project: Project, pi: User, alice: User, now: datetime
) -> None:
    made = InvitationFactory(scope=project, created_by=pi)

    invitations.change(made, email=WHOM, actor=alice, now=now)

    made.refresh_from_db()
    assert (made.email, made.digest, made.created_by) == (WHOM, None, alice)
    assert kinds_of(made) == ["changed", "sent"]
    changed = Event.objects.get(kind="invitation.changed")
    assert changed.payload["fields"] == ["email"]
    invitations.change(made, email=WHOM, actor=alice, now=now)  # as it is already
    assert kinds_of(made) == ["changed", "sent"]


def test_another_role_leaves_the_link_and_is_checked(
    project: Project, pi: User, now: datetime
) -> None:
    made = InvitationFactory(scope=project, created_by=pi)
    admin = RoleFactory(name=RoleName.PROJECT_ADMIN.value)

    invitations.change(made, role=admin, actor=pi, now=now)

    made.refresh_from_db()
    assert (made.role, made.digest is None) == (admin, False)
    assert kinds_of(made) == ["changed"]
    owner = RoleFactory(name=RoleName.CUSTOMER_OWNER.value)
    with pytest.raises(members.WrongScope):
        invitations.change(made, role=owner, actor=pi, now=now)


@each("state", ["accepted", "rejected", "canceled"])
def test_what_is_over_is_neither_sent_nor_changed_nor_withdrawn(
    state: str, project: Project, pi: User, now: datetime
) -> None:
    made = InvitationFactory(scope=project, created_by=pi, state=state)

    for attempt in (
        lambda: invitations.send(made, actor=pi, now=now),
        lambda: invitations.change(made, email=WHOM, actor=pi, now=now),
        lambda: invitations.cancel(made, actor=pi, now=now),
    ):
        with pytest.raises(IllegalTransition):
            attempt()

    made.refresh_from_db()
    assert made.state == state
    assert not Event.objects.exists()
    assert not InvitationMail.objects.exists()


def test_an_invitation_to_a_project_that_has_not_begun_is_mailed_when_it_does(
    project: Project, pi: User, member: Role, now: datetime
) -> None:
    Project.objects.update(start_date=now.date() + timedelta(days=40))
    project.refresh_from_db()
    made = invitations.create(scope=project, role=member, email=WHOM, actor=pi, now=now)
    assert made.state == "project"
    assert kinds_of(made) == ["created"]
    assert invitations.expire(now=now + timedelta(days=39)) == 0
    assert invitations.begin(now=now + timedelta(days=39)) == 0

    then = now + timedelta(days=40)
    assert invitations.begin(now=then) == 1

    made.refresh_from_db()
    assert (made.state, made.expires) == ("pending", then + timedelta(days=21))
    assert kinds_of(made) == ["created", "sent"]
    assert invitations.begin(now=then) == 0


def test_where_staff_have_to_approve_nothing_is_mailed_before(
    project: Project, pi: User, dave: User, member: Role, platform: Any, now: datetime
) -> None:
    platform(need_staff=True)
    asked: dict[str, Any] = {"scope": project, "role": member, "now": now}
    made = invitations.create(**asked, email=WHOM, actor=pi)
    assert (made.state, kinds_of(made)) == ("requested", ["created", "asked"])
    with pytest.raises(IllegalTransition):
        invitations.send(made, actor=pi, now=now)

    invitations.approve(made, actor=dave, now=now)

    made.refresh_from_db()
    assert (made.state, made.created_by) == ("pending", pi)
    assert kinds_of(made) == ["created", "asked", "approved", "sent"]
    with pytest.raises(IllegalTransition):
        invitations.reject(made, actor=dave, now=now)
    by_staff = invitations.create(**asked, email="other@example.org", actor=dave)
    assert by_staff.state == "pending"


def test_what_staff_reject_is_over_and_never_mailed(
    project: Project, pi: User, dave: User, now: datetime
) -> None:
    made = InvitationFactory(scope=project, created_by=pi, state="requested")

    invitations.reject(made, actor=dave, now=now)

    made.refresh_from_db()
    assert (made.state, kinds_of(made)) == ("rejected", ["rejected"])


def test_only_what_nobody_answered_in_time_expires(project: Project, now: datetime) -> None:
    ago = now - timedelta(days=30)
    late = InvitationFactory(scope=project, created=ago, expires=now)
    InvitationFactory(scope=project, created=ago, expires=now + timedelta(seconds=1))
    InvitationFactory(scope=project, created=ago, expires=ago, state="accepted")

    assert invitations.expire(now=now) == 1
    assert invitations.expire(now=now) == 0

    assert list(Invitation.objects.order_by("pk").values_list("state", flat=True)) == [
        "expired",
        "pending",
        "accepted",
    ]
    assert kinds_of(late) == ["expired"]


def test_old_invitations_and_counts_of_mails_are_forgotten_and_open_ones_kept(
    project: Project, pi: User, now: datetime
) -> None:
    for state in ("accepted", "project"):
        InvitationFactory(scope=project, state=state)
    Invitation.objects.update(modified=now - invitations.KEPT_FOR)
    recent = InvitationFactory(scope=project, state="canceled")
    InvitationMail.objects.create(asked_by=pi, email=WHOM, created=now - timedelta(days=1))
    InvitationMail.objects.create(asked_by=pi, email=WHOM, created=now)

    assert invitations.prune(now=now) == 1

    kept = Invitation.objects.order_by("pk")
    assert [one.state for one in kept] == ["project", "canceled"]
    assert kept.last() == recent
    assert InvitationMail.objects.count() == 1


def test_a_removed_person_leaves_no_invitation_that_names_them(
    project: Project, dave: User, now: datetime
) -> None:
    gone = UserFactory(email="gone@example.org")
    InvitationFactory(scope=project, email="GONE@example.org")
    InvitationFactory(scope=project, accepted_by=gone, state="accepted")
    other = InvitationFactory(scope=project)

    user_removal.remove(gone, actor=dave, now=now)

    assert list(Invitation.objects.all()) == [other]


def test_a_removed_invitation_leaves_the_role_that_came_of_it(
    project: Project, dave: User, bob: User, now: datetime
) -> None:
    made = InvitationFactory(scope=project, accepted_by=bob, state="accepted")

    invitations.remove(made, actor=dave, now=now)

    assert not Invitation.objects.exists()
    assert Grant.objects.filter(user=bob, is_active=True).count() == 1
    assert kinds_of(made) == ["removed"]


def test_staff_whose_invitation_it_is_need_no_role(
    project: Project, dave: User, member: Role, now: datetime
) -> None:
    GrantFactory(user=dave, scope=project.customer, role=RoleName.CUSTOMER_READER)

    assert (
        invitations.create(scope=project, role=member, email=WHOM, actor=dave, now=now).created_by
        == dave
    )
