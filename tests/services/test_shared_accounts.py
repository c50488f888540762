"""Accounts of programs and of courses: opened, changed, given keys, closed."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from hypothesis import given
from hypothesis import strategies as st

from allocations.lifecycle import SHARED_ACCOUNT, CourseAccountState
from allocations.models import CourseAccount, CustomerServiceAccount, ProjectServiceAccount
from allocations.services import shared_accounts
from allocations.usernames import is_account_name, propose_shared
from common.machine import IllegalTransition
from config.wiring import dispatch_events
from identity.models import Event, Project
from identity.services import projects
from identity.services.credentials import digest
from tests.cases import each
from tests.factories.allocations import (
    CourseAccountFactory,
    CustomerServiceAccountFactory,
    OfferingUserFactory,
    ProjectServiceAccountFactory,
)
from tests.factories.identity import ProjectFactory

pytestmark = pytest.mark.django_db

FACTORIES = (ProjectServiceAccountFactory, CustomerServiceAccountFactory, CourseAccountFactory)


def kinds():
    return list(Event.objects.order_by("pk").values_list("kind", flat=True))


@pytest.fixture
def course(allocator):
    return ProjectFactory(customer=allocator, name="Summer school", kind="course")


def test_a_program_gets_an_account_and_a_key_that_is_kept_as_a_digest(project, pi, now):
    account, key = shared_accounts.open_for_project(
        project=project,
        preferred_identifier="Weather Bot",
        email="bot@example.org",
        description="Fetches the weather",
        actor=pi,
        now=now,
    )

    account.refresh_from_db()
    assert (account.username, account.state) == ("weather-bot", "OK")
    assert (account.key_digest, account.expires_at) == (digest(key), now + timedelta(days=365))
    event = Event.objects.get()
    assert (event.kind, event.actor, event.project, event.customer) == (
        "service_account.created",
        pi,
        project,
        project.customer,
    )
    assert event.payload == {
        "account_uuid": account.uuid.hex,
        "account_username": "weather-bot",
        "scope_type": "project",
        "customer_uuid": project.customer.uuid.hex,
        "project_uuid": project.uuid.hex,
        "project_name": "Climate model",
        "action": "create",
    }
    assert key not in str(event.payload)


def test_an_organisation_s_program_gets_one_for_all_its_projects(allocator, alice, now):
    account, _ = shared_accounts.open_for_customer(customer=allocator, actor=alice, now=now)

    assert account.username == f"svc-{allocator.slug}"
    event = Event.objects.get()
    assert (event.kind, event.project, event.customer) == (
        "service_account.created",
        None,
        allocator,
    )
    assert event.payload == {
        "account_uuid": account.uuid.hex,
        "account_username": account.username,
        "scope_type": "customer",
        "customer_uuid": allocator.uuid.hex,
        "action": "create",
    }


def test_a_course_gets_accounts_one_after_another(course, bob, dave, now):
    opened = [
        shared_accounts.open_for_course(project=course, user=user, actor=dave, now=now)
        for user in (bob, None)
    ]

    assert [account.username for account in opened] == [course.slug, f"{course.slug}-2"]
    assert [account.user for account in opened] == [bob, None]
    assert kinds() == ["course_account.created"] * 2


def test_other_projects_are_no_courses(project, dave, now):
    with pytest.raises(shared_accounts.NotACourse) as refusal:
        shared_accounts.open_for_course(project=project, actor=dave, now=now)
    assert refusal.value.detail == {
        "project": ["Course accounts are for projects of the kind course."]
    }


def test_a_name_is_never_given_twice_wherever_it_was(project, allocator, course, pi, now):
    ProjectServiceAccountFactory(username="bot", state="Closed")
    CustomerServiceAccountFactory(username="bot-2")
    CourseAccountFactory(username="bot-3")
    OfferingUserFactory(username="bot-4")

    account, _ = shared_accounts.open_for_project(
        project=project, preferred_identifier="bot", actor=pi, now=now
    )

    assert account.username == "bot-5"
    for taken in ("bot", "bot-2", "bot-3", "bot-4", "bot-5"):
        with pytest.raises(shared_accounts.SharedNameTaken) as refusal:
            shared_accounts.open_for_customer(customer=allocator, username=taken, actor=pi, now=now)
        assert refusal.value.detail == {
            "username": ["An account with this username exists or existed."]
        }


@pytest.mark.parametrize("username", ["root!", "Upper", "0day", "a" * 33, "å"])
def test_a_name_that_no_site_could_use_is_refused(project, pi, now, username):
    with pytest.raises(shared_accounts.BadSharedName):
        shared_accounts.open_for_project(project=project, username=username, actor=pi, now=now)
    assert not ProjectServiceAccount.objects.exists()


@given(wanted=st.text(max_size=60), taken=st.sets(st.sampled_from(["a", "svc", "svc-2", "a-2"])))
def test_whatever_is_wanted_a_name_for_linux_comes_of_it(wanted, taken):
    name = propose_shared(wanted, taken)
    assert is_account_name(name)
    assert name not in taken
    assert is_account_name(propose_shared(wanted, {*taken, name}))


@pytest.mark.parametrize("most", [0, 1])
def test_staff_say_how_many_there_may_be(project, allocator, pi, now, most):
    project.max_service_accounts = allocator.max_service_accounts = most
    project.save()
    allocator.save()
    ProjectServiceAccountFactory(project=project, state="Closed")
    for _ in range(most):
        shared_accounts.open_for_project(project=project, actor=pi, now=now)
        shared_accounts.open_for_customer(customer=allocator, actor=pi, now=now)

    with pytest.raises(shared_accounts.TooManyAccounts) as refusal:
        shared_accounts.open_for_project(project=project, actor=pi, now=now)
    assert refusal.value.detail == {
        "project": [f"No more than {most} service accounts are allowed."]
    }
    with pytest.raises(shared_accounts.TooManyAccounts):
        shared_accounts.open_for_customer(customer=allocator, actor=pi, now=now)


def test_a_removed_project_gets_none(course, dave, now):
    Project.objects.filter(pk=course.pk).update(is_removed=True)

    for action in (shared_accounts.open_for_course, shared_accounts.open_for_project):
        with pytest.raises(shared_accounts.OwnerGone):
            action(project=course, actor=dave, now=now)


def test_what_is_told_changes_and_the_second_time_nothing_does(pi, now):
    account = ProjectServiceAccountFactory()

    for _ in range(2):
        shared_accounts.change(account, description="New", email="", actor=pi, now=now)

    account.refresh_from_db()
    assert account.description == "New"
    event = Event.objects.get()
    assert (event.kind, event.payload["fields"], event.payload["action"]) == (
        "service_account.changed",
        ["description"],
        "update",
    )


def test_names_and_owners_stay(pi, allocator, now):
    ours, theirs = ProjectServiceAccountFactory(), CustomerServiceAccountFactory()
    for account, field, value in (
        (ours, "username", "other"),
        (ours, "project", ProjectFactory()),
        (theirs, "customer", allocator),
    ):
        with pytest.raises(shared_accounts.OwnerFixed) as refusal:
            shared_accounts.change(account, **{field: value}, actor=pi, now=now)
        assert refusal.value.detail == {field: ["This cannot be changed: open another account."]}
    assert kinds() == []


def test_another_key_makes_the_old_one_void(pi, now):
    account = ProjectServiceAccountFactory(key_digest=digest("old"))

    key = shared_accounts.rotate_key(account, actor=pi, now=now)

    account.refresh_from_db()
    assert (account.key_digest, account.expires_at) == (digest(key), now + timedelta(days=365))
    assert kinds() == ["service_account.key_rotated"]


def test_a_closed_account_gets_no_key(pi, now):
    account = CustomerServiceAccountFactory(state="Closed")

    with pytest.raises(IllegalTransition):
        shared_accounts.rotate_key(account, actor=pi, now=now)
    assert kinds() == []


ACTIONS: dict[str, Any] = {
    "close": (shared_accounts.close, {}, "Closed", "closed", "delete"),
    "set_erred": (shared_accounts.set_erred, {"error_message": "x"}, "Erred", "erred", "update"),
    "set_ok": (shared_accounts.set_ok, {}, "OK", "ok", "create"),
}


@each("factory", FACTORIES)
@each("action", ACTIONS)
@each("source", list(CourseAccountState))
def test_they_move_along_the_table_only(factory, action, source, dave, now):
    if source == "Pending" and factory is not CourseAccountFactory:
        return
    act, told, target, what, said = ACTIONS[action]
    account = factory(state=source, error_message="old")

    if not SHARED_ACCOUNT.allows(action, source):
        with pytest.raises(IllegalTransition):
            act(account, **told, actor=dave, now=now)
        assert kinds() == []
        return
    act(account, **told, actor=dave, now=now)
    account.refresh_from_db()
    assert (account.state, account.error_message) == (target, told.get("error_message", ""))
    noun = "course_account" if factory is CourseAccountFactory else "service_account"
    event = Event.objects.get()
    assert (event.kind, event.source, event.target) == (f"{noun}.{what}", source, target)
    assert event.payload["action"] == said


def test_a_lost_race_is_lost_loudly(dave, now):
    account = CourseAccountFactory()
    CourseAccount.objects.update(state="Closed")

    with pytest.raises(IllegalTransition, match="no longer"):
        shared_accounts.close(account, actor=dave, now=now)
    assert kinds() == []


def test_with_a_project_its_accounts_go(course, allocator, dave, now):
    theirs = ProjectServiceAccountFactory(project=course)
    ProjectServiceAccountFactory(project=course, state="Closed")
    pupil = CourseAccountFactory(project=course)
    of_all = CustomerServiceAccountFactory(customer=allocator)

    projects.remove(course, actor=dave, now=now)
    dispatch_events()
    dispatch_events()

    for account, state in ((theirs, "Closed"), (pupil, "Closed"), (of_all, "OK")):
        account.refresh_from_db()
        assert account.state == state
    assert sorted(kinds()) == [
        "course_account.closed",
        "project.removed",
        "service_account.closed",
    ]


def test_the_database_keeps_names_and_states(project):
    ProjectServiceAccountFactory(project=project, username="bot")
    for broken in (
        lambda: ProjectServiceAccountFactory(username="bot"),
        lambda: ProjectServiceAccountFactory(state="Pending"),
        lambda: CustomerServiceAccountFactory(state="Gone"),
        lambda: CourseAccountFactory(state="Gone"),
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            broken()
    assert CustomerServiceAccount.objects.count() == 0
