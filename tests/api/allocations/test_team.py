"""The team of a resource, read by both sides, and what sites report of it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from allocations.models import MembershipSyncStatus
from allocations.services.sync_statuses import ENABLED
from identity.models import Event
from identity.roles import RoleName
from tests.factories.identity import GrantFactory, UserFactory
from tests.factories.marketplace import ConsentFactory

CONSUMER = "/api/marketplace-resources/{}/team/"
PROVIDER = "/api/marketplace-provider-resources/{}/team/"
REPORT = "/api/marketplace-provider-resources/{}/set_membership_sync_statuses/"


def member(user, role, **more):
    return {
        "url": f"http://testserver/api/users/{user.uuid.hex}/",
        "uuid": user.uuid.hex,
        "username": user.username,
        "full_name": f"{user.first_name} {user.last_name}",
        "email": user.email,
        "role": role,
        "expiration_time": None,
        "offering_user_username": None,
        "offering_user_state": None,
    } | more


def test_the_team_is_the_project_s_members_with_their_accounts(
    as_user, carol, resource, pi, bob, account
):
    expected = [
        member(bob, "member", offering_user_username="bob1", offering_user_state="OK"),
        member(pi, "manager"),
    ]

    assert as_user(carol).get(PROVIDER.format(resource.uuid)).json() == expected
    assert as_user(pi).get(CONSUMER.format(resource.uuid.hex)).json() == expected


def test_who_is_kept_out_is_named_without_their_account(as_user, carol, resource, bob, account):
    type(account).objects.update(is_restricted=True)

    assert as_user(carol).get(PROVIDER.format(resource.uuid)).json() == [
        member(bob, "member", offering_user_state="OK")
    ]


def test_everyone_is_there_once_with_their_strongest_role(
    as_user, alice, resource, bob, project, now
):
    GrantFactory(
        user=bob,
        role=RoleName.PROJECT_ADMIN,
        scope=project,
        expiration_time=now + timedelta(days=5),
    )

    assert as_user(alice).get(CONSUMER.format(resource.uuid)).json() == [
        member(
            bob,
            "admin",
            expiration_time=(now + timedelta(days=5)).isoformat().replace("+00:00", "Z"),
        )
    ]


def test_who_was_shut_out_or_whose_role_ended_is_not_of_the_team(
    as_user, alice, resource, bob, project, now
):
    for more in (
        {"user": UserFactory(is_active=False)},
        {"is_active": False},
        {"expiration_time": now - timedelta(days=1)},
    ):
        GrantFactory(scope=project, **more)

    team = as_user(alice).get(CONSUMER.format(resource.uuid)).json()

    assert [row["username"] for row in team] == ["bob"]


def test_a_team_is_answered_whole(as_user, alice, resource, project):
    for _ in range(15):
        GrantFactory(scope=project)

    response = as_user(alice).get(CONSUMER.format(resource.uuid), {"page_size": 10})

    assert len(response.json()) == 15
    assert response["X-Result-Count"] == "15"


@pytest.mark.parametrize(
    ("value", "names"), [("true", ["bob"]), ("false", ["pi"]), ("", ["bob", "pi"])]
)
def test_the_team_may_be_asked_for_by_consent(as_user, carol, resource, pi, bob, value, names):
    ConsentFactory(user=bob, offering=resource.offering)
    ConsentFactory(user=pi, offering=resource.offering, revocation_date="2026-01-01T00:00:00Z")

    team = as_user(carol).get(PROVIDER.format(resource.uuid), {"has_consent": value}).json()

    assert [row["username"] for row in team] == names


@pytest.mark.parametrize(
    ("role", "consumes", "provides"),
    [
        ("alice", 200, 404),
        ("pi", 200, 404),
        ("bob", 200, 404),
        ("carol", 404, 200),
        ("dave", 200, 200),
        ("sam", 200, 200),
        ("mallory", 404, 404),
    ],
)
def test_each_side_reads_at_its_own_address(as_user, request, resource, role, consumes, provides):
    client = as_user(request.getfixturevalue(role))

    for url, status in ((CONSUMER, consumes), (PROVIDER, provides)):
        assert client.get(url.format(resource.uuid.hex)).status_code == status


# --- reports --------------------------------------------------------------------------------------


@pytest.fixture
def reporting(resource):
    type(resource.offering).objects.filter(pk=resource.offering_id).update(
        plugin_options={ENABLED: True}
    )
    return resource


def status_of(state, **more):
    return {"role_name": "PROJECT.MEMBER", "scope_type": "resource", "state": state} | more


def test_a_site_s_word_on_each_member_is_kept(as_user, carol, reporting, bob, pi, account):
    body = {
        "statuses": [
            status_of("synced", username="bob1"),
            status_of("error", user_uuid=str(pi.uuid), message="no such group"),
            status_of("pending", username="ghost"),
            status_of("pending"),
            status_of("synced", user_uuid=bob.uuid.hex)
            | {"scope_type": "resource_project", "resource_project_uuid": "0" * 32},
        ]
    }

    response = as_user(carol).post(REPORT.format(reporting.uuid), body, format="json")

    assert response.status_code == 200, response.json()
    assert response.json() == {
        "stored": 2,
        "skipped": ["ghost", "unnamed", "00000000-0000-0000-0000-000000000000"],
    }
    assert set(MembershipSyncStatus.objects.values_list("user", "state", "message")) == {
        (bob.pk, "synced", ""),
        (pi.pk, "error", "no such group"),
    }
    assert Event.objects.latest("pk").kind == "resource.membership_reported"


def test_the_second_word_replaces_the_first(as_user, carol, reporting, bob):
    client = as_user(carol)
    for state in ("pending", "synced"):
        body = {"statuses": [status_of(state, username="bob")]}
        assert client.post(REPORT.format(reporting.uuid), body, format="json").status_code == 200

    assert MembershipSyncStatus.objects.get().state == "synced"


def test_an_offering_that_does_not_take_reports_is_409(as_user, carol, resource, bob):
    response = as_user(carol).post(REPORT.format(resource.uuid), {"statuses": []}, format="json")

    assert (response.status_code, response.json()) == (
        409,
        {"detail": "Membership synchronization status is not enabled for this offering."},
    )


def test_a_bad_entry_is_named_in_its_place(as_user, carol, reporting, bob):
    body = {"statuses": [status_of("synced", username="bob"), status_of("odd")]}

    response = as_user(carol).post(REPORT.format(reporting.uuid), body, format="json")

    assert (response.status_code, response.json()) == (
        400,
        {"statuses": [{}, {"state": ['"odd" is not a valid choice.']}]},
    )
    assert not MembershipSyncStatus.objects.exists()


@pytest.mark.parametrize(
    ("role", "status"),
    [("carol", 200), ("dave", 200), ("sam", 403), ("alice", 404), ("bob", 404), ("mallory", 404)],
)
def test_only_those_who_deliver_report(as_user, request, reporting, role, status):
    client = as_user(request.getfixturevalue(role))

    response = client.post(REPORT.format(reporting.uuid), {"statuses": []}, format="json")

    assert response.status_code == status
