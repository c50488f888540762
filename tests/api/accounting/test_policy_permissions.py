"""Role by endpoint for periodic usage policies: who sees, changes and evaluates them."""

from __future__ import annotations

import re

import pytest
from django.db import transaction

from accounting.api.usage_policies.views import SlurmPeriodicUsagePolicyViewSet
from identity.roles import RoleName
from tests.factories.accounting import PolicyFactory
from tests.factories.identity import GrantFactory, UserFactory
from tests.factories.marketplace import HpcOfferingFactory, ResourceFactory

pytestmark = pytest.mark.django_db

PEOPLE = (
    "anonymous", "mallory", "bob", "pi", "alice", "olga", "mick", "carol", "sam", "dave",
)  # fmt: skip
"""The outsider; member, manager and owner on the project's side; a manager of the offering, and of
the provider's organisation, and its owner; support and staff."""

URL = "/api/marketplace-slurm-periodic-usage-policies/"
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
MARKS = {"-": 401, "x": 403, "?": 404, "!": 400}
"""Not logged in; may not; does not see it; names what he does not see. `+` is success."""


def lines():
    for line in TABLE.strip("\n").splitlines():
        parts = re.fullmatch(r"(\w+) +(\S*) +(\d+) (\S+)", line)
        assert parts is not None
        method, path, success, marks = parts.groups()
        yield method, path, [MARKS.get(mark, int(success)) for mark in marks]


@pytest.fixture
def resource(project, offering):
    return ResourceFactory(project=project, offering=offering)


@pytest.fixture
def policy(offering):
    return PolicyFactory(offering=offering)


@pytest.fixture
def clients(anonymous, as_user, mallory, bob, pi, alice, carol, sam, dave, offering, provider):
    olga, mick = UserFactory(username="olga"), UserFactory(username="mick")
    GrantFactory(user=olga, scope=offering, role=RoleName.OFFERING_MANAGER)
    GrantFactory(user=mick, scope=provider, role=RoleName.CUSTOMER_MANAGER)
    people = (mallory, bob, pi, alice, olga, mick, carol, sam, dave)
    return {"anonymous": anonymous, **{user.username: as_user(user) for user in people}}


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
    }.get(path, {})


@pytest.mark.parametrize(
    ("method", "path", "expected"),
    [pytest.param(*line, id=" ".join(line[:2])) for line in lines()],
)
def test_the_table(method, path, expected, clients, offering, resource, policy):
    body = body_of(path, offering, resource)
    answers = {}
    for person in PEOPLE:
        with transaction.atomic():
            if (method, path) == ("POST", ""):
                policy.__class__.objects.all().delete()
            call = getattr(clients[person], method.lower())
            where = URL + path.format(policy=policy.uuid.hex)
            answers[person] = call(where, None if method == "GET" else body, format="json")
            transaction.set_rollback(True)

    got = {person: answer.status_code for person, answer in answers.items()}
    assert got == dict(zip(PEOPLE, expected, strict=True))


def test_every_action_is_in_the_table():
    tested = len(list(lines()))
    assert tested == len(SlurmPeriodicUsagePolicyViewSet.access) + 1  # PATCH beside PUT


def test_a_policy_of_another_provider_is_not_there(as_user, carol):
    policy = PolicyFactory(offering=HpcOfferingFactory())
    client = as_user(carol)
    assert client.get(f"{URL}{policy.uuid.hex}/").status_code == 404
    assert client.delete(f"{URL}{policy.uuid.hex}/").status_code == 404
    assert client.get(URL).json() == []
