"""Providers and their agents open, name, move and remove accounts."""

from __future__ import annotations

import pytest

from allocations.lifecycle import ACCOUNT, AccountState
from allocations.models import OfferingUser
from allocations.services.accounts import TARGETS
from allocations.services.rights import NO_RIGHT
from identity.models import Event
from tests.factories.allocations import OfferingUserFactory
from tests.factories.marketplace import ResourceFactory

URL = "/api/marketplace-offering-users/"
ALLOWED = ("carol", "dave")
FORBIDDEN = [("bob", 403), ("sam", 403), ("alice", 404), ("pi", 404), ("mallory", 404)]
ROLES = [*((role, 200) for role in ALLOWED), *FORBIDDEN]


def url_of(row, collection):
    return f"http://testserver/api/{collection}/{row.uuid.hex}/"


@pytest.fixture
def served(project, offering):
    """Return an allocation of the offering that bob's project holds."""
    return ResourceFactory(project=project, offering=offering, state="OK")


def test_nobody_is_found_out_by_opening_an_account(as_user, carol, offering, bob, mallory):
    answers = {
        as_user(carol).post(URL, {"offering_uuid": offering.uuid.hex, "user_uuid": uuid}).content
        for uuid in (bob.uuid.hex, mallory.uuid.hex, "0" * 32)
    }

    assert not OfferingUser.objects.exists()
    assert len(answers) == 1


def test_a_provider_opens_an_account(as_user, carol, offering, bob, served):
    body = {
        "offering": url_of(offering, "marketplace-provider-offerings"),
        "user": url_of(bob, "users"),
        "username": "bob1",
    }

    response = as_user(carol).post(URL, body, format="json")

    assert response.status_code == 201, response.json()
    account = OfferingUser.objects.get()
    assert (
        response["Location"]
        == response.json()["url"]
        == url_of(account, "marketplace-offering-users")
    )
    assert {key: response.json()[key] for key in ("username", "state", "user_uuid")} == {
        "username": "bob1",
        "state": "OK",
        "user_uuid": bob.uuid.hex,
    }


def test_an_account_may_be_opened_by_uuids_and_without_a_name(
    as_user, carol, offering, bob, served
):
    body = {"offering_uuid": str(offering.uuid), "user_uuid": bob.uuid.hex, "username": None}

    response = as_user(carol).post(URL, body, format="json")

    assert response.status_code == 201, response.json()
    assert (response.json()["username"], response.json()["state"]) == ("", "Requested")


def test_the_second_time_is_refused(as_user, carol, account):
    body = {"offering_uuid": account.offering.uuid.hex, "user_uuid": account.user.uuid.hex}

    response = as_user(carol).post(URL, body, format="json")

    assert (response.status_code, response.json()) == (
        400,
        {"non_field_errors": ["The fields offering, user must make a unique set."]},
    )


@pytest.mark.parametrize(
    ("body", "answer"),
    [
        ({}, {"user": ["This field is required."], "offering": ["This field is required."]}),
        (
            {"user_uuid": "0" * 32, "offering_uuid": "zz"},
            {"user": [NO_RIGHT], "offering_uuid": ["Must be a valid UUID."]},
        ),
        (
            {"user": "http://testserver/api/users/" + "0" * 32 + "/", "offering": "nowhere"},
            {
                "user": [NO_RIGHT],
                "offering": ["Invalid hyperlink - No URL match."],
            },
        ),
    ],
)
def test_who_and_where_must_be_said(as_user, carol, provider, body, answer):
    response = as_user(carol).post(URL, body, format="json")

    assert (response.status_code, response.json()) == (400, answer)


@pytest.mark.parametrize(
    ("role", "status"),
    [("carol", 201), ("dave", 201), ("alice", 403), ("bob", 403), ("pi", 403), ("mallory", 403)],
)
def test_only_providers_open_accounts(as_user, request, offering, role, status):
    person = request.getfixturevalue(role)
    body = {"offering_uuid": offering.uuid.hex, "user_uuid": person.uuid.hex}

    response = as_user(person).post(URL, body, format="json")

    assert response.status_code == status
    if status == 403:
        assert response.json() == {"detail": "You do not have permission to perform this action."}
        assert not OfferingUser.objects.exists()


