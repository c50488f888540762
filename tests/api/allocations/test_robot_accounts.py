"""Accounts of robots: who may what, how they live, and what each side is shown."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from waldur_api_client.models import RobotAccount, RobotAccountDetails

from allocations.api.robot_accounts.views import RobotAccountViewSet
from allocations.models import RobotAccount as Row
from allocations.services import robot_accounts
from identity.models import Event
from tests.api.tables import BOTH_SIDES, asker, check_all, read, untested
from tests.factories.allocations import OfferingUserFactory, RobotAccountFactory
from tests.factories.identity import SshKeyFactory
from tests.factories.marketplace import ResourceFactory
from tests.services.test_keys import ED25519

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from rest_framework.test import APIClient

    from identity.models import Project, User
    from marketplace.models import Offering, Resource
    from tests.cases import Case

pytestmark = pytest.mark.django_db

AT = "/api/marketplace-robot-accounts/"
HOST = "http://testserver"

TABLE = """
GET                                                200 -++++++++++
POST                                               201 -!xxxx+++x+
GET    {ok}/                                       200 -?+++++++++
PATCH  {ok}/                                       200 -?xxxx+++x+
PUT    {ok}/                                       200 -?xxxx+++x+
DELETE {ok}/                                       204 -?xxxx+++x+
POST   {asked}/set_state_creating/                 200 -?xxxxx++x+
POST   {asked}/set_state_ok/                       200 -?xxxxx++x+
POST   {ok}/set_state_erred/                       200 -?xxxxx++x+
POST   {ok}/set_state_request_deletion/            200 -?xxxx+++x+
POST   {leaving}/set_state_deleted/                200 -?xxxxx++x+
POST   {leaving}/set_state_ok/                     409 -?xxxxx++x+
"""
LINES = read(TABLE, below=AT)


@pytest.fixture
def resource(project: Project, offering: Offering) -> Resource:
    made: Resource = ResourceFactory(project=project, offering=offering, name="alloc-1")
    return made


def url(row: Any, of: str) -> str:
    return f"{HOST}/api/{of}/{row.uuid.hex}/"


def test_the_table(
    both_sides: dict[str, User],
    resource: Resource,
    clients_of: Callable[..., dict[str, APIClient]],
    case: Case,
) -> None:
    named = {
        "ok": RobotAccountFactory(resource=resource).uuid.hex,
        "asked": RobotAccountFactory(resource=resource, state="Requested").uuid.hex,
        "leaving": RobotAccountFactory(resource=resource, state="Requested deletion").uuid.hex,
    }
    body = {"resource": url(resource, "marketplace-resources"), "type": "cicd"}
    check_all(LINES, BOTH_SIDES, asker(clients_of(both_sides), named, lambda _: body), case)
    assert untested(LINES, RobotAccountViewSet) == set()


def test_a_site_is_shown_the_keys_of_those_who_work_in_the_project(
    as_user: Callable[[User], APIClient],
    carol: User,
    alice: User,
    bob: User,
    resource: Resource,
) -> None:
    key = SshKeyFactory(user=bob, public_key=ED25519)
    body = {
        "resource": url(resource, "marketplace-resources"),
        "type": "cicd",
        "username": "svc-ci",
        "users": [url(bob, "users")],
        "responsible_user": url(bob, "users"),
        "keys": [f"{ED25519} ci\n"],
    }
    site = as_user(carol)

    made = site.post(AT, body, format="json")

    assert made.status_code == 201, made.json()
    account = RobotAccount.from_dict(made.json())
    assert (account.state, account.users) == ("Requested", [url(bob, "users")])
    path = f"{AT}{Row.objects.get().uuid.hex}/"
    shown = site.get(path).json()
    details: Any = RobotAccountDetails.from_dict(shown)
    assert [one.username for one in details.users] == [details.responsible_user.username] == ["bob"]
    assert [one.uuid for one in details.user_keys] == [key.uuid]
    assert shown["fingerprints"][0]["sha256"]
    assert shown["provider_name"] == "CSC"
    assert "user_keys" not in as_user(alice).get(path).json()
    created = Event.objects.get(kind="robot_account.created")
    assert (created.actor, created.payload["username"]) == (carol, "svc-ci")

    bob.grants.update(is_active=False)

    assert site.get(path).json()["user_keys"] == []


def test_what_is_wrong_is_told(
    as_user: Callable[[User], APIClient],
    carol: User,
    mallory: User,
    bob: User,
    resource: Resource,
    case: Case,
) -> None:
    other = RobotAccountFactory(username="taken", resource__offering=resource.offering)
    OfferingUserFactory(offering=resource.offering, user=bob, username="bobby")
    body = {"resource": url(resource, "marketplace-resources"), "type": "cicd"}
    taken = {"username": ["An account at the offering has this name."]}
    unknown = {"users": {"0": ["Invalid hyperlink - Object does not exist."]}}
    client = as_user(carol)
    for wrong, refusal in (
        ({"username": "taken"}, taken),
        ({"username": "bobby"}, taken),
        ({"username": "0-x"}, {"username": ["This is no name for an account on Linux."]}),
        ({"username": "root"}, {"username": ["This is no name for an account on Linux."]}),
        ({"users": [url(mallory, "users")]}, unknown),
        ({"users": [f"{HOST}/api/users/{'0' * 32}/"]}, unknown),
        ({"users": [url(carol, "users")]}, {"users": ["Only people with a role in the project."]}),
        ({"keys": ["ssh-dss AAAA"]}, {"keys": ["One of them is no public SSH key."]}),
    ):
        with case(wrong=wrong):
            answer = client.post(AT, {**body, **wrong}, format="json")
            assert (answer.status_code, answer.json()) == (400, refusal)
    moved = {"resource": url(other.resource, "marketplace-resources")}
    own = RobotAccountFactory(resource=resource)
    answer = client.patch(f"{AT}{own.uuid.hex}/", moved, format="json")
    assert answer.json() == {"resource": ["This cannot be changed: open another account."]}


def test_an_account_lives_as_the_site_says_and_ends_with_its_allocation(
    as_user: Callable[[User], APIClient],
    carol: User,
    bob: User,
    resource: Resource,
    now: datetime,
) -> None:
    account, client = RobotAccountFactory(resource=resource, state="Requested"), as_user(carol)
    path = f"{AT}{account.uuid.hex}/"

    def to(step: str, **body: str) -> Any:
        return client.post(f"{path}set_state_{step}/", body, format="json").json()

    assert to("creating")["state"] == "Creating"
    assert to("erred", error_message="No room.")["error_message"] == "No room."
    fine = to("ok")
    assert (fine["state"], fine["error_message"]) == ("OK", "")
    assert to("ok") == {"detail": "Valid states for operation: Creating, Error, Requested."}
    changed = client.patch(path, {"users": [url(bob, "users")]}, format="json")
    assert (changed.status_code, changed.json()["users"]) == (200, [url(bob, "users")])
    assert len(client.get(f"{AT}?state=3&type=cicd").json()) == 1
    assert client.get(f"{AT}?state=Error").json() == []

    robot_accounts.close_all(resource, now=now)

    assert client.get(path).json()["state"] == "Deleted"
    assert client.patch(path, {"type": "x"}, format="json").status_code == 409
    assert list(
        Event.objects.filter(subject_uuid=account.uuid)
        .order_by("pk")
        .values_list("kind", flat=True)
    ) == [*["robot_account.state_changed"] * 3, "robot_account.updated", "robot_account.deleted"]
