"""Services of agents and their processors: registered once, with what they count."""

from __future__ import annotations

import pytest
from waldur_api_client.models import AgentProcessor as ClientProcessor
from waldur_api_client.models import AgentService as ClientService

from allocations.models import AgentProcessor, AgentService
from tests.api.allocations.agent_events import kinds
from tests.factories.agents import AgentServiceFactory

pytestmark = pytest.mark.django_db

IDENTITIES = "/api/marketplace-site-agent-identities/"
SERVICES = "/api/marketplace-site-agent-services/"


def test_a_service_and_its_processor_are_new_once_and_known_then(agent, identity, offering, now):
    service = {"name": "order_process", "mode": "order_process"}
    at = f"{IDENTITIES}{identity.uuid}/register_service/"

    first, again = (agent.post(at, service, format="json") for _ in range(2))

    assert (first.status_code, again.status_code) == (201, 200)
    row = AgentService.objects.get()
    assert first.json() == {
        "uuid": row.uuid.hex,
        "url": f"http://testserver{SERVICES}{row.uuid.hex}/",
        "identity": identity.uuid.hex,
        "identity_name": identity.name,
        "name": "order_process",
        "mode": "order_process",
        "state": "Active",
        "statistics": {},
        "processors": [],
        "created": first.json()["created"],
        "modified": first.json()["modified"],
    }
    assert ClientService.from_dict(again.json()).uuid == row.uuid

    processor = {
        "name": "OfferingOrderProcessor",
        "backend_type": "waldur_site_agent_slurm.backend.SlurmBackend",
        "backend_version": "23.11.4",
    }
    at = f"{SERVICES}{row.uuid}/register_processor/"
    first, again = (agent.post(at, processor, format="json") for _ in range(2))

    assert (first.status_code, again.status_code) == (201, 200)
    made = AgentProcessor.objects.get()
    assert first.json() == {
        **processor,
        "uuid": made.uuid.hex,
        "url": f"http://testserver/api/marketplace-site-agent-processors/{made.uuid.hex}/",
        "service": row.uuid.hex,
        "service_name": "order_process",
        "created": first.json()["created"],
        "modified": first.json()["modified"],
        "last_run": first.json()["last_run"],
    }
    assert ClientProcessor.from_dict(again.json()).uuid == made.uuid
    assert kinds() == ["agent_service.registered", "agent_processor.registered"]


def test_a_backend_that_was_upgraded_is_told_of_once(agent, identity):
    service = AgentServiceFactory(identity=identity)
    at = f"{SERVICES}{service.uuid}/register_processor/"
    for version in ("23.11", "24.05", "24.05"):
        body = {"name": "P", "backend_type": "slurm", "backend_version": version}
        agent.post(at, body, format="json")

    assert kinds() == ["agent_processor.registered", "agent_processor.changed"]


def test_statistics_are_kept_and_an_error_in_them_is_the_service_s_state(agent, identity):
    service = AgentServiceFactory(identity=identity)
    at = f"{SERVICES}{service.uuid}/set_statistics/"

    failed = agent.post(at, {"statistics": {"error": "no slurmdbd", "orders": 3}}, format="json")
    again = agent.post(at, {"statistics": {"error": "no slurmdbd"}}, format="json")
    well = agent.post(at, {"statistics": {"orders": 4, "error": None}}, format="json")

    assert [answer.status_code for answer in (failed, again, well)] == [200, 200, 200]
    assert [answer.json()["state"] for answer in (failed, again, well)] == [
        "Error", "Error", "Active",
    ]  # fmt: skip
    assert failed.json()["statistics"] == {"error": "no slurmdbd", "orders": 3}
    assert kinds() == ["agent_service.failed", "agent_service.recovered"]


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"statistics": 1},
        {"statistics": None},
        {"statistics": []},
        {"statistics": {"a": "\x00"}},
        {"statistics": {"a": "x" * 65_536}},
    ],
)
def test_statistics_are_an_object_of_bounded_length(agent, identity, body):
    service = AgentServiceFactory(identity=identity)
    response = agent.post(f"{SERVICES}{service.uuid}/set_statistics/", body, format="json")
    assert response.status_code == 400
    assert "statistics" in response.json()
