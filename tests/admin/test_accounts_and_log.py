"""Accounts at sites, and the deliveries of events, in the admin."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from django.contrib.admin import site
from django.utils import timezone

from allocations.lifecycle import AccountState
from allocations.models import (
    CourseAccount,
    CustomerServiceAccount,
    OfferingUser,
    ProjectServiceAccount,
    ResourceApiKey,
)
from allocations.services import shared_accounts
from config.event_kinds import CATALOGUE
from identity.admin.log import pages
from identity.models import Event, EventDelivery
from identity.services.credentials import digest
from tests.admin.pages import address, buttons, do, page_of, text
from tests.factories.allocations import (
    CourseAccountFactory,
    CustomerServiceAccountFactory,
    OfferingUserFactory,
    ProjectServiceAccountFactory,
    ResourceApiKeyFactory,
)
from tests.factories.identity import CustomerFactory, EventFactory, ProjectFactory
from tests.factories.marketplace import OfferingFactory

if TYPE_CHECKING:
    from datetime import datetime

    from django.test import Client

    from identity.models import User

pytestmark = pytest.mark.django_db

WHY = "The site says so."


def test_an_account_is_opened_named_and_kept_out(staff: Client, dave: User, bob: User) -> None:
    offering = OfferingFactory()
    staff.post(address(OfferingUser, "add"), {"offering": offering.pk, "user": bob.pk})
    account = OfferingUser.objects.get()
    assert (account.user, account.state) == (bob, AccountState.REQUESTED)

    do(staff, "set_username", account, username="bobx1")
    account.refresh_from_db()
    assert (account.username, account.state) == ("bobx1", AccountState.OK)

    do(staff, "restrict", account, reason=WHY)
    account.refresh_from_db()
    assert account.is_restricted
    assert "Let in again" in buttons(staff, account)
    event = Event.objects.get(kind="account.restriction_changed")
    assert (event.actor, event.payload["reason"]) == (dave, WHY)

    do(staff, "let_in", account, reason=WHY)
    account.refresh_from_db()
    assert not account.is_restricted


def test_an_account_goes_along_the_table_with_a_comment(staff: Client, dave: User) -> None:
    account = OfferingUserFactory(username="", state=AccountState.CREATING.value)
    do(
        staff,
        "set_pending_account_linking",
        account,
        comment="Link your account",
        comment_url="https://site.example/link",
        reason=WHY,
    )
    account.refresh_from_db()
    assert account.state == AccountState.PENDING_ACCOUNT_LINKING
    assert account.service_provider_comment == "Link your account"
    event = Event.objects.get(subject_uuid=account.uuid)
    assert (event.actor, event.payload["reason"]) == (dave, WHY)


def test_a_second_account_is_refused(staff: Client) -> None:
    account = OfferingUserFactory()
    asked = {"offering": account.offering.pk, "user": account.user.pk}
    response = staff.post(address(OfferingUser, "add"), asked)
    assert response.status_code == 200
    assert OfferingUser.objects.count() == 1


def test_an_event_that_was_given_up_is_delivered_again(staff: Client, dave: User) -> None:
    delivery = EventDelivery.objects.create(
        event=EventFactory(project=ProjectFactory()),
        handler="somebody",
        next_attempt_at=timezone.now(),
        attempts=12,
        dead=True,
        last_error="RuntimeError: gone",
    )
    assert "RuntimeError: gone" in text(staff.get(page_of(delivery)))
    do(staff, "try_again", delivery, reason=WHY)
    delivery.refresh_from_db()
    assert (delivery.dead, delivery.attempts) == (False, 0)
    event = Event.objects.get(kind="event.revived")
    assert (event.actor, event.payload["reason"]) == (dave, WHY)
    assert buttons(staff, delivery) == []


def test_what_no_event_is_about_has_no_history(staff: Client) -> None:
    event = EventFactory(project=ProjectFactory())
    delivery = EventDelivery.objects.create(
        event=event, handler="somebody", next_attempt_at=timezone.now()
    )
    assert staff.get(address(EventDelivery, "history", delivery.pk)).status_code == 404


def test_whatever_events_are_about_has_its_page() -> None:
    shown = {noun for noun, models in pages().items() if all(map(site.is_registered, models))}
    assert shown == CATALOGUE.nouns - {"usage"}  # what was used of a resource happens to that


def test_an_event_leads_to_what_it_happened_to(staff: Client) -> None:
    project = ProjectFactory()
    EventFactory(project=project, subject_uuid=project.uuid)
    listed = staff.get(address(Event, "changelist")).content.decode()
    link = f"/admin/identity/project/?uuid__exact={project.uuid.hex}"
    assert link in listed
    assert staff.get(link).context["cl"].result_count == 1


@pytest.mark.parametrize(
    ("factory", "table"),
    [
        (ProjectServiceAccountFactory, "projectserviceaccount"),
        (CustomerServiceAccountFactory, "customerserviceaccount"),
        (CourseAccountFactory, "courseaccount"),
    ],
)
def test_an_event_leads_to_the_account_of_a_project_or_an_organisation(
    staff: Client, dave: User, now: datetime, factory: Any, table: str
) -> None:
    account = factory()
    shared_accounts.close(account, actor=dave, now=now)
    listed = staff.get(address(Event, "changelist")).content.decode()
    assert f"/admin/allocations/{table}/?uuid__exact={account.uuid.hex}" in listed


def test_staff_open_close_and_repair_accounts_of_courses(staff: Client, dave: User) -> None:
    course = ProjectFactory(kind="course")
    asked = {"project": course.pk, "username": "pupil1", "email": "pupil@kth.se"}
    staff.post(address(CourseAccount, "add"), asked)
    account = CourseAccount.objects.get()
    assert (account.username, account.state) == ("pupil1", "OK")

    do(staff, "set_erred", account, error_message="disk full")
    account.refresh_from_db()
    assert (account.state, account.error_message) == ("Erred", "disk full")
    do(staff, "set_ok", account, reason=WHY)
    do(staff, "close", account, reason=WHY)
    account.refresh_from_db()
    assert (account.state, account.error_message) == ("Closed", "")
    assert buttons(staff, account) == []
    event = Event.objects.get(kind="course_account.closed")
    assert (event.actor, event.payload["reason"]) == (dave, WHY)


def test_other_projects_are_refused_with_a_message(staff: Client) -> None:
    asked = {"project": ProjectFactory().pk, "username": "pupil1"}
    page = text(staff.post(address(CourseAccount, "add"), asked))
    assert "Course accounts are for projects of the kind course." in page
    assert not CourseAccount.objects.exists()


@pytest.mark.parametrize(
    ("model", "owner", "factory"),
    [
        (ProjectServiceAccount, "project", ProjectFactory),
        (CustomerServiceAccount, "customer", CustomerFactory),
    ],
)
def test_staff_open_accounts_of_programs_and_see_a_new_key_once(
    staff: Client, model: Any, owner: str, factory: Any
) -> None:
    staff.post(address(model, "add"), {owner: factory().pk, "username": "bot"})
    account = model.objects.get()
    before = account.key_digest

    shown = text(do(staff, "rotate_key", account, reason=WHY))

    account.refresh_from_db()
    assert account.key_digest != before
    assert any(digest(word) == account.key_digest for word in shown.split())
    assert account.key_digest not in text(staff.get(page_of(account)))
    staff.post(page_of(account), {"email": "bot@kth.se", "description": "Fetches"})
    account.refresh_from_db()
    assert account.email == "bot@kth.se"


def test_a_key_is_shown_without_its_value_and_seen_to(staff: Client, dave: User) -> None:
    key = ResourceApiKeyFactory(value="sk-never-shown", limits={"cpu_k_hours": 5})
    assert buttons(staff, key) == ["Rotate", "Revoke"]

    do(staff, "rotate", key, reason=WHY)

    key.refresh_from_db()
    assert (key.state, key.pending_action) == ("Updating", "rotate")
    assert buttons(staff, key) == ["Give up waiting"]
    do(staff, "set_erred", key, error_message="Nobody answers.")
    do(staff, "retry", key, reason=WHY)
    kinds = ["api_key.rotate_requested", "api_key.erred", "api_key.rotate_requested"]
    assert list(Event.objects.order_by("pk").values_list("kind", flat=True)) == kinds
    assert Event.objects.filter(payload__reason=WHY).count() == 2
    for page in (page_of(key), address(ResourceApiKey, "changelist")):
        body = staff.get(page).content.decode()
        assert key.client_id in body
        assert "sk-never-shown" not in body
        assert key.sealed not in body
