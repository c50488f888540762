"""What providers set for people's accounts."""

from __future__ import annotations

import pytest

from allocations.attributes import ATTRIBUTES
from allocations.models import OfferingUser, UserAttributeConfig
from identity.models import Event
from tests.api.times import iso
from tests.factories.allocations import UserAttributeConfigFactory

NAME = "/api/marketplace-service-providers/{}/set_offerings_username/"
CONFIG = "/api/marketplace-provider-offerings/{}/user-attribute-config/"


def test_a_provider_names_a_person_at_all_its_offerings(
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
        "created": iso(offering.created),
        "modified": iso(offering.modified),
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


UPDATE = "/api/marketplace-provider-offerings/{}/update-user-attribute-config/"
DELETE = "/api/marketplace-provider-offerings/{}/delete-user-attribute-config/"


def exposed(offering):
    return UserAttributeConfig.objects.get(offering=offering).exposed_fields


def test_a_provider_chooses_what_its_site_sees_beginning_with_the_default(as_user, carol, offering):
    client = as_user(carol)
    body = {"expose_job_title": True, "expose_email": False, "offering": offering.uuid.hex}

    for method in (client.post, client.put, client.patch):
        response = method(UPDATE.format(offering.uuid), body, format="json")
        assert response.status_code == 200, response.json()
        shown = response.json()
        assert shown == client.get(CONFIG.format(offering.uuid)).json()
        assert shown["exposed_fields"] == ["full_name", "job_title", "username"]
        assert shown["is_default"] is False
    assert exposed(offering) == ["full_name", "job_title", "username"]
    config = UserAttributeConfig.objects.get()
    event = Event.objects.get(subject_uuid=config.uuid)
    assert (event.kind, event.actor, event.provider) == (
        "attribute_config.chosen",
        carol,
        offering.customer,
    )
    assert event.payload == {
        "offering_uuid": offering.uuid.hex,
        "exposed_fields": ["full_name", "job_title", "username"],
    }


def test_what_is_shown_is_true_or_false(as_user, carol, offering):
    response = as_user(carol).post(UPDATE.format(offering.uuid), {"expose_gender": "?"})

    assert (response.status_code, response.json()) == (
        400,
        {"expose_gender": ["Must be a valid boolean."]},
    )
    assert not UserAttributeConfig.objects.exists()


def test_the_platform_bounds_what_providers_may_choose(as_user, carol, offering, settings):
    body = {"expose_civil_number": True, "expose_birth_date": True, "expose_gender": False}

    response = as_user(carol).post(UPDATE.format(offering.uuid), body, format="json")

    refusal = ["This platform does not let providers see it."]
    assert (response.status_code, response.json()) == (
        400,
        {"expose_birth_date": refusal, "expose_civil_number": refusal},
    )
    assert not UserAttributeConfig.objects.exists()
    settings.EXPOSABLE_ATTRIBUTES = frozenset({"username", "birth_date"})
    del body["expose_civil_number"]
    response = as_user(carol).post(UPDATE.format(offering.uuid), body, format="json")
    assert response.json()["exposed_fields"] == ["birth_date", "username"]


def test_a_choice_is_taken_back_once(as_user, carol, offering):
    UserAttributeConfigFactory(offering=offering)
    url = DELETE.format(offering.uuid)

    assert as_user(carol).delete(url).status_code == 204
    assert as_user(carol).get(CONFIG.format(offering.uuid)).json()["is_default"] is True
    response = as_user(carol).delete(url)
    assert (response.status_code, response.json()) == (
        404,
        {"detail": "No UserAttributeConfig matches the given query."},
    )


@pytest.mark.parametrize(
    ("role", "allowed", "refused"),
    [
        ("carol", True, None),
        ("dave", True, None),
        ("sam", False, 403),
        ("alice", False, 404),
        ("bob", False, 404),
        ("mallory", False, 404),
    ],
)
def test_only_the_provider_chooses(as_user, request, offering, role, allowed, refused):
    client = as_user(request.getfixturevalue(role))

    for method in (client.post, client.put, client.patch):
        response = method(UPDATE.format(offering.uuid), {"expose_job_title": True}, format="json")
        assert response.status_code == (200 if allowed else refused)
    assert client.delete(DELETE.format(offering.uuid)).status_code == (204 if allowed else refused)
    assert not UserAttributeConfig.objects.exists()


def test_the_choice_may_be_changed_by_whoever_knows_the_last_one(as_user, carol, offering):
    client, at = as_user(carol), UPDATE.format(offering.uuid)
    tag = client.get(CONFIG.format(offering.uuid))["ETag"]

    first = client.patch(at, {"expose_phone_number": True}, format="json", HTTP_IF_MATCH=tag)
    late = client.patch(at, {"expose_phone_number": False}, format="json", HTTP_IF_MATCH=tag)
    forgets = client.delete(DELETE.format(offering.uuid), HTTP_IF_MATCH=tag)

    assert [one.status_code for one in (first, late, forgets)] == [200, 412, 412]
    assert "phone_number" in exposed(offering)
