"""Role by endpoint for periodic usage policies: who sees, changes and evaluates them."""

from __future__ import annotations

import pytest

from accounting.api.usage_policies.views import SlurmPeriodicUsagePolicyViewSet
from identity.roles import RoleName
from tests.api.accounting.policies.scene import URL
from tests.api.tables import asker, check_all, read, untested
from tests.factories.accounting import PolicyFactory
from tests.factories.identity import GrantFactory, UserFactory
from tests.factories.marketplace import HpcOfferingFactory

pytestmark = pytest.mark.django_db

PEOPLE = (
    "anonymous", "mallory", "bob", "pi", "alice", "olga", "mick", "carol", "sam", "dave",
)  # fmt: skip
"""The outsider; member, manager and owner on the project's side; a manager of the offering, and of
the provider's organisation, and its owner; support and staff."""

TABLE = """
GET                                        200 -+++++++++
POST                                       201 -!!!!+x+x+
GET    actions/                            200 -+++++++++
POST   preview_impact/                     200 -!!!!+++++
GET    {policy}/                           200 -????+++++
PUT    {policy}/                           200 -????+x+x+
PATCH  {policy}/                           200 -????+x+x+
DELETE {policy}/                           204 -????+x+x+
POST   {policy}/evaluate/                  200 -????+x+x+
POST   {policy}/dry-run/                   200 -????+++++
POST   {policy}/force-period-reset/        200 -????+x+x+
GET    {policy}/command-history/           200 -????+++++
GET    {policy}/evaluation-logs/           200 -????+++++
POST   {policy}/report-command-result/     200 -????+++x+
"""
LINES = read(TABLE, below=URL)


@pytest.fixture
def people(mallory, bob, pi, alice, carol, sam, dave, offering, provider):
    olga, mick = UserFactory(username="olga"), UserFactory(username="mick")
    GrantFactory(user=olga, scope=offering, role=RoleName.OFFERING_MANAGER)
    GrantFactory(user=mick, scope=provider, role=RoleName.CUSTOMER_MANAGER)
    everybody = (mallory, bob, pi, alice, olga, mick, carol, sam, dave)
    return {user.username: user for user in everybody}


def body_of(path, offering, resource):
    at = "http://testserver/api/marketplace-provider-offerings/"
    policy = {
        "scope": f"{at}{offering.uuid.hex}/",
        "actions": "notify_organization_owners",
        "component_limits_set": [],
    }
    return {
        "": policy,
        "{policy}/": policy,
        "preview_impact/": {"resource_uuid": resource.uuid.hex},
        "{policy}/report-command-result/": {"resource_uuid": resource.uuid.hex, "success": True},
    }.get(path.removeprefix(URL), {})


@pytest.fixture
def ask(people, clients_of, offering, resource, policy):
    """Return a function that sends a request as somebody; who makes a policy finds none yet."""
    named = {"policy": policy.uuid.hex}
    send = asker(clients_of(people), named, lambda path: body_of(path, offering, resource))

    def send_where_none_is(person, method, path):
        if (method, path) == ("POST", URL):
            policy.__class__.objects.all().delete()
        return send(person, method, path)

    return send_where_none_is


def test_the_table(ask, case):
    check_all(LINES, PEOPLE, ask, case)


def test_every_action_is_in_the_table():
    assert untested(LINES, SlurmPeriodicUsagePolicyViewSet) == set()
    assert len(LINES) == len(SlurmPeriodicUsagePolicyViewSet.access) + 1  # PATCH beside PUT


def test_a_policy_of_another_provider_is_not_there(as_user, carol):
    policy = PolicyFactory(offering=HpcOfferingFactory())
    client = as_user(carol)
    assert client.get(f"{URL}{policy.uuid.hex}/").status_code == 404
    assert client.delete(f"{URL}{policy.uuid.hex}/").status_code == 404
    assert client.get(URL).json() == []
