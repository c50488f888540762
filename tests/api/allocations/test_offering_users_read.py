"""Accounts are seen by their people and by the offering's provider, who sees what it may."""

from __future__ import annotations

from datetime import timedelta

import pytest

from allocations.attributes import ATTRIBUTES
from allocations.models import OfferingUser
from identity.roles import RoleName
from tests.api.times import iso
from tests.cases import each
from tests.factories.allocations import OfferingUserFactory, UserAttributeConfigFactory
from tests.factories.identity import GrantFactory, UserFactory
from tests.factories.marketplace import ConsentFactory, ResourceFactory, TermsOfServiceFactory

URL = "/api/marketplace-offering-users/"


def common(account):
    return {
        "url": f"http://testserver{URL}{account.uuid.hex}/",
        "uuid": account.uuid.hex,
        "user": f"http://testserver/api/users/{account.user.uuid.hex}/",
        "user_uuid": account.user.uuid.hex,
        "offering": "http://testserver/api/marketplace-provider-offerings/"
        f"{account.offering.uuid.hex}/",
        "offering_uuid": account.offering.uuid.hex,
        "offering_name": "LUMI-C",
        "customer_uuid": account.offering.customer.uuid.hex,
        "customer_name": "CSC",
        "username": "bob1",
        "state": "OK",
        "runtime_state": "Active",
        "created": iso(account.created),
        "modified": iso(account.modified),
        "is_restricted": False,
        "service_provider_comment": "",
        "service_provider_comment_url": "",
        "has_consent": False,
        "requires_reconsent": False,
        "offering_has_active_tos": False,
        "consent_data": None,
        "is_profile_complete": True,
        "missing_profile_attributes": [],
        "uidnumber": None,
        "primarygroup": None,
        "login_shell": None,
        "home_directory": None,
    }


DEFAULT = {
    "user_username": "bob",
    "user_full_name": "Bob Tester",
    "user_first_name": "Bob",
    "user_last_name": "Tester",
    "user_email": "bob@example.org",
}
NOT_SHOWN = {  # keys that may be null are null, the others left out
    "user_birth_date": None,
    "user_civil_number": None,
    "user_gender": None,
    "user_primary_gid": None,
    "user_uid_number": None,
}


def test_the_provider_sees_who_it_is_and_no_more(as_user, carol, account):
    account.user.__class__.objects.update(phone_number="112", gender="male", uid_number=7)
    body = common(account) | DEFAULT | NOT_SHOWN

    assert as_user(carol).get(f"{URL}{account.uuid}/").json() == body
    assert as_user(carol).get(URL).json() == [body]


def test_of_who_left_or_did_not_agree_the_provider_sees_the_user_name(
    as_user, carol, account, project, now
):
    client, url = as_user(carol), f"{URL}{account.uuid}/"
    OfferingUser.objects.update(is_granted=False)

    def shown(**query):
        keys = {key for key in client.get(url).json() if key.startswith("user_")}
        found = len(client.get(URL, {"query": "Tester"}).json())
        return keys & set(DEFAULT), found

    name_alone = ({"user_username"}, 0)
    assert shown() == name_alone
    resource = ResourceFactory(project=project, offering=account.offering, state="OK")
    assert shown() == (set(DEFAULT), 1)
    terms = TermsOfServiceFactory(offering=account.offering, version="1")
    assert shown() == name_alone
    consent = ConsentFactory(offering=account.offering, user=account.user, version="1")
    assert shown() == (set(DEFAULT), 1)
    terms.__class__.objects.update(version="2", requires_reconsent=True)
    assert shown() == name_alone
    consent.__class__.objects.update(version="2")
    assert shown() == (set(DEFAULT), 1)
    resource.__class__.objects.update(state="Terminated")
    assert shown() == name_alone


