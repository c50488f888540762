"""Site agents register themselves, and again in every round."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from waldur_api_client.models import AgentIdentity as ClientIdentity

from allocations.models import AgentIdentity
from identity.roles import RoleName
from tests.api.allocations.agent_events import kinds, told
from tests.factories.agents import AgentIdentityFactory, AgentServiceFactory
from tests.factories.identity import GrantFactory, UserFactory
from tests.factories.marketplace import HpcOfferingFactory

pytestmark = pytest.mark.django_db

IDENTITIES = "/api/marketplace-site-agent-identities/"
SERVICES = "/api/marketplace-site-agent-services/"
RESTARTED = "2026-11-28T03:00:00.123456+00:00"


def body_of(offering, **more):
    """Return what the agent 1.0.7 sends."""
    return {
        "offering": str(offering.uuid),
        "name": f"agent-{offering.uuid}",
        "version": "1.0.7",
        "last_restarted": RESTARTED,
        "dependencies": [{"package": "waldur-api-client", "version": "8.1.2"}],
        "config_file_path": "",
        "config_file_content": "",
        **more,
    }


def test_a_new_agent_is_registered_as_it_introduces_itself(agent, offering, carol):
    response = agent.post(IDENTITIES, body_of(offering), format="json")

    assert response.status_code == 201
    row = AgentIdentity.objects.get()
    url = f"http://testserver{IDENTITIES}{row.uuid.hex}/"
    assert response.json() == {
        "uuid": row.uuid.hex,
        "url": url,
        "offering": offering.uuid.hex,
        "created_by": carol.uuid.hex,
        "name": f"agent-{offering.uuid}",
        "version": "1.0.7",
        "last_restarted": "2026-11-28T03:00:00.123456Z",
        "dependencies": [{"package": "waldur-api-client", "version": "8.1.2"}],
        "config_file_path": "",
        "config_file_content": "",
        "created": response.json()["created"],
        "modified": response.json()["modified"],
        "services": [],
        "compatibility": {
            "status": "compatible",
            "message": "1.0.7 is served.",
            "minimum_required": "1.0.0",
        },
    }
    assert response["Location"] == url
    assert ClientIdentity.from_dict(response.json()).uuid == row.uuid
    event = told().get()
    assert (event.kind, event.actor, event.provider) == (
        "agent.registered", carol, offering.customer,
    )  # fmt: skip
    assert event.payload == {
        "offering_uuid": offering.uuid.hex,
        "name": f"agent-{offering.uuid}",
        "version": "1.0.7",
    }


def test_an_agent_that_is_registered_again_is_the_same_one_brought_up_to_date(agent, offering):
    first = agent.post(IDENTITIES, body_of(offering, version="1.0.5"), format="json")
    again = agent.post(IDENTITIES, body_of(offering), format="json")

    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json()["uuid"] == again.json()["uuid"]
    assert again.json()["version"] == "1.0.7"
    assert kinds() == ["agent.registered", "agent.changed"]
    payload = told().last().payload
    assert (payload["changed"], payload["old_version"], payload["version"]) == (
        ["version"], "1.0.5", "1.0.7",
    )  # fmt: skip


def test_each_round_moves_only_when_the_agent_was_last_seen(agent, identity, offering, now):
    AgentIdentity.objects.update(last_seen=now - timedelta(minutes=5), name="x")
    body = body_of(offering, name="x", last_restarted=now.isoformat())

    response = agent.put(f"{IDENTITIES}{identity.uuid}/", body, format="json")

    assert response.status_code == 200
    assert ClientIdentity.from_dict(response.json()).name == "x"
    identity.refresh_from_db()
    assert identity.last_seen >= now
    assert identity.last_restarted == now
    assert kinds() == []


def test_an_agent_that_comes_back_after_hours_is_told_of(agent, identity, offering, now):
    AgentIdentity.objects.update(last_seen=now - timedelta(hours=3))

    agent.put(f"{IDENTITIES}{identity.uuid}/", body_of(offering, name=identity.name), format="json")

    assert kinds() == ["agent.returned"]


def test_nulls_are_taken_for_nothing_said(agent, offering):
    body = body_of(offering, version=None, config_file_path=None, config_file_content=None)

    response = agent.post(IDENTITIES, body, format="json")

    assert response.status_code == 201
    assert response.json()["compatibility"]["status"] == "unknown"
    assert response.json()["version"] == ""


def test_a_configuration_is_kept_without_its_secrets(agent, offering):
    body = body_of(offering, config_file_content="url: x\nwaldur_api_token: abcdef\n")
    first, again = (agent.post(IDENTITIES, body, format="json").json() for _ in range(2))
    assert first["config_file_content"] == "url: x\nwaldur_api_token: ***\n"
    assert again["config_file_content"] == first["config_file_content"]
    assert kinds() == ["agent.registered"]


def test_the_name_is_looked_for_exactly(agent, identity, provider):
    AgentIdentityFactory(offering__customer=provider, name=f"{identity.name}-2")
    AgentIdentityFactory(offering__customer=provider, name=identity.name.upper())

    found = agent.get(IDENTITIES, {"name": identity.name}).json()

    assert [row["uuid"] for row in found] == [identity.uuid.hex]
    assert agent.get(IDENTITIES, {"name": identity.name[:-1]}).json() == []


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": "x" * 256}, "name"),
        ({"version": "1" * 101}, "version"),
        ({"offering": "nonsense"}, "offering"),
        ({"offering": "0" * 32}, "offering"),
        ({"last_restarted": "yesterday"}, "last_restarted"),
        ({"dependencies": {"a": "1"}}, "dependencies"),
        ({"dependencies": [{"package": "a"}]}, "dependencies"),
        ({"dependencies": [{"package": "a", "version": "1"}] * 2001}, "dependencies"),
        ({"config_file_content": "x" * 200_001}, "config_file_content"),
    ],
)
def test_what_cannot_be_is_refused_by_its_name_and_nothing_is_registered(
    agent, offering, change, field
):
    response = agent.post(IDENTITIES, body_of(offering) | change, format="json")
    assert response.status_code == 400
    assert list(response.json()) == [field]
    assert not AgentIdentity.objects.exists()


def test_an_agent_of_another_provider_can_neither_register_nor_find_this_one(
    mallory, as_user, identity, offering
):
    foreign = as_user(mallory)
    service = AgentServiceFactory(identity=identity)

    new = foreign.post(IDENTITIES, body_of(offering), format="json")
    known = foreign.put(f"{IDENTITIES}{identity.uuid}/", body_of(offering), format="json")
    at_it = foreign.post(
        f"{IDENTITIES}{identity.uuid}/register_service/", {"name": "x"}, format="json"
    )
    below = foreign.post(
        f"{SERVICES}{service.uuid}/register_processor/",
        {"name": "x", "backend_type": "y"},
        format="json",
    )

    assert (new.status_code, new.json()) == (400, {"offering": ["Object does not exist."]})
    assert [answer.status_code for answer in (known, at_it, below)] == [404, 404, 404]
    assert foreign.get(IDENTITIES, {"name": identity.name}).json() == []
    assert AgentIdentity.objects.count() == 1
    assert kinds() == []


def test_who_may_order_an_offering_may_not_register_an_agent_for_it(alice, as_user, offering):
    response = as_user(alice).post(IDENTITIES, body_of(offering), format="json")
    assert (response.status_code, response.json()) == (
        400, {"offering": ["Object does not exist."]},
    )  # fmt: skip


def test_an_agent_stays_with_its_offering(agent, identity, provider):
    other = HpcOfferingFactory(customer=provider)

    response = agent.put(f"{IDENTITIES}{identity.uuid}/", body_of(other), format="json")

    assert (response.status_code, response.json()) == (
        400, {"offering": ["The agent was registered for another offering."]},
    )  # fmt: skip
    identity.refresh_from_db()
    assert identity.name == f"agent-{identity.offering.uuid.hex}"


def test_an_agent_does_not_take_another_one_s_name(agent, identity, offering):
    AgentIdentityFactory(offering=offering, name="taken")

    response = agent.put(
        f"{IDENTITIES}{identity.uuid}/", body_of(offering, name="taken"), format="json"
    )

    assert (response.status_code, response.json()) == (
        400, {"name": ["Another agent of the offering has this name."]},
    )  # fmt: skip
    assert kinds() == []


def test_two_offerings_may_have_agents_of_the_same_name(agent, identity, provider):
    other = HpcOfferingFactory(customer=provider)
    response = agent.post(IDENTITIES, body_of(other, name=identity.name), format="json")
    assert response.status_code == 201
    assert AgentIdentity.objects.filter(name=identity.name).count() == 2


def calls_of_a_round(identity, service, offering):
    """Return what an agent asks in every round, by name."""
    at, there = f"{IDENTITIES}{identity.uuid}/", f"{SERVICES}{service.uuid}/"
    return {
        "find": ("get", f"{IDENTITIES}?name={identity.name}", None),
        "register again": ("post", IDENTITIES, body_of(offering, name=identity.name)),
        "update": ("put", at, body_of(offering, name=identity.name)),
        "service": ("post", f"{at}register_service/", {"name": service.name, "mode": "report"}),
        "new service": ("post", f"{at}register_service/", {"name": "new", "mode": "report"}),
        "processor": (
            "post", f"{there}register_processor/", {"name": "P", "backend_type": "slurm"},
        ),
        "statistics": ("post", f"{there}set_statistics/", {"statistics": {}}),
        "queue": ("post", f"{at}register_queue/", {"object_types": []}),
    }  # fmt: skip


def test_a_round_is_cheap(as_user, identity, offering):
    """Twelve queries with authentication, for a token of a robot with a role in the offering."""
    robot = UserFactory(username="robot")
    GrantFactory(user=robot, scope=offering, role=RoleName.OFFERING_MANAGER)
    client = as_user(robot)
    service = AgentServiceFactory(identity=identity)
    for _ in range(5):
        AgentServiceFactory(identity=identity)
    client.get("/api/users/me/")
    found = {}
    for name, (method, path, body) in calls_of_a_round(identity, service, offering).items():
        with CaptureQueriesContext(
            connection,
        ) as captured:
            response = getattr(client, method)(path, body, format="json")
        assert response.status_code < 300, (name, response.content)
        found[name] = [q["sql"] for q in captured if "SAVEPOINT" not in q["sql"]]
    assert {name: len(sql) for name, sql in found.items() if len(sql) > 12} == {}


# --- managers of identity sources -----------------------------------------------------------------


def test_a_manager_of_a_source_registers_an_agent_and_sees_to_that_one_alone(
    offering, identity, as_user, carol
):
    manager, other = (
        UserFactory(is_identity_manager=True, managed_isds=[isd]) for isd in ("isd:efp", "isd:x")
    )
    client = as_user(manager)

    made = client.post(IDENTITIES, body_of(offering, name="bridge"), format="json")

    assert made.status_code == 201
    own = f"{IDENTITIES}{made.json()['uuid']}/"
    service = client.post(f"{own}register_service/", {"name": "sync", "mode": ""}, format="json")
    assert service.status_code == 201
    processor = client.post(
        f"{SERVICES}{service.json()['uuid']}/register_processor/",
        {"name": "p", "backend_type": "waldur"},
        format="json",
    )
    assert processor.status_code == 201
    assert (
        client.post(IDENTITIES, body_of(offering, name="bridge"), format="json").status_code == 201
    )
    assert [row["name"] for row in client.get(IDENTITIES).json()] == ["bridge"]
    for stranger in (other, UserFactory(is_identity_manager=True), UserFactory()):
        assert as_user(stranger).delete(own).status_code == 404
    assert client.delete(f"{IDENTITIES}{identity.uuid.hex}/").status_code == 404
    assert client.delete(own).status_code == 204


def test_a_manager_of_a_source_takes_no_agent_over_and_registers_none_where_none_serves(
    offering, identity, as_user
):
    client = as_user(UserFactory(is_identity_manager=True, managed_isds=["isd:efp"]))

    taken = client.post(IDENTITIES, body_of(offering, name=identity.name), format="json")

    assert (taken.status_code, taken.json()) == (
        400,
        {"name": ["Another agent of the offering has this name."]},
    )
    for state in ("Draft", "Archived"):
        type(offering).objects.update(state=state)
        refused = client.post(IDENTITIES, body_of(offering, name="bridge"), format="json")
        assert refused.status_code == 403
    nobody = as_user(UserFactory(is_identity_manager=True))  # speaks for no source
    assert nobody.post(IDENTITIES, body_of(offering), format="json").status_code == 400
