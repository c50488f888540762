"""Who was shown what of whom: noted with the answer, entered by a task, read by the person."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from identity import tasks
from identity.models import DataAccessLog, DataReading, TaskFailure
from identity.services import data_accesses, housekeeping
from tests.factories.allocations import OfferingUserFactory
from tests.factories.marketplace import ConsentFactory, HpcOfferingFactory
from tests.factories.privacy import DataAccessLogFactory, DataReadingFactory

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from rest_framework.test import APIClient

    from identity.models import Customer, Project, User
    from marketplace.models import Offering

pytestmark = pytest.mark.django_db


@pytest.fixture
def offering(provider: Customer, bob: User) -> Offering:
    found: Offering = HpcOfferingFactory(customer=provider)
    OfferingUserFactory(offering=found, user=bob)
    return found


def entries(user: User) -> list[tuple[str, str, str, int]]:
    tasks.enter_readings()
    rows = DataAccessLog.objects.filter(user=user).order_by("pk").select_related("accessor")
    return [(r.accessor.username, r.accessor_type, r.place, r.times) for r in rows]


def test_whoever_reads_of_others_is_on_record_with_their_capacity(
    as_user: Callable[[User], APIClient],
    offering: Offering,
    project: Project,
    bob: User,
    pi: User,
    carol: User,
    sam: User,
    dave: User,
) -> None:
    accounts = f"/api/marketplace-offering-users/?offering_uuid={offering.uuid.hex}"
    person = f"/api/users/{bob.uuid.hex}/"
    for who, address in (
        *((dave, person), (dave, person), (sam, "/api/users/?page_size=50")),
        *((carol, accounts), (pi, person), (bob, person), (bob, accounts)),
        (pi, f"/api/projects/{project.uuid.hex}/list_users/"),
    ):
        assert as_user(who).get(address).status_code == 200

    assert entries(bob) == [
        ("dave", "staff", "User.retrieve", 2),
        ("sam", "support", "User.list", 1),
        ("carol", "service_provider", "OfferingUser.list", 1),
        (pi.username, "organization_member", "User.retrieve", 1),
    ]
    assert not DataReading.objects.exists()
    seen = DataAccessLog.objects.get(user=bob, accessor=carol).columns
    assert {"username", "email", "first_name"} <= set(seen)
    assert "civil_number" not in seen

    assert as_user(dave).head(person).status_code == 200
    etag = as_user(dave).get(person)["ETag"]
    as_user(dave).get(person, HTTP_IF_NONE_MATCH=etag)  # is told nothing
    assert entries(bob)[0] == ("dave", "staff", "User.retrieve", 3)


def test_the_person_reads_the_capacity_and_staff_who_it_was(
    as_user: Callable[[User], APIClient], bob: User, dave: User, sam: User, now: datetime
) -> None:
    row = DataAccessLogFactory(user=bob, accessor=dave, first=now, latest=now, times=4)
    DataAccessLogFactory(user=dave, accessor=sam, accessor_type="support")
    at = f"/api/users/{bob.uuid.hex}/data_access_history/"
    moment = now.isoformat().replace("+00:00", "Z")
    own: dict[str, Any] = {
        "accessed_fields": ["email"],
        "accessor_category": "Staff of the platform",
        "accessor_type": "staff",
        "context": {"place": "User.retrieve", "times": 4, "latest": now.isoformat()},
        "timestamp": moment,
        "uuid": row.uuid.hex,
    }
    who = {"full_name": dave.full_name, "username": "dave", "uuid": dave.uuid.hex}
    in_full = {**own, "accessor": who, "ip_address": "192.0.2.1"}

    assert as_user(bob).get(at).json() == [own]
    assert as_user(sam).get(at).json() == [in_full]
    for query, count in (
        ("accessor_type=support", 0),
        (f"start_date={now:%Y-%m-%d}&end_date={now:%Y-%m-%d}", 1),
        ("end_date=2020-01-01", 0),
    ):
        assert len(as_user(bob).get(f"{at}?{query}").json()) == count

    everything = as_user(dave).get("/api/data-access-logs/?o=user_username").json()
    whom = {"full_name": bob.full_name, "username": "bob", "uuid": bob.uuid.hex}
    in_full.pop("accessor_category")
    assert everything[0] == {**in_full, "user": whom}
    named = as_user(dave).get(f"/api/data-access-logs/?query=sam&accessor_uuid={sam.uuid.hex}")
    assert [one["accessor_type"] for one in named.json()] == ["support"]
    assert as_user(dave).delete(f"/api/data-access-logs/{row.uuid.hex}/").status_code == 204
    assert as_user(bob).get(at).json() == []


def test_a_list_costs_one_write_whatever_it_shows_and_goes_out_if_that_fails(
    as_user: Callable[[User], APIClient], dave: User, bob: User, monkeypatch: Any
) -> None:
    client = as_user(dave)
    client.get("/api/users/")
    with CaptureQueriesContext(connection) as captured:
        client.get("/api/users/")
    written = [q["sql"] for q in captured if "INSERT" in q["sql"] or "UPDATE " in q["sql"]]
    assert len([sql for sql in written if "identity_datareading" in sql]) == 1
    assert DataReading.objects.get().times == 2

    monkeypatch.setattr(data_accesses, "NOTE", "SELECT 1 / 0")
    assert client.get("/api/users/").status_code == 200


def test_what_cannot_be_entered_stops_nothing_and_what_is_old_goes(
    bob: User, now: datetime, settings: Any, monkeypatch: Any
) -> None:
    DataReadingFactory(people=[bob.pk, 10**12])
    broken = DataReadingFactory(people=[bob.pk], place="broken")
    enter = data_accesses.enter

    def entered(row: DataReading) -> None:
        if row.place == "broken":
            raise RuntimeError("broken")
        enter(row)

    monkeypatch.setattr(data_accesses, "enter", entered)
    assert len(entries(bob)) == 1
    assert list(DataReading.objects.all()) == [broken]
    assert TaskFailure.objects.filter(task="identity.tasks.enter_readings").count() == 1

    settings.DATA_ACCESS_DAYS = 30
    assert housekeeping.prune(now=now + timedelta(days=29))["data_accesses"] == 0
    assert housekeeping.prune(now=now + timedelta(days=31))["data_accesses"] == 1


def test_one_sees_who_may_see_what_of_oneself_and_why(
    as_user: Callable[[User], APIClient],
    offering: Offering,
    bob: User,
    pi: User,
    carol: User,
    dave: User,
    now: datetime,
) -> None:
    ConsentFactory(user=bob, offering=offering, version="2", agreement_date=now)
    at = f"/api/users/{bob.uuid.hex}/data_access/"
    told = as_user(bob).get(at).json()

    (site,) = told["service_provider_access"]
    account = bob.offering_users.get()
    assert site == {
        "consent_date": now.isoformat(),
        "consent_version": "2",
        "exposed_fields": ["email", "full_name", "username"],
        "grounds": [
            {"ground": "account", "since": account.created.isoformat()},
            {"ground": "consent", "since": now.isoformat()},
        ],
        "offering_name": offering.name,
        "offering_uuid": offering.uuid.hex,
        "provider_name": offering.customer.name,
        "provider_team": [
            {
                "full_name": carol.full_name,
                "role": "CUSTOMER.OWNER",
                "user_uuid": carol.uuid.hex,
                "username": "carol",
            }
        ],
        "provider_uuid": offering.customer.uuid.hex,
    }
    (scope,) = told["organizational_access"]
    assert (scope["scope_type"], [one["username"] for one in scope["users"]]) == (
        "project",
        [pi.username],
    )
    assert told["administrative_access"].keys() == {"description", "staff_count", "support_count"}
    assert told["summary"]["total_administrative_access"] is None

    told = as_user(dave).get(at).json()
    assert [one["access_type"] for one in told["administrative_access"]["users"]] == ["staff"]
    assert told["summary"]["total_administrative_access"] == 1