def test_everyone_sees_all_of_themselves(as_user, bob, account):
    bob.__class__.objects.filter(pk=bob.pk).update(
        phone_number="112", gender="male", uid_number=7, affiliations=["member@uni.example"]
    )

    shown = as_user(bob).get(f"{URL}{account.uuid.hex}/").json()

    assert shown == common(account) | DEFAULT | {
        "user_active_isds": [],
        "user_address": "",
        "user_affiliations": ["member@uni.example"],
        "user_birth_date": None,
        "user_civil_number": None,
        "user_country_of_residence": "",
        "user_eduperson_assurance": [],
        "user_gender": "male",
        "user_identity_source": "",
        "user_job_title": "",
        "user_nationalities": [],
        "user_nationality": "",
        "user_organization": "",
        "user_organization_address": "",
        "user_organization_country": "",
        "user_organization_registry_code": "",
        "user_organization_type": "",
        "user_organization_vat_code": "",
        "user_personal_title": "",
        "user_phone_number": "112",
        "user_place_of_birth": "",
        "user_primary_gid": None,
        "user_uid_number": 7,
    }


def test_staff_see_all_of_everybody(as_user, dave, sam, account):
    for person in (dave, sam):
        assert "user_phone_number" in as_user(person).get(f"{URL}{account.uuid.hex}/").json()


def test_the_provider_sees_what_it_chose_to_be_shown(as_user, carol, account):
    UserAttributeConfigFactory(
        offering=account.offering, exposed_fields=["username", "phone_number"]
    )

    shown = as_user(carol).get(f"{URL}{account.uuid.hex}/").json()

    assert {"user_username", "user_phone_number"} <= set(shown)
    assert not {"user_email", "user_full_name", "user_first_name", "user_organization"} & set(shown)


@pytest.mark.parametrize(
    ("role", "sees"),
    [
        ("bob", True),
        ("carol", True),
        ("dave", True),
        ("sam", True),
        ("alice", False),
        ("pi", False),
        ("mallory", False),
    ],
)
def test_accounts_are_seen_by_their_people_and_providers(as_user, request, account, role, sees):
    client = as_user(request.getfixturevalue(role))

    assert [row["uuid"] for row in client.get(URL).json()] == [account.uuid.hex] * sees
    response = client.get(f"{URL}{account.uuid.hex}/")
    assert response.status_code == (200 if sees else 404)
    if not sees:
        assert response.json() == {"detail": "No OfferingUser matches the given query."}


def test_an_offering_manager_sees_the_accounts_of_their_offering(as_user, account, provider):
    OfferingUserFactory(offering__customer=provider)
    manager = UserFactory()
    GrantFactory(user=manager, role=RoleName.OFFERING_MANAGER, scope=account.offering)

    assert [row["uuid"] for row in as_user(manager).get(URL).json()] == [account.uuid.hex]


def test_the_anonymous_see_nothing(anonymous, account):
    assert anonymous.get(URL).status_code == 401


def test_consent_is_shown_with_its_version(as_user, bob, account, now):
    terms = TermsOfServiceFactory(offering=account.offering, version="2.0", requires_reconsent=True)
    consent = ConsentFactory(user=bob, offering=account.offering, version="1.0", agreement_date=now)
    client = as_user(bob)
    keys = [
        "has_consent",
        "requires_reconsent",
        "offering_has_active_tos",
        "consent_data",
    ]

    assert client.get(f"{URL}{account.uuid.hex}/", {"field": keys}).json() == {
        "has_consent": True,
        "requires_reconsent": True,
        "offering_has_active_tos": True,
        "consent_data": {
            "uuid": consent.uuid.hex,
            "version": "1.0",
            "agreement_date": iso(now),
        },
    }
    type(terms).objects.update(version="1.0")
    assert not client.get(f"{URL}{account.uuid.hex}/").json()["requires_reconsent"]


@pytest.mark.parametrize(
    ("state", "runtime_state"),
    [
        ("OK", "Active"),
        ("Pending account linking", "Pending account linking"),
        ("Pending additional validation", "Pending additional validation"),
        ("Requested", None),
        ("Deleting", None),
    ],
)
def test_the_person_is_told_how_it_stands(as_user, bob, account, state, runtime_state):
    type(account).objects.update(state=state)

    shown = as_user(bob).get(f"{URL}{account.uuid.hex}/").json()

    assert (shown["state"], shown.get("runtime_state")) == (state, runtime_state)


