"""Accepting and declining: by whom, when, in whose name, and what refuses it."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest
from django.conf import settings as django_settings

from common.machine import IllegalTransition
from identity.models import Event, Grant, Invitation, Project, User
from identity.roles import RoleName, ScopeType
from identity.services import invitation_answers as answers
from identity.services import invitation_checks as checks
from identity.services import invitation_links as links
from identity.services import invitations, members, organisations, projects
from tests.cases import each
from tests.factories.identity import (
    CustomerFactory,
    GrantFactory,
    InvitationFactory,
    RoleFactory,
    UserFactory,
)

if TYPE_CHECKING:
    from marketplace.models import Offering

pytestmark = pytest.mark.django_db

TOKEN = "0" * 31 + "1"


@pytest.fixture
def erika() -> Any:
    return UserFactory(username="erika", email="Erika@example.org")


@pytest.fixture
def invitation(project: Project, pi: User) -> Any:
    return InvitationFactory(scope=project, created_by=pi, email="erika@example.org", token=TOKEN)


def roles_of(user: User) -> list[tuple[str, str]]:
    held = Grant.objects.in_force().filter(user=user).order_by("pk")
    return list(held.values_list("role__name", "scope_name"))


def test_who_accepts_has_the_role_in_the_name_of_who_invited(
    invitation: Invitation, erika: User, pi: User, project: Project, now: datetime
) -> None:
    given = answers.accept(TOKEN, actor=erika, now=now)

    assert roles_of(erika) == [("PROJECT.MEMBER", "Climate model")]
    assert (given.created_by, given.expiration_time, given.project) == (pi, None, project)
    invitation.refresh_from_db()
    assert (invitation.state, invitation.accepted_by) == ("accepted", erika)
    granted, accepted = Event.objects.order_by("pk")
    assert (granted.kind, granted.actor) == ("grant.given", pi)
    assert (accepted.kind, accepted.actor) == ("invitation.accepted", erika)
    assert (accepted.source, accepted.target) == ("pending", "accepted")
    assert accepted.payload["user_uuid"] == erika.uuid.hex


def test_it_is_accepted_once(invitation: Invitation, erika: User, now: datetime) -> None:
    answers.accept(TOKEN, actor=erika, now=now)

    with pytest.raises(IllegalTransition):
        answers.accept(TOKEN, actor=erika, now=now)

    assert len(roles_of(erika)) == 1


def test_to_roles_in_organisations_and_offerings_as_well(
    erika: User, alice: User, carol: User, project: Project, offering: Offering, now: datetime
) -> None:
    for scope, role, inviter in (
        (project.customer, RoleName.CUSTOMER_READER, alice),
        (offering, RoleName.OFFERING_MANAGER, carol),
    ):
        made = InvitationFactory(
            scope=scope, role=role, created_by=inviter, email="erika@example.org"
        )
        answers.accept(made.uuid.hex, actor=erika, now=now)

    held = Grant.objects.filter(user=erika).order_by("pk")
    assert [(one.scope_type, one.scope_id, one.customer_id) for one in held] == [
        (ScopeType.CUSTOMER, project.customer_id, project.customer_id),
        (ScopeType.OFFERING, offering.pk, offering.customer_id),
    ]


def test_nobody_else_accepts_and_nothing_happens(
    invitation: Invitation, bob: User, now: datetime
) -> None:
    mute = UserFactory(username="mute", email="")
    for other in (bob, mute):
        with pytest.raises(answers.WrongPerson):
            answers.accept(TOKEN, actor=other, now=now)

    invitation.refresh_from_db()
    assert invitation.state == "pending"
    assert not Event.objects.exists()


def test_the_uuid_is_enough_for_the_person_whose_address_it_is_and_for_nobody_else(
    invitation: Invitation, erika: User, bob: User, now: datetime
) -> None:
    with pytest.raises(links.NoSuchInvitation):
        answers.accept(invitation.uuid.hex, actor=bob, now=now)

    answers.accept(str(invitation.uuid), actor=erika, now=now)

    assert roles_of(erika) == [("PROJECT.MEMBER", "Climate model")]


def test_where_the_platform_says_so_whoever_has_the_link_accepts_but_not_by_the_uuid(
    invitation: Invitation, settings: Any, mallory: User, now: datetime
) -> None:
    settings.INVITATIONS = replace(django_settings.INVITATIONS, checks_address=False)
    with pytest.raises(links.NoSuchInvitation):
        answers.accept(invitation.uuid.hex, actor=mallory, now=now)

    answers.accept(TOKEN, actor=mallory, now=now)

    assert ("PROJECT.MEMBER", "Climate model") in roles_of(mallory)


def test_one_for_a_civil_number_is_for_that_person(
    invitation: Invitation, erika: User, now: datetime
) -> None:
    Invitation.objects.update(civil_number="EE38001010000")
    with pytest.raises(answers.WrongPerson):
        answers.accept(TOKEN, actor=erika, now=now)
    User.objects.filter(pk=erika.pk).update(civil_number="EE38001010000")
    erika.refresh_from_db()

    answers.accept(TOKEN, actor=erika, now=now)

    assert len(roles_of(erika)) == 1


@each("token", ["", "x", "1" * 32, "../admin", "0" * 33, "é" * 32])
def test_a_link_that_leads_nowhere_is_refused_alike(
    token: str, invitation: Invitation, erika: User, now: datetime
) -> None:
    for attempt in (
        lambda: answers.accept(token, actor=erika, now=now),
        lambda: answers.decline(token, actor=None, now=now),
        lambda: checks.pending(token, now=now),
        lambda: invitations.approve_by(token, actor=erika, now=now),
    ):
        with pytest.raises(links.NoSuchInvitation) as refusal:
            attempt()
        assert refusal.value.detail == "No Invitation matches the given query."


def test_an_invitation_without_a_link_is_found_by_none(project: Project, now: datetime) -> None:
    InvitationFactory(scope=project, digest=None)

    with pytest.raises(links.NoSuchInvitation):
        links.find("not a token")


def test_a_link_is_random_kept_as_a_hash_and_replaced_by_the_next(
    invitation: Invitation, now: datetime
) -> None:
    first, second = (links.make(invitation, now=now) for _ in range(2))

    assert first is not None
    assert second is not None
    assert len({first, second, TOKEN, invitation.uuid.hex}) == 4
    assert links.find(second) == invitation
    for dead in (first, TOKEN):
        with pytest.raises(links.NoSuchInvitation):
            links.find(dead)
    row = Invitation.objects.filter(pk=invitation.pk).values().get()
    assert second not in str(row)


@each("state", ["requested", "project", "accepted", "rejected", "canceled", "expired"])
def test_only_a_pending_one_is_answered(
    state: str, invitation: Invitation, erika: User, now: datetime
) -> None:
    Invitation.objects.update(state=state)

    with pytest.raises(IllegalTransition):
        answers.accept(TOKEN, actor=erika, now=now)
    with pytest.raises(IllegalTransition):
        answers.decline(TOKEN, actor=erika, now=now)
    with pytest.raises(links.NoSuchInvitation):
        checks.pending(TOKEN, now=now)
    assert links.make(invitation, now=now) is None
    assert roles_of(erika) == []


def test_after_its_end_it_is_refused_also_before_the_task_has_run(
    invitation: Invitation, erika: User, now: datetime
) -> None:
    Invitation.objects.update(expires=now)

    with pytest.raises(answers.InvitationExpired):
        answers.accept(TOKEN, actor=erika, now=now)

    assert roles_of(erika) == []


def test_an_inviter_who_may_not_give_the_role_any_more_gives_it_no_more(
    invitation: Invitation, erika: User, pi: User, alice: User, now: datetime
) -> None:
    manager = RoleFactory(name=RoleName.PROJECT_MANAGER.value)
    project = invitation.project
    assert project is not None
    members.revoke(scope=project, user=pi, role=manager, actor=alice, now=now)
    with pytest.raises(answers.InviterLost):
        answers.accept(TOKEN, actor=erika, now=now)
    assert roles_of(erika) == []

    invitations.send(invitation, actor=alice, now=now)  # it is alice's from now on
    answers.accept(TOKEN, actor=erika, now=now)

    assert Grant.objects.get(user=erika).created_by == alice


def test_an_inviter_who_was_shut_out_gives_nothing(
    invitation: Invitation, erika: User, pi: User, now: datetime
) -> None:
    User.objects.filter(pk=pi.pk).update(is_active=False)

    with pytest.raises(answers.InviterLost):
        answers.accept(TOKEN, actor=erika, now=now)


def test_nobody_gets_into_what_was_removed(
    invitation: Invitation, erika: User, alice: User, now: datetime
) -> None:
    assert invitation.project is not None
    projects.remove(invitation.project, actor=alice, now=now)

    with pytest.raises(members.ScopeGone) as refusal:
        answers.accept(TOKEN, actor=erika, now=now)

    assert refusal.value.detail == "This project was removed."
    assert roles_of(erika) == []


def test_the_invitations_to_an_organisation_that_is_deleted_go_with_it(
    erika: User, dave: User, now: datetime
) -> None:
    empty = CustomerFactory()
    made = InvitationFactory(scope=empty, role=RoleName.CUSTOMER_READER, created_by=dave)
    organisations.remove(empty, actor=dave, now=now)

    with pytest.raises(links.NoSuchInvitation):
        answers.accept(made.uuid.hex, actor=erika, now=now)


def test_who_has_the_role_meanwhile_is_told_so_and_it_stays_open(
    invitation: Invitation, erika: User, project: Project, now: datetime
) -> None:
    GrantFactory(user=erika, scope=project, role=RoleName.PROJECT_MEMBER)

    with pytest.raises(members.AlreadyHeld):
        answers.accept(TOKEN, actor=erika, now=now)

    invitation.refresh_from_db()
    assert invitation.state == "pending"


def test_nobody_outlasts_their_own_role_by_an_invitation_of_their_own(
    project: Project, now: datetime
) -> None:
    guest = UserFactory(email="guest@example.org")
    GrantFactory(
        user=guest,
        scope=project,
        role=RoleName.PROJECT_MANAGER,
        expiration_time=now + timedelta(days=9),
    )
    InvitationFactory(scope=project, created_by=guest, email=guest.email, token=TOKEN)

    with pytest.raises(members.OwnGrant):
        answers.accept(TOKEN, actor=guest, now=now)

    assert roles_of(guest) == [("PROJECT.MANAGER", "Climate model")]


def test_whoever_has_the_link_declines_with_or_without_an_account(
    project: Project, pi: User, erika: User, now: datetime
) -> None:
    for actor in (None, erika):
        made = InvitationFactory(scope=project, created_by=pi)
        answers.decline(made.uuid.hex, actor=actor, now=now)
        made.refresh_from_db()
        assert made.state == "rejected"
        event = Event.objects.latest("pk")
        assert (event.kind, event.actor) == ("invitation.declined", actor)


def test_which_addresses_need_no_invitation_any_more_is_told_of_the_scope_alone(
    project: Project, invitation: Invitation, bob: User, mallory: User
) -> None:
    member = RoleFactory(name=RoleName.PROJECT_MEMBER.value)
    admin = RoleFactory(name=RoleName.PROJECT_ADMIN.value)

    found = checks.known(
        scope=project,
        invitations=[
            {"email": "ERIKA@example.org", "role": member},
            {"email": "erika@example.org", "role": admin},
            {"email": bob.email, "role": admin},
            {"email": mallory.email, "role": member},
        ],
    )

    assert found == {
        "duplicates": [
            {
                "email": "ERIKA@example.org",
                "role": member.uuid,
                "existing_invitation_uuid": invitation.uuid,
            }
        ],
        "existing_roles": [
            {
                "email": bob.email,
                "role": admin.uuid,
                "existing_role": member.uuid,
                "existing_role_name": "PROJECT.MEMBER",
                "existing_role_description": "Project member",
                "is_same_role": False,
            }
        ],
    }


def test_tokens_are_of_a_form_that_clients_take_for_a_uuid() -> None:
    token = uuid4()
    assert links.digest(str(token)) == links.digest(token.hex) == links.digest(token.hex.upper())
