from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from identity.models import Customer, Event, Project, User
from tests.factories.identity import CustomerFactory

if TYPE_CHECKING:
    from collections.abc import Callable

    from rest_framework.test import APIClient

pytestmark = pytest.mark.django_db

AT = "/api/projects/"
HOST = "http://testserver"


def url(noun: Any, row: Any) -> Any:
    return f"{HOST}/api/{noun}/{row.uuid.hex}/"


@pytest.fixture
def here(project: Project) -> str:
    return f"{AT}{project.uuid.hex}/"


def body_of(project: Any, now: datetime) -> Any:
    """What a client sees of a bare project."""
    return {
        "url": url("projects", project),
        "uuid": project.uuid.hex,
        "name": project.name,
        "slug": project.slug,
        "description": project.description,
        "backend_id": project.backend_id,
        "created": project.created.isoformat().replace("+00:00", "Z"),
        "customer": url("customers", project.customer),
        "customer_uuid": project.customer.uuid.hex,
        "customer_name": "LUMI Sweden",
        "customer_native_name": "",
        "customer_abbreviation": "SWE",
        "customer_slug": project.customer.slug,
        "customer_display_billing_info_in_projects": False,
        "customer_grace_period_days": None,
        "effective_end_date": None,
        "end_date": None,
        "end_date_requested_by": None,
        "end_date_updated_at": None,
        "grace_period_days": None,
        "is_in_grace_period": False,
        "is_industry": False,
        "is_removed": False,
        "kind": "default",
        "marketplace_resource_count": {},
        "max_service_accounts": None,
        "oecd_fos_2007_code": None,
        "science_sub_domain": None,
        "project_metadata": [],
        "resources_count": 0,
        "start_date": None,
        "termination_metadata": None,
        "user_affiliations": [],
        "user_email_patterns": [],
        "user_identity_sources": [],
    }


def test_an_owner_starts_a_project(
    as_user: Callable[[User], APIClient], alice: User, allocator: Customer, now: datetime
) -> None:
    body = {"name": "Alpha", "customer": url("customers", allocator), "description": "First"}

    answer = as_user(alice).post(AT, body, format="json")

    project = Project.objects.get()
    assert answer.status_code == 201
    assert answer["Location"] == url("projects", project)
    assert answer.json() == body_of(project, now)
    assert (project.slug, project.description) == ("alpha", "First")
    assert Event.objects.get(kind="project.created").actor == alice


def test_a_project_may_be_described_in_full(
    as_user: Callable[[User], APIClient], alice: User, allocator: Customer, now: datetime
) -> None:
    end = (now + timedelta(days=365)).date()
    body = {
        "name": "Beta",
        "customer": f"/api/customers/{allocator.uuid}/",
        "backend_id": "ext-77",
        "start_date": now.date().isoformat(),
        "end_date": end.isoformat(),
        "grace_period_days": 30,
        "oecd_fos_2007_code": "2.10",
        "is_industry": True,
        "kind": "course",
        "user_affiliations": ["faculty@kth.se"],
        "image": None,
        "type": None,
    }

    answer = as_user(alice).post(AT, body, format="json")

    assert answer.status_code == 201
    shown = answer.json()
    assert shown["oecd_fos_2007_code"] == "2.10"
    assert shown["oecd_fos_2007_label"] == "Industrial biotechnology"
    assert shown["end_date_requested_by"] == url("users", alice)
    assert shown["effective_end_date"] == (end + timedelta(days=30)).isoformat()
    assert (shown["kind"], shown["is_industry"]) == ("course", True)
    assert shown["user_affiliations"] == ["faculty@kth.se"]


def test_a_project_may_come_as_a_form(
    as_user: Callable[[User], APIClient], alice: User, allocator: Customer
) -> None:
    body = {"name": "Form", "customer": url("customers", allocator)}

    assert as_user(alice).post(AT, body).status_code == 201
    assert as_user(alice).post(AT, "name=X", content_type="text/plain").status_code == 415


def test_what_is_wrong_is_told_in_waldurs_words(
    as_user: Callable[[User], APIClient], alice: User, allocator: Customer, elsewhere: Customer
) -> None:
    customer = url("customers", allocator)
    x = {"name": "X", "customer": customer}
    cases = [
        ({}, {"name": ["This field is required."], "customer": ["This field is required."]}),
        ({**x, "name": " "}, {"name": ["This field may not be blank."]}),
        (
            {**x, "name": "x" * 501},
            {"name": ["Ensure this field has no more than 500 characters."]},
        ),
        ({**x, "name": "a\0b"}, {"name": ["Null characters are not allowed."]}),
        (
            {**x, "customer": url("customers", elsewhere)},
            {"customer": ["Invalid hyperlink - Object does not exist."]},
        ),
        ({**x, "customer": "not-a-url"}, {"customer": ["Invalid hyperlink - No URL match."]}),
        (
            {**x, "customer": allocator.uuid.hex},
            {"customer": ["Invalid hyperlink - No URL match."]},
        ),
        ({**x, "customer": None}, {"customer": ["This field may not be null."]}),
        ({**x, "customer": 7}, {"customer": ["Invalid hyperlink - No URL match."]}),
        (
            {**x, "end_date": "2020-01-01"},
            {"end_date": {"end_date": "Cannot be earlier than the current date."}},
        ),
        (
            {**x, "end_date": "31.12.2030"},
            {"end_date": ["Date has wrong format. Use one of these formats instead: YYYY-MM-DD."]},
        ),
        (
            {**x, "oecd_fos_2007_code": "99"},
            {"oecd_fos_2007_code": ['"99" is not a valid choice.']},
        ),
        (
            {**x, "grace_period_days": -1},
            {"grace_period_days": ["Ensure this value is greater than or equal to 0."]},
        ),
        (
            {**x, "grace_period_days": 10**30},
            {"grace_period_days": ["Ensure this value is less than or equal to 366."]},
        ),
        ({**x, "image": "data:"}, {"image": ["Images are not stored."]}),
        (
            {**x, "user_affiliations": "x"},
            {"user_affiliations": ['Expected a list of items but got type "str".']},
        ),
        ([x], {"non_field_errors": ["Invalid data. Expected a dictionary, but got list."]}),
    ]
    for body, errors in cases:
        answer = as_user(alice).post(AT, body, format="json")
        assert (answer.status_code, answer.json()) == (400, errors), body
    assert not Project.objects.exists()