def test_what_the_site_s_directory_says_is_shown(as_user, bob, account):
    type(account).objects.update(
        backend_metadata={
            "uidnumber": 5001,
            "primarygroup": 5001,
            "loginShell": "/bin/bash",
            "homeDir": "/users/bob1",
        }
    )
    keys = ["uidnumber", "primarygroup", "login_shell", "home_directory"]

    assert as_user(bob).get(f"{URL}{account.uuid.hex}/", {"field": keys}).json() == {
        "uidnumber": 5001,
        "primarygroup": 5001,
        "login_shell": "/bin/bash",
        "home_directory": "/users/bob1",
    }


@each(
    ("query", "is_found"),
    [
        ("offering_uuid={offering}", True),
        ("offering_uuid={dashed}&offering_uuid=" + "0" * 32, True),
        ("offering_uuid={user}", False),
        ("offering=http://testserver/api/marketplace-provider-offerings/{offering}/", True),
        ("offering_slug={slug}", True),
        ("offering_slug=nope", False),
        ("user_uuid={user}", True),
        ("user_uuid={offering}", False),
        ("user_username=BOB", True),
        ("user_username=bo", False),
        ("username=bob1", True),
        ("username=bob", False),
        ("provider_uuid={provider}", True),
        ("provider_uuid={user}", False),
        ("state=OK&state=Requested", True),
        ("state=Requested,Error creating", False),
        ("runtime_state=Active", True),
        ("runtime_state=Pending account linking", False),
        ("is_restricted=false", True),
        ("is_restricted=true", False),
        ("has_consent=false", True),
        ("has_consent=true", False),
        ("has_complete_profile=true", True),
        ("has_complete_profile=false", False),
        ("offering_has_active_tos=false", True),
        ("offering_has_active_tos=true", False),
        ("is_provider_backed=false", True),
        ("is_provider_backed=true", False),
        ("service_provider_account_uuid={user}", False),
        ("parent_offering_uuid={offering}", False),
        ("query=bob", True),
        ("query=LUMI", True),
        ("query={uuid}", True),
        ("query=ada", False),
        ("created=2020-01-01T00:00:00Z", True),
        ("created_before=2020-01-01", False),
        ("modified=2020-01-01", True),
        ("modified_before=2020-01-01T00:00:00Z", False),
        ("unknown=1", True),
    ],
)
def test_accounts_are_filtered(as_user, carol, account, service_provider, query, is_found):
    path = query.format(
        offering=account.offering.uuid.hex,
        dashed=account.offering.uuid,
        slug=account.offering.slug,
        user=account.user.uuid.hex,
        provider=service_provider.uuid.hex,
        uuid=account.uuid.hex,
    )
    response = as_user(carol).get(f"{URL}?{path}")

    assert response.status_code == 200, response.json()
    assert bool(response.json()) is is_found


def test_accounts_are_ordered(as_user, carol, account, pi, now):
    OfferingUserFactory(
        offering=account.offering, user=pi, username="ada", created=now + timedelta(days=1)
    )
    client = as_user(carol)

    def names(**query):
        return [row["username"] for row in client.get(URL, {"field": "username", **query}).json()]

    assert names() == ["bob1", "ada"]
    assert names(o="username") == ["ada", "bob1"]
    assert names(o="-user_first_name") == ["ada", "bob1"]
    assert client.get(URL, {"o": "state"}).status_code == 400


def test_every_attribute_that_can_be_chosen_is_a_key_of_an_account(as_user, dave, account):
    shown = as_user(dave).get(f"{URL}{account.uuid.hex}/").json()

    assert {f"user_{name}" for name in ATTRIBUTES} - set(shown) == {"user_registration_method"}


def test_who_speaks_for_a_source_sees_the_accounts_of_whom_it_knows(as_user, bob, account):
    OfferingUserFactory(offering=account.offering)
    agent = UserFactory(is_identity_manager=True, managed_isds=["isd:efp"])
    client = as_user(agent)
    assert client.get(URL).json() == []
    type(bob).objects.filter(pk=bob.pk).update(active_isds=["isd:other", "isd:efp"])

    (row,) = client.get(URL).json()

    assert (row["uuid"], row["user_username"], row["username"]) == (
        account.uuid.hex,
        "bob",
        "bob1",
    )
    change = client.patch(f"{URL}{account.uuid.hex}/", {"username": "mine"}, format="json")
    assert change.status_code == 403
    type(agent).objects.filter(pk=agent.pk).update(managed_isds=["isd:nobody"])
    assert client.get(URL).json() == []
