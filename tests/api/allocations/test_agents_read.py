"""Lists of agents and their parts, integration statuses, numbers, and cleaning up."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest
from waldur_api_client.models import AgentStatsResponse as ClientStats
from waldur_api_client.models import CleanupResponse as ClientCleanup
from waldur_api_client.models import IntegrationStatusDetails as ClientStatus

from allocations.models import AgentIdentity, AgentProcessor, AgentService
from identity.models import Event
from tests.factories.agents import (
    AgentIdentityFactory,
    AgentProcessorFactory,
    AgentServiceFactory,
    EventConsumerFactory,
    EventSubscriptionFactory,
    EventSubscriptionQueueFactory,
)
from tests.factories.marketplace import HpcOfferingFactory

pytestmark = pytest.mark.django_db

IDENTITIES = "/api/marketplace-site-agent-identities/"
SERVICES = "/api/marketplace-site-agent-services/"
PROCESSORS = "/api/marketplace-site-agent-processors/"
STATUSES = "/api/marketplace-integration-statuses/"


@pytest.fixture
def client(carol, as_user):
    return as_user(carol)


@pytest.fixture
def identity(offering):
    return AgentIdentityFactory(offering=offering, name="agent-1")


def found(client, path, **query):
    """Return the UUIDs that a list answers."""
    response = client.get(path, query)
    assert response.status_code == 200, response.content
    return {UUID(row["uuid"]) for row in response.json()}


def test_agents_are_filtered_by_what_they_say_and_by_whether_they_run(client, offering, now):
    old = now - timedelta(days=3)
    lost = AgentIdentityFactory(offering=offering, name="lost", version="1.0.5", last_restarted=old)
    alive = AgentIdentityFactory(offering__customer=offering.customer, last_restarted=now)
    AgentServiceFactory(identity=alive)
    AgentServiceFactory(identity=lost, last_seen=old)

    for query, expected in (
        ({"version": "1.0.5"}, {lost.uuid}),
        ({"offering_uuid": str(offering.uuid)}, {lost.uuid}),
        ({"offering_uuid": alive.offering.uuid.hex}, {alive.uuid}),
        ({"orphaned": "true"}, {lost.uuid}),
        ({"orphaned": "false"}, {alive.uuid}),
        ({"last_restarted": (now - timedelta(days=1)).isoformat()}, {alive.uuid}),
        ({"name": "los"}, set()),
        ({}, {lost.uuid, alive.uuid}),
    ):
        assert found(client, IDENTITIES, **query) == expected, query


def test_services_are_filtered_by_number_and_word_of_their_state(client, identity, now):
    active = AgentServiceFactory(identity=identity, mode="report")
    idle = AgentServiceFactory(identity=identity, last_seen=now - timedelta(hours=1))
    stale = AgentServiceFactory(identity=identity, last_seen=now - timedelta(hours=25))
    failing = AgentServiceFactory(identity=identity, error="no slurmdbd")
    AgentService.objects.filter(pk=stale.pk).update(modified=now - timedelta(hours=25))

    hour_ago = (now - timedelta(hours=1)).isoformat()
    for query, expected in (
        ({"state": "1"}, {active}),
        ({"state": ["2", "3"]}, {idle, stale, failing}),
        ({"state": "Error"}, {failing}),
        ({"stale": "true"}, {stale}),
        ({"stale": "false"}, {active, idle, failing}),
        ({"mode": "report"}, {active}),
        ({"modified_before": hour_ago}, {stale}),
        ({"modified_after": hour_ago}, {active, idle, failing}),
        ({"identity_uuid": identity.uuid.hex}, {active, idle, stale, failing}),
        ({"identity_uuid": "0" * 32}, set()),
    ):
        assert found(client, SERVICES, **query) == {row.uuid for row in expected}, query
    wrong = client.get(SERVICES, {"state": "4"})
    assert (wrong.status_code, list(wrong.json())) == (400, ["state"])


def test_processors_are_filtered_by_service_backend_and_last_run(client, identity, now):
    service = AgentServiceFactory(identity=identity)
    slurm = AgentProcessorFactory(service=service, backend_type="slurm", backend_version="23.11")
    moab = AgentProcessorFactory(
        service__identity=identity, backend_type="moab", last_run=now - timedelta(days=2)
    )
    day_ago = (now - timedelta(days=1)).isoformat()
    for query, expected in (
        ({"backend_type": "slurm"}, {slurm}),
        ({"backend_version": "23.11"}, {slurm}),
        ({"service_uuid": service.uuid.hex}, {slurm}),
        ({"last_run": day_ago}, {slurm}),
        ({"last_run_before": day_ago}, {moab}),
        ({"stale": "true"}, {moab}),
        ({"stale": "false"}, {slurm}),
    ):
        assert found(client, PROCESSORS, **query) == {row.uuid for row in expected}, query


def test_an_agent_shows_its_services_and_a_service_its_processors(client, identity):
    service = AgentServiceFactory(identity=identity, mode="")
    processor = AgentProcessorFactory(service=service)

    agent = client.get(f"{IDENTITIES}{identity.uuid}/").json()
    inner = client.get(f"{SERVICES}{service.uuid}/").json()

    assert [row["uuid"] for row in agent["services"]] == [service.uuid.hex]
    assert agent["services"][0]["state"] == "Active"
    assert agent["services"][0]["mode"] == ""
    assert [row["uuid"] for row in inner["processors"]] == [processor.uuid.hex]


def test_an_offering_s_status_says_what_is_done_for_it_and_whether_it_still_is(
    client, identity, offering, now
):
    hours_ago = now - timedelta(hours=4)
    AgentServiceFactory(identity=identity, name="order_process", last_seen=now)
    AgentServiceFactory(identity=identity, name="report", mode="report", last_seen=hours_ago)
    old = AgentIdentityFactory(offering=offering, name="old machine")
    AgentServiceFactory(identity=old, name="order_process", last_seen=hours_ago)
    AgentServiceFactory(mode="order_process")  # of somebody else's offering

    rows = client.get(STATUSES, {"o": "last_request_timestamp"}).json()

    url = f"http://testserver/api/marketplace-provider-offerings/{offering.uuid.hex}/"
    assert [
        (row["agent_type"], row["status"], row["last_request_timestamp"], row["service_name"])
        for row in rows
    ] == [
        ("Usage reporting", "Disconnected", f"{hours_ago:%Y-%m-%dT%H:%M:%SZ}", "report"),
        ("Order processing", "Active", f"{now:%Y-%m-%dT%H:%M:%SZ}", "order_process"),
    ]
    assert {row["offering"] for row in rows} == {url}
    for row in rows:
        assert client.get(row["url"]).json() == row
        assert ClientStatus.from_dict(row).status == row["status"]
    shown = client.get(
        f"/api/marketplace-provider-offerings/{offering.uuid}/", {"field": "integration_status"}
    ).json()
    assert shown == {
        "integration_status": [
            {
                "agent_type": "Order processing",
                "service_name": "order_process",
                "status": "Active",
                "last_request_timestamp": f"{now:%Y-%m-%dT%H:%M:%S}.000000Z",
            },
            {
                "agent_type": "Usage reporting",
                "service_name": "report",
                "status": "Disconnected",
                "last_request_timestamp": f"{hours_ago:%Y-%m-%dT%H:%M:%S}.000000Z",
            },
        ]
    }


def test_an_offering_without_agents_has_an_empty_status_which_consumers_are_not_shown(
    client, offering, alice, as_user
):
    provided = client.get(f"/api/marketplace-provider-offerings/{offering.uuid}/").json()
    ordered = as_user(alice).get(f"/api/marketplace-public-offerings/{offering.uuid}/").json()
    assert provided["integration_status"] == []
    assert "integration_status" not in ordered


def test_statuses_are_filtered(client, identity, offering, provider, now):
    live = AgentServiceFactory(identity=identity, mode="report")
    other = HpcOfferingFactory(customer=provider)
    gone = AgentServiceFactory(identity__offering=other, last_seen=now - timedelta(hours=1))
    url = f"http://testserver/api/marketplace-provider-offerings/{other.uuid.hex}/"
    for query, expected in (
        ({"status": "Active"}, {live}),
        ({"status": ["Active", "Disconnected"]}, {live, gone}),
        ({"status": "Unknown"}, set()),
        ({"agent_type": "Order processing"}, {gone}),
        ({"offering_uuid": [offering.uuid.hex, str(other.uuid)]}, {live, gone}),
        ({"offering": url}, {gone}),
        ({"offering_slug": offering.slug}, {live}),
        ({"customer_uuid": provider.uuid.hex}, {live, gone}),
        ({"customer_uuid": "0" * 32}, set()),
        ({"parent_offering_uuid": offering.uuid.hex}, set()),
    ):
        assert found(client, STATUSES, **query) == {row.uuid for row in expected}, query


def test_reading_changes_nothing(client, identity, now):
    service = AgentServiceFactory(identity=identity, last_seen=now - timedelta(hours=1))
    before = list(AgentIdentity.objects.values()), list(AgentService.objects.values())

    for path in (IDENTITIES, f"{IDENTITIES}{identity.uuid}/", SERVICES, STATUSES):
        assert client.get(path).status_code == 200
    assert client.get(f"{STATUSES}{service.uuid}/").json()["status"] == "Disconnected"

    assert (list(AgentIdentity.objects.values()), list(AgentService.objects.values())) == before


@pytest.fixture
def left_behind(offering, now):
    """Return an agent that runs, and one that was left behind two days ago."""
    runs = AgentIdentityFactory(offering=offering, name="runs")
    AgentServiceFactory(identity=runs, name="order_process")
    two_days_ago = now - timedelta(days=2)
    left = AgentIdentityFactory(offering=offering, name="left", last_seen=two_days_ago)
    AgentProcessorFactory(
        service=AgentServiceFactory(identity=left, name="old", last_seen=two_days_ago)
    )
    return runs, left


def test_cleaning_up_without_a_word_only_tells_what_would_go(dave, as_user, left_behind):
    _, left = left_behind
    staff = as_user(dave)

    agents = staff.post(f"{IDENTITIES}cleanup_orphaned/", {}, format="json")
    services = staff.post(f"{SERVICES}cleanup_stale/", {}, format="json")

    assert (agents.status_code, services.status_code) == (200, 200)
    assert [row["name"] for row in agents.json()["items"]] == ["left"]
    assert agents.json()["items"][0]["offering__name"] == left.offering.name
    item = services.json()["items"][0]
    assert (item["name"], item["identity__name"], item["state"]) == ("old", "left", "Idle")
    for answer in (agents, services):
        assert (answer.json()["dry_run"], answer.json()["deleted_count"]) == (True, 1)
        assert ClientCleanup.from_dict(answer.json()).dry_run is True
    assert (AgentIdentity.objects.count(), AgentService.objects.count()) == (2, 2)


def test_staff_clean_up_what_was_left_behind_and_the_second_time_there_is_nothing(
    dave, as_user, left_behind
):
    staff = as_user(dave)
    asked = {"dry_run": False, "older_than_hours": 24}

    stale = staff.post(f"{SERVICES}cleanup_stale/", asked, format="json").json()
    orphaned = staff.post(f"{IDENTITIES}cleanup_orphaned/", asked, format="json").json()
    again = staff.post(f"{IDENTITIES}cleanup_orphaned/", asked, format="json").json()

    assert (stale["deleted_count"], orphaned["deleted_count"], again["deleted_count"]) == (1, 1, 0)
    assert list(AgentIdentity.objects.values_list("name", flat=True)) == ["runs"]
    assert list(AgentService.objects.values_list("name", flat=True)) == ["order_process"]
    assert not AgentProcessor.objects.exists()
    kinds = (
        Event.objects.exclude(subject_type="token").order_by("pk").values_list("kind", flat=True)
    )
    assert list(kinds) == ["agent_service.removed", "agent.removed"]


def test_what_is_not_old_enough_stays(dave, as_user, left_behind):
    asked = {"dry_run": False, "older_than_hours": 72}
    for path in (f"{SERVICES}cleanup_stale/", f"{IDENTITIES}cleanup_orphaned/"):
        assert as_user(dave).post(path, asked, format="json").json()["items"] == []


@pytest.mark.parametrize("hours", [0, -1, 10**9, "x"])
def test_an_age_must_be_one(dave, as_user, hours):
    answer = as_user(dave).post(
        f"{IDENTITIES}cleanup_orphaned/", {"older_than_hours": hours}, format="json"
    )
    assert (answer.status_code, list(answer.json())) == (400, ["older_than_hours"])


def test_an_agent_that_is_removed_ends_all_that_is_its(client, identity, offering, carol):
    service = AgentServiceFactory(identity=identity)
    subscription = EventSubscriptionFactory(identity=identity, user=carol)
    EventSubscriptionQueueFactory(event_subscription=subscription, offering=offering)
    consumer = EventConsumerFactory(identity=identity, user=carol)

    assert client.delete(f"{IDENTITIES}{identity.uuid}/").status_code == 204
    assert client.delete(f"{IDENTITIES}{identity.uuid}/").status_code == 404

    assert client.get(f"{SERVICES}{service.uuid}/").status_code == 404
    told = dict(Event.objects.exclude(subject_type="token").values_list("kind", "payload"))
    assert sorted(told) == [
        "agent.removed", "queue.removed", "subscription.removed", "subscription_queue.removed",
    ]  # fmt: skip
    assert told["queue.removed"]["queue_name"] == f"consumer_{consumer.uuid.hex}"
    assert told["queue.removed"]["vhost"] == carol.uuid.hex


def test_a_service_and_a_processor_are_removed_and_may_come_again(client, identity):
    processor = AgentProcessorFactory(service__identity=identity)
    service = processor.service

    assert client.delete(f"{PROCESSORS}{processor.uuid}/").status_code == 204
    assert client.delete(f"{SERVICES}{service.uuid}/").status_code == 204
    again = client.post(
        f"{IDENTITIES}{identity.uuid}/register_service/", {"name": service.name}, format="json"
    )

    assert again.status_code == 201
    assert client.delete(f"{PROCESSORS}{processor.uuid}/").status_code == 404


def test_the_support_reads_agents_in_numbers(sam, as_user, offering, identity, now):
    service = AgentServiceFactory(identity=identity)
    AgentServiceFactory(identity=identity, error="x")
    AgentServiceFactory(identity=identity, last_seen=now - timedelta(days=2))
    AgentProcessorFactory(service=service, backend_type="slurm")
    AgentProcessorFactory(service=service, backend_type="slurm", last_run=now - timedelta(days=2))

    answer = as_user(sam).get("/api/marketplace-site-agent-stats/").json()

    assert answer == {
        "identities": {
            "total": 1,
            "by_offering": [
                {
                    "offering__uuid": offering.uuid.hex,
                    "offering__name": offering.name,
                    "count": 1,
                }
            ],
        },
        "services": {
            "total": 3,
            "by_state": {"active": 1, "idle": 1, "error": 1},
            "stale_count": 1,
        },
        "processors": {
            "total": 2,
            "by_backend_type": [{"backend_type": "slurm", "count": 2}],
            "stale_count": 1,
        },
    }
    assert ClientStats.from_dict(answer).services.total == 3
