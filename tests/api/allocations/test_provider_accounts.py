"""What providers set for people's accounts."""

from __future__ import annotations

import pytest

from allocations.attributes import ATTRIBUTES
from allocations.models import OfferingUser
from tests.factories.allocations import UserAttributeConfigFactory

NAME = "/api/marketplace-service-providers/{}/set_offerings_username/"
CONFIG = "/api/marketplace-provider-offerings/{}/user-attribute-config/"


def moment(value):
    return value.isoformat().replace("+00:00", "Z")


def test_a_provider_names_a_person_at_all_his_offerings(
    as_user, carol, service_provider, resource, bob
):
    body = {"user_uuid": str(bob.uuid), "username": "bob1"}

    for _ in range(2):
        response = as_user(carol).post(NAME.format(service_provider.uuid), body, format="json")
        assert (response.status_code, response.content) == (201, b"")

    account = OfferingUser.objects.get()
    assert (account.user, account.offering, account.username, account.state) == (
        bob,
        resource.offering,
        "bob1",
        "OK",
    )


def test_who_uses_nothing_of_the_provider_is_not_named(
    as_user, carol, service_provider, resource, mallory
):
    response = as_user(carol).post(
        NAME.format(service_provider.uuid),
        {"user_uuid": mallory.uuid.hex, "username": "m"},
        format="json",
    )

    assert (response.status_code, response.json()) == (
        400,
        {"user_uuid": ["The user has no resources of this service provider's offerings."]},
    )


def test_both_are_needed(as_user, carol, service_provider):
    response = as_user(carol).post(NAME.format(service_provider.uuid), {}, format="json")

    assert (response.status_code, response.json()) == (
        400,
        {"user_uuid": ["This field is required."], "username": ["This field is required."]},
    )


@pytest.mark.parametrize(
    ("role", "status"),
    [("carol", 201), ("dave", 201), ("sam", 403), ("alice", 403), ("bob", 403), ("mallory", 403)],
)
def test_only_the_provider_names_people(
    as_user, request, service_provider, resource, bob, role, status
):
    client = as_user(request.getfixturevalue(role))
    body = {"user_uuid": bob.uuid.hex, "username": "bob1"}

    response = client.post(NAME.format(service_provider.uuid), body, format="json")

    assert response.status_code == status


def test_by_default_a_site_sees_who_people_are(as_user, carol, offering):
    response = as_user(carol).get(CONFIG.format(offering.uuid))

    default = {"email", "full_name", "username"}
    assert response.json() == {
        "uuid": offering.uuid.hex,
        "created": moment(offering.created),
        "modified": moment(offering.modified),
        "offering_uuid": offering.uuid.hex,
        "offering_name": "LUMI-C",
        "is_default": True,
        "exposed_fields": sorted(default),
        **{f"expose_{name}": name in default for name in ATTRIBUTES},
    }


def test_what_the_provider_chose_is_shown(as_user, carol, offering):
    config = UserAttributeConfigFactory(offering=offering, exposed_fields=["username", "email"])

    shown = as_user(carol).get(CONFIG.format(offering.uuid)).json()

    assert shown["uuid"] == config.uuid.hex
    assert shown["exposed_fields"] == ["email", "username"]
    assert (shown["is_default"], shown["expose_email"], shown["expose_full_name"]) == (
        False,
        True,
        False,
    )


@pytest.mark.parametrize(
    ("role", "status"),
    [("carol", 200), ("dave", 200), ("sam", 200), ("alice", 404), ("bob", 404), ("mallory", 404)],
)
def test_only_the_provider_reads_it(as_user, request, offering, role, status):
    client = as_user(request.getfixturevalue(role))

    assert client.get(CONFIG.format(offering.uuid)).status_code == status