def test_an_offering_that_the_caller_cannot_see_does_not_exist(as_user, mallory, offering):
    type(offering).objects.update(shared=False)
    body = {"offering_uuid": offering.uuid.hex, "user_uuid": mallory.uuid.hex}

    response = as_user(mallory).post(URL, body, format="json")

    assert (response.status_code, response.json()) == (
        400,
        {"offering_uuid": ["Object does not exist."]},
    )


@pytest.mark.parametrize("method", ["patch", "put"])
def test_naming_an_account_makes_it_ready(as_user, carol, offering, bob, method):
    account = OfferingUserFactory(offering=offering, user=bob, username="")

    response = getattr(as_user(carol), method)(
        f"{URL}{account.uuid}/", {"username": "bob1"}, format="json"
    )

    assert response.status_code == 200
    assert (response.json()["username"], response.json()["state"]) == ("bob1", "OK")
    actions = Event.objects.filter(subject_uuid=account.uuid).order_by("pk")
    assert list(actions.values_list("kind", flat=True)) == ["account.ok", "account.username_set"]


def test_whose_and_where_an_account_is_cannot_be_changed(as_user, carol, account, pi):
    response = as_user(carol).put(
        f"{URL}{account.uuid}/",
        {"user": url_of(pi, "users"), "offering_uuid": str(pi.uuid)},
        format="json",
    )

    assert response.status_code == 200
    assert response.json()["user_uuid"] == account.user.uuid.hex
    assert response.json()["username"] == "bob1"


def test_somebody_else_s_name_is_refused(as_user, carol, account, pi):
    other = OfferingUserFactory(offering=account.offering, user=pi, username="")

    response = as_user(carol).patch(f"{URL}{other.uuid}/", {"username": "bob1"}, format="json")

    assert (response.status_code, response.json()) == (
        400,
        {"username": ["Another user has this username at the offering."]},
    )


@pytest.mark.parametrize(("role", "status"), ROLES)
def test_only_providers_name_accounts(as_user, request, account, role, status):
    client = as_user(request.getfixturevalue(role))

    response = client.patch(f"{URL}{account.uuid.hex}/", {"username": "new"}, format="json")

    assert response.status_code == status
    account.refresh_from_db()
    assert account.username == ("new" if status == 200 else "bob1")


@pytest.mark.parametrize("action", sorted(TARGETS))
def test_agents_move_accounts_with_an_empty_answer(as_user, carol, account, action):
    type(account).objects.update(state=min(ACCOUNT.sources(action)))

    response = as_user(carol).post(f"{URL}{account.uuid}/{action}/")

    assert (response.status_code, response.content) == (200, b"")
    account.refresh_from_db()
    assert account.state == TARGETS[action]


@pytest.mark.parametrize("action", sorted(TARGETS))
def test_the_wrong_state_is_409(as_user, carol, account, action):
    type(account).objects.update(state=AccountState.DELETED)

    response = as_user(carol).post(f"{URL}{account.uuid}/{action}/")

    valid = ", ".join(sorted(ACCOUNT.sources(action)))
    assert (response.status_code, response.json()) == (
        409,
        {"detail": f"Valid states for operation: {valid}."},
    )


@pytest.mark.parametrize("action", sorted(TARGETS))
@pytest.mark.parametrize(("role", "status"), FORBIDDEN)
def test_nobody_else_moves_accounts(as_user, request, account, role, status, action):
    client = as_user(request.getfixturevalue(role))

    assert client.post(f"{URL}{account.uuid.hex}/{action}/").status_code == status


def test_what_is_expected_of_the_person_is_shown_to_them(as_user, bob, carol, account):
    type(account).objects.update(state=AccountState.CREATING)
    body = {"comment": "Log in once.", "comment_url": "https://csc.example/link"}

    response = as_user(carol).post(
        f"{URL}{account.uuid}/set_pending_account_linking/", body, format="json"
    )

    assert response.status_code == 200
    keys = ["state", "service_provider_comment", "service_provider_comment_url"]
    assert as_user(bob).get(f"{URL}{account.uuid}/", {"field": keys}).json() == {
        "state": "Pending account linking",
        "service_provider_comment": "Log in once.",
        "service_provider_comment_url": "https://csc.example/link",
    }


