"""Role by endpoint for site agents, their logs, statuses and subscriptions."""

from __future__ import annotations

from typing import Any

import pytest

from allocations.api.urls import router
from identity.roles import RoleName
from tests.api.tables import asker, body_by_end, check_all, read, untested
from tests.cases import each
from tests.factories.agents import (
    AgentIdentityFactory,
    AgentLogFactory,
    AgentProcessorFactory,
    AgentServiceFactory,
    EventSubscriptionFactory,
    EventSubscriptionQueueFactory,
)
from tests.factories.identity import GrantFactory, UserFactory

pytestmark = pytest.mark.django_db

PEOPLE = ("anonymous", "mallory", "bob", "alice", "support", "mona", "olga", "carol", "sam", "dave")
"""The outsider; a member and the owner on the consumer's side; support, manager, manager of the
offering and owner on the provider's side; the service's own support and staff."""

TABLE = """
GET    marketplace-site-agent-identities/                                      200 -+++++++++
POST   marketplace-site-agent-identities/                                      201 -!!!!+++x+
GET    marketplace-site-agent-identities/{identity}/                           200 -????+++++
PUT    marketplace-site-agent-identities/{identity}/                           200 -????+++x+
PATCH  marketplace-site-agent-identities/{identity}/                           200 -????+++x+
DELETE marketplace-site-agent-identities/{identity}/                           204 -????+++x+
POST   marketplace-site-agent-identities/{identity}/register_service/          201 -????+++x+
POST   marketplace-site-agent-identities/{identity}/register_queue/            201 -????+++x+
POST   marketplace-site-agent-identities/{identity}/register_event_subscription/ 201 -????+++x+
POST   marketplace-site-agent-identities/cleanup_orphaned/                     200 -xxxxxxxx+
GET    marketplace-site-agent-services/                                        200 -+++++++++
GET    marketplace-site-agent-services/{service}/                              200 -????+++++
DELETE marketplace-site-agent-services/{service}/                              204 -????+++x+
POST   marketplace-site-agent-services/{service}/register_processor/           201 -????+++x+
POST   marketplace-site-agent-services/{service}/set_statistics/               200 -????+++x+
POST   marketplace-site-agent-services/cleanup_stale/                          200 -xxxxxxxx+
GET    marketplace-site-agent-processors/                                      200 -+++++++++
GET    marketplace-site-agent-processors/{processor}/                          200 -????+++++
DELETE marketplace-site-agent-processors/{processor}/                          204 -????+++x+
GET    marketplace-site-agent-logs/                                            200 -+++++++++
POST   marketplace-site-agent-logs/                                            201 -!!!!+++x+
GET    marketplace-site-agent-stats/                                           200 -xxxxxxx++
GET    marketplace-integration-statuses/                                       200 -+++++++++
GET    marketplace-integration-statuses/{service}/                             200 -????+++++
GET    event-subscriptions/                                                    200 -+++++++++
POST   event-subscriptions/                                                    201 -+++++++++
GET    event-subscriptions/{subscription}/                                     200 -??????+?+
DELETE event-subscriptions/{subscription}/                                     204 -??????+?+
POST   event-subscriptions/{subscription}/create_queue/                        201 -??????+?+
GET    event-subscription-queues/                                              200 -+++++++++
GET    event-subscription-queues/{queue}/                                      200 -??????+?+
DELETE event-subscription-queues/{queue}/                                      204 -??????+?+
"""

LINES = read(TABLE)


@pytest.fixture
def people(mallory, bob, alice, carol, sam, dave, provider, offering):
    """Return everybody by name."""
    support, mona, olga = (UserFactory(username=name) for name in ("support", "mona", "olga"))
    GrantFactory(user=support, scope=provider, role=RoleName.CUSTOMER_SUPPORT)
    GrantFactory(user=mona, scope=provider, role=RoleName.CUSTOMER_MANAGER)
    GrantFactory(user=olga, scope=offering, role=RoleName.OFFERING_MANAGER)
    everybody = (mallory, bob, alice, support, mona, olga, carol, sam, dave)
    return {user.username: user for user in everybody}


@pytest.fixture
def named(offering, carol):
    """Return what the paths and bodies name; the subscription is carol's."""
    identity = AgentIdentityFactory(offering=offering)
    service = AgentServiceFactory(identity=identity)
    AgentLogFactory(identity=identity)
    subscription = EventSubscriptionFactory(user=carol, observable_objects=[])
    rows = {
        "offering": offering,
        "identity": identity,
        "service": service,
        "processor": AgentProcessorFactory(service=service),
        "subscription": subscription,
        "queue": EventSubscriptionQueueFactory(
            event_subscription=subscription, offering=offering, object_type="resource"
        ),
    }
    return {name: row.uuid.hex for name, row in rows.items()}


def bodies(named):
    """Return for each end of a path a body that is right: nothing but the caller decides."""
    return {
        "agent-identities/": {"offering": named["offering"], "name": "new"},
        "identity}/": {"offering": named["offering"], "name": "renamed"},
        "register_service/": {"name": "report", "mode": "report"},
        "register_queue/": {"object_types": ["order"]},
        "register_event_subscription/": {"observable_object_type": "order"},
        "cleanup_orphaned/": {"dry_run": True},
        "cleanup_stale/": {"dry_run": True},
        "register_processor/": {"name": "P", "backend_type": "slurm"},
        "set_statistics/": {"statistics": {"orders": 1}},
        "agent-logs/": [
            {
                "agent_identity_uuid": named["identity"],
                "timestamp": 1764300000.5,
                "level": "INFO",
                "message": "all is well",
                "module": "main",
            }
        ],
        "event-subscriptions/": {"observable_objects": [{"object_type": "order"}]},
        "create_queue/": {"offering_uuid": named["offering"], "object_type": "order"},
    }


@pytest.fixture
def ask(people, named, clients_of):
    """Return a function that sends a request as somebody."""
    by_end = bodies(named)
    return asker(clients_of(people), named, lambda path: body_by_end(by_end, path))


def test_the_table(ask, case):
    check_all(LINES, PEOPLE, ask, case)


OURS = (
    "marketplace-site-agent-identities",
    "marketplace-site-agent-services",
    "marketplace-site-agent-processors",
    "marketplace-site-agent-logs",
    "marketplace-integration-statuses",
    "event-subscriptions",
    "event-subscription-queues",
)


@pytest.mark.parametrize("prefix", OURS)
def test_every_action_is_in_the_table(prefix):
    viewsets: dict[str, Any] = {found: viewset for found, viewset, _ in router.registry}
    assert untested(LINES, viewsets[f"api/{prefix}"]) == set()


@each("prefix", OURS[:5])
@each("person", ["mallory", "bob", "alice", "support"])
def test_whom_it_does_not_concern_is_shown_an_empty_list(prefix, person, ask, named):
    assert ask(person, "GET", f"/api/{prefix}/").json() == []


@pytest.mark.parametrize("prefix", OURS[5:])
@pytest.mark.parametrize("person", ["mallory", "bob", "olga", "sam"])
def test_other_people_s_subscriptions_are_not_listed(prefix, person, ask, named):
    assert ask(person, "GET", f"/api/{prefix}/").json() == []
    assert len(ask("carol", "GET", f"/api/{prefix}/").json()) == 1
    assert len(ask("dave", "GET", f"/api/{prefix}/").json()) == 1
