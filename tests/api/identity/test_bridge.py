"""`/api/identity-bridge/` as the federation plugin uses it, with the client's own models."""

from __future__ import annotations

import pytest
from waldur_api_client.models import (
    IdentityBridgeAllowedFields,
    IdentityBridgeRemoveRequest,
    IdentityBridgeRemoveResult,
    IdentityBridgeRequestRequest,
    IdentityBridgeResult,
    IdentityBridgeStats,
    IdentityBridgeUserStatus,
)

from identity import audiences
from identity.api.users.serializers import ColleagueOutput, UserOutput
from identity.models import User
from tests.factories.identity import UserFactory

pytestmark = pytest.mark.django_db

URL = "/api/identity-bridge/"


@pytest.fixture
def agent(db):
    return UserFactory(username="agent", is_identity_manager=True, managed_isds=["isd:efp"])


def test_a_source_tells_of_somebody_with_all_that_may_be_told(as_user, agent, dave):
    client = as_user(agent)
    allowed = IdentityBridgeAllowedFields.from_dict(client.get(f"{URL}allowed-fields/").json())
    attributes = {
        "address": "Drottning Kristinas väg 1",
        "affiliations": ["staff@kth.se"],
        "birth_date": "1990-01-02",
        "civil_number": "19900102-0000",
        "country_of_residence": "SE",
        "eduperson_assurance": ["https://refeds.org/assurance/IAP/high"],
        "email": "asa@kth.se",
        "first_name": "Åsa",
        "gender": "female",
        "identity_source": "eduTEAMS",
        "last_name": "Núñez",
        "middle_name": "Inés",
        "nationalities": ["SE", "ES"],
        "nationality": "SE",
        "organization": "KTH",
        "organization_address": "Stockholm",
        "organization_country": "SE",
        "organization_registry_code": "202100-3054",
        "organization_type": "university",
        "organization_vat_code": "SE202100305401",
        "personal_title": "Dr",
        "phone_number": "+46 8 790 60 00",
        "place_of_birth": "Madrid",
        "primary_gid": 100,
        "uid_number": 1000,
    }
    assert set(allowed.allowed_fields) == set(attributes)
    body = IdentityBridgeRequestRequest.from_dict(
        {"username": "asa@acc.org", "source": "isd:efp", **attributes}
    )

    response = client.post(URL, body.to_dict(), format="json")

    user = User.objects.get(username="asa@acc.org")
    assert (response.status_code, response.json()) == (
        200,
        {"uuid": user.uuid.hex, "created": True, "updated_fields": sorted(attributes)},
    )
    assert IdentityBridgeResult.from_dict(response.json()).uuid == user.uuid
    assert (str(user.birth_date), user.gender, user.nationalities) == (
        "1990-01-02",
        "female",
        ["SE", "ES"],
    )
    again = client.post(URL, {"username": "asa@acc.org", "source": "isd:efp"}, format="json")
    assert again.json() == {"uuid": user.uuid.hex, "created": False, "updated_fields": []}
    status = IdentityBridgeUserStatus.from_dict(
        as_user(dave).get(f"/api/users/{user.uuid}/identity_bridge_status/").json()
    )
    assert status.is_federated
    assert status.attribute_sources["email"].source == "isd:efp"


def test_a_source_lets_somebody_go(as_user, agent):
    client = as_user(agent)
    uuid = client.post(URL, {"username": "asa", "source": "isd:efp"}, format="json").json()["uuid"]
    body = IdentityBridgeRemoveRequest(username="asa", source="isd:efp").to_dict()

    for is_out in (True, False):
        response = client.post(f"{URL}remove/", body, format="json")
        assert (response.status_code, response.json()) == (
            200,
            {"uuid": uuid, "deactivated": is_out},
        )
        assert IdentityBridgeRemoveResult.from_dict(response.json()).deactivated is is_out
    unknown = client.post(f"{URL}remove/", {**body, "username": "nobody"}, format="json")
    assert (unknown.status_code, unknown.json()) == (
        404,
        {"detail": "User with this username was not found."},
    )


@pytest.mark.parametrize(
    ("body", "answer"),
    [
        (
            {},
            {"username": ["This field is required."], "source": ["This field is required."]},
        ),
        ({"username": "asa", "source": "efp"}, {"source": ["A source is named like isd:efp."]}),
        (
            {"username": "asa", "source": "isd:efp", "uid_number": -1},
            {"uid_number": ["Ensure this value is greater than or equal to 0."]},
        ),
        (
            {"username": "asa", "source": "isd:efp", "email": "x", "birth_date": "yesterday"},
            {
                "email": ["Enter a valid email address."],
                "birth_date": [
                    "Date has wrong format. Use one of these formats instead: YYYY-MM-DD."
                ],
            },
        ),
    ],
)
def test_what_cannot_be_read_is_told_by_field(as_user, agent, body, answer):
    response = as_user(agent).post(URL, body, format="json")

    assert (response.status_code, response.json()) == (400, answer)
    assert not User.objects.filter(username="asa").exists()


def test_nobody_speaks_for_another_source_or_of_the_staff(as_user, agent, dave):
    client = as_user(agent)
    for body in (
        {"username": "asa", "source": "isd:other"},
        {"username": "dave", "source": "isd:efp", "email": "evil@x.eu"},
    ):
        for path in (URL, f"{URL}remove/"):
            response = client.post(path, body, format="json")
            assert (response.status_code, response.json()) == (
                403,
                {"detail": "You do not have permission to perform this action."},
            )
    dave.refresh_from_db()
    assert dave.email != "evil@x.eu"


def test_the_sources_are_counted_for_those_who_manage_them(as_user, agent):
    client = as_user(agent)
    client.post(URL, {"username": "asa", "source": "isd:efp"}, format="json")

    stats = client.get(f"{URL}stats/").json()

    assert stats["users_per_isd"] == [
        {"isd": "isd:efp", "user_count": 1, "stale_user_count": 0, "oldest_sync": None}
    ]
    assert IdentityBridgeStats.from_dict(stats).identity_managers[0].uuid == agent.uuid


def test_who_speaks_for_a_source_sees_whom_it_knows_as_a_colleague_does(as_user, agent, carol):
    known = UserFactory(username="known", active_isds=["isd:efp", "isd:other"])
    UserFactory(username="strange", active_isds=["isd:other"])
    UserFactory(username="gone", active_isds=["isd:efp"], is_active=False)
    UserFactory(username="unknown")
    client = as_user(agent)

    assert [row["username"] for row in client.get("/api/users/").json()] == ["agent", "known"]
    (row,) = client.get("/api/users/", {"username": "known"}).json()
    assert row["uuid"] == known.uuid.hex
    private = set(UserOutput.Meta.fields) - set(ColleagueOutput.Meta.fields)
    assert set(row) & (private | audiences.PRIVATE) == set()
    assert as_user(carol).get("/api/users/", {"username": "known"}).json() == []
    type(agent).objects.filter(pk=agent.pk).update(is_identity_manager=False)
    assert client.get("/api/users/", {"username": "known"}).json() == []
    type(agent).objects.filter(pk=agent.pk).update(is_identity_manager=True, managed_isds=[])
    assert client.get("/api/users/", {"username": "known"}).json() == []