def test_a_comment_needs_no_address(as_user, carol, account):
    type(account).objects.update(state=AccountState.CREATING)

    response = as_user(carol).post(
        f"{URL}{account.uuid}/set_pending_additional_validation/",
        {"comment": "Wait.", "comment_url": None},
        format="json",
    )

    assert response.status_code == 200, response.json()


def test_a_person_is_kept_out_and_let_in(as_user, carol, account):
    client = as_user(carol)
    for is_restricted in (True, True, False):
        response = client.post(
            f"{URL}{account.uuid}/update_restricted/",
            {"is_restricted": is_restricted},
            format="json",
        )
        assert (response.status_code, response.content) == (200, b"")
        account.refresh_from_db()
        assert account.is_restricted is is_restricted
    response = client.post(f"{URL}{account.uuid}/update_restricted/", {}, format="json")
    assert (response.status_code, response.json()) == (
        400,
        {"is_restricted": ["This field is required."]},
    )


@pytest.mark.parametrize(("role", "status"), ROLES)
def test_only_providers_restrict(as_user, request, account, role, status):
    response = as_user(request.getfixturevalue(role)).post(
        f"{URL}{account.uuid.hex}/update_restricted/", {"is_restricted": True}
    )

    assert response.status_code == status


@pytest.mark.parametrize(("role", "status"), [("carol", 204), ("dave", 204), *FORBIDDEN])
def test_only_providers_remove(as_user, request, account, role, status):
    client = as_user(request.getfixturevalue(role))

    assert client.delete(f"{URL}{account.uuid.hex}/").status_code == status
    assert OfferingUser.objects.exists() is (status != 204)
    if status == 204:
        assert client.delete(f"{URL}{account.uuid.hex}/").status_code == 404


def test_a_provider_comments_on_an_account(as_user, carol, account):
    url = f"{URL}{account.uuid}/update_comments/"
    body = {
        "service_provider_comment": "Log in once.",
        "service_provider_comment_url": "https://csc.example/",
    }

    for _ in range(2):
        response = as_user(carol).patch(url, body, format="json")
        assert (response.status_code, response.json()) == (200, body)
    response = as_user(carol).patch(url, {"service_provider_comment_url": ""}, format="json")
    assert response.json() == {**body, "service_provider_comment_url": ""}
    response = as_user(carol).patch(url, {"service_provider_comment_url": "x"}, format="json")
    assert (response.status_code, response.json()) == (
        400,
        {"service_provider_comment_url": ["Enter a valid URL."]},
    )


def test_a_provider_says_how_an_account_stands(as_user, carol, account):
    url = f"{URL}{account.uuid}/update_runtime_state/"
    shown = {"field": ["state", "runtime_state", "service_provider_comment"]}
    for word in ("Pending additional validation", "Pending account linking", "Active"):
        body = {"runtime_state": word, "service_provider_comment": word}
        response = as_user(carol).post(url, body, format="json")
        assert (response.status_code, response.content) == (200, b"")
        assert as_user(carol).get(f"{URL}{account.uuid}/", shown).json() == {
            "state": "OK" if word == "Active" else word,
            "runtime_state": word,
            "service_provider_comment": word,
        }


def test_an_account_that_is_not_begun_stands_in_no_way(as_user, carol, account):
    type(account).objects.update(state=AccountState.REQUESTED)
    url = f"{URL}{account.uuid}/update_runtime_state/"

    response = as_user(carol).post(url, {"runtime_state": "Active"}, format="json")

    assert response.status_code == 409
    response = as_user(carol).post(url, {"runtime_state": "Gone"}, format="json")
    assert (response.status_code, response.json()) == (
        400,
        {"runtime_state": ['"Gone" is not a valid choice.']},
    )


@pytest.mark.parametrize(("role", "status"), ROLES)
def test_only_providers_comment(as_user, request, account, role, status):
    client = as_user(request.getfixturevalue(role))
    url = f"{URL}{account.uuid.hex}"

    told = client.patch(f"{url}/update_comments/", {"service_provider_comment": "a"})
    assert told.status_code == status
    stands = client.post(f"{url}/update_runtime_state/", {"runtime_state": "Active"})
    assert stands.status_code == status


def test_nobody_is_warned_of_empty_fields_since_no_site_insists_on_any(as_user, bob, account):
    response = as_user(bob).get(f"{URL}profile_field_warnings/")

    assert (response.status_code, response.json()) == (200, {})