def test_broken_json_is_told(as_user: Callable[[User], APIClient], alice: User) -> None:
    answer = as_user(alice).post(AT, "{", content_type="application/json")

    assert answer.status_code == 400
    assert answer.json()["detail"].startswith("JSON parse error - ")


def test_a_project_that_ends_on_the_last_day_has_no_end_of_grace_beyond(
    as_user: Callable[[User], APIClient], alice: User, here: str
) -> None:
    body = {"end_date": "2999-12-31", "grace_period_days": 366}

    answer = as_user(alice).patch(here, body, format="json")

    assert answer.status_code == 200
    assert answer.json()["effective_end_date"] == "2999-12-31"


def test_a_manager_changes_the_description_but_not_the_end(
    as_user: Callable[[User], APIClient], pi: User, here: str, project: Project, now: datetime
) -> None:
    client = as_user(pi)

    answer = client.patch(here, {"description": "New"}, format="json")
    project.refresh_from_db()
    assert (answer.status_code, answer.json()) == (200, body_of(project, now))
    end = {"end_date": (now + timedelta(days=9)).date().isoformat()}
    answer = client.patch(here, end, format="json")
    assert answer.status_code == 403
    assert answer.json() == {"detail": "You do not have permission to perform this action."}


def test_put_needs_what_creation_needs_and_leaves_the_rest(
    as_user: Callable[[User], APIClient], alice: User, here: str, project: Project
) -> None:
    client = as_user(alice)
    whole = {"name": "Renamed", "customer": url("customers", project.customer)}
    Project.objects.update(description="kept")

    answer = client.put(here, {"description": "x"}, format="json")
    assert answer.status_code == 400
    assert answer.json() == {
        "name": ["This field is required."],
        "customer": ["This field is required."],
    }
    answer = client.put(here, whole, format="json")
    assert answer.status_code == 200
    assert (answer.json()["name"], answer.json()["description"]) == ("Renamed", "kept")


def test_a_project_is_not_moved(
    as_user: Callable[[User], APIClient], dave: User, here: str
) -> None:
    body = {"customer": url("customers", CustomerFactory())}

    answer = as_user(dave).patch(here, body, format="json")

    assert answer.status_code == 400
    assert answer.json() == {"customer": ["Project cannot be moved to another organization."]}


def test_a_removed_project_is_gone_for_everybody_and_the_second_time(
    as_user: Callable[[User], APIClient], alice: User, bob: User, here: str
) -> None:
    answer = as_user(alice).delete(here)

    assert (answer.status_code, answer.content) == (204, b"")
    for user in (alice, bob):
        for again in (as_user(user).get(here), as_user(user).delete(here)):
            assert again.status_code == 404
            assert again.json() == {"detail": "No Project matches the given query."}


def test_a_project_with_allocations_is_not_removed(
    as_user: Callable[[User], APIClient], alice: User, here: str
) -> None:
    Project.objects.update(resources_count=2)

    answer = as_user(alice).delete(here)

    assert answer.status_code == 400
    assert answer.json() == [
        "Project contains active resources. Please remove them before deleting project."
    ]
    assert as_user(alice).get(here).status_code == 200


def test_only_staff_and_support_read_the_notes_of_staff(
    as_user: Callable[[User], APIClient], alice: User, dave: User, sam: User, here: str
) -> None:
    as_user(dave).patch(here, {"staff_notes": "late"}, format="json")
    as_user(alice).patch(here, {"staff_notes": "mine"}, format="json")

    assert [as_user(user).get(here).json().get("staff_notes") for user in (dave, sam, alice)] == [
        "late",
        "late",
        None,
    ]


def test_a_change_may_insist_on_the_version_that_was_read(
    as_user: Callable[[User], APIClient], alice: User, here: str
) -> None:
    client = as_user(alice)
    version = client.get(here)["ETag"]

    first = client.patch(here, {"name": "A"}, format="json", HTTP_IF_MATCH=version)
    second = client.patch(here, {"name": "B"}, format="json", HTTP_IF_MATCH=version)

    assert (first.status_code, second.status_code) == (200, 412)
    assert Project.objects.get().name == "A"


def test_a_repeated_creation_with_a_key_creates_once(
    as_user: Callable[[User], APIClient], alice: User, allocator: Customer
) -> None:
    client, body = as_user(alice), {"name": "A", "customer": url("customers", allocator)}

    answers = [
        client.post(AT, body, format="json", HTTP_IDEMPOTENCY_KEY="proposal-7") for _ in range(2)
    ]

    assert [answer.status_code for answer in answers] == [201, 201]
    assert answers[0].json() == answers[1].json()
    assert Project.objects.count() == 1
