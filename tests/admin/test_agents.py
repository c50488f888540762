"""What the staff see of site agents: which are alive, what they run, and what failed last."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from allocations.models import AgentIdentity, AgentLog, AgentService
from identity.models import Event
from tests.admin.pages import address, do, page_of, text
from tests.factories.agents import (
    AgentIdentityFactory,
    AgentLogFactory,
    AgentServiceFactory,
    EventConsumerFactory,
)

if TYPE_CHECKING:
    from datetime import datetime

    from django.test import Client

pytestmark = pytest.mark.django_db


def test_the_list_says_which_are_alive_their_version_services_and_what_failed_last(
    staff: Client, now: datetime
) -> None:
    agent = AgentIdentityFactory(
        name="agent-1", version="0.9.1", last_seen=now - timedelta(minutes=3)
    )
    AgentServiceFactory(identity=agent, name="order_process", last_seen=now)
    AgentServiceFactory(
        identity=agent, name="report", mode="report", last_seen=now - timedelta(hours=5)
    )
    AgentServiceFactory(identity=agent, name="sync", error="no slurmdbd", last_seen=now)
    AgentLogFactory(identity=agent, message="older", timestamp=now - timedelta(days=2))
    AgentLogFactory(identity=agent, message="slurmctld is down", timestamp=now - timedelta(hours=4))
    AgentLogFactory(identity=agent, message="all is well", level="INFO", timestamp=now)

    shown = text(staff.get(address(AgentIdentity, "changelist")))

    assert f"{agent.offering.name} 0.9.1 (incompatible) 3 minutes ago" in shown
    assert "order_process Active report Idle sync Error" in shown
    assert "slurmctld is down (4 hours ago) agent-1" in shown
    assert "older" not in shown


def test_an_agent_s_page_shows_its_parts_and_its_log(staff: Client, now: datetime) -> None:
    agent = AgentIdentityFactory()
    AgentServiceFactory(identity=agent, name="report", mode="report")
    queue = EventConsumerFactory(identity=agent)
    for number in range(11):
        AgentLogFactory(identity=agent, message=f"broken {number}", level="CRITICAL")
    AgentLogFactory(identity=agent, message="all is well", level="INFO")

    page = staff.get(page_of(agent))

    shown = text(page)
    for part in ("report Active Usage reporting", "broken 10", "all is well", queue.queue_name):
        assert part in shown
    failed = next(p for p in page.context["related_tables"] if p["title"] == "What failed last")
    listed = staff.get(failed["all_url"])
    assert listed.status_code == 200
    assert listed.context["cl"].result_count == 11


def test_an_offering_s_page_shows_the_agents_that_serve_it(staff: Client) -> None:
    service = AgentServiceFactory(name="order_process")
    shown = text(staff.get(page_of(service.identity.offering)))
    assert "Site agents" in shown
    assert f"order_process Active 0 minutes ago {service.identity.name}" in shown


def test_staff_forget_an_agent_with_a_reason(staff: Client) -> None:
    service = AgentServiceFactory()
    AgentLogFactory(identity=service.identity)

    do(staff, "remove", service.identity, reason="the machine was switched off")

    assert not AgentIdentity.objects.exists()
    assert not AgentService.objects.exists()
    assert not AgentLog.objects.exists()
    event = Event.objects.get(kind="agent.removed")
    assert event.payload["reason"] == "the machine was switched off"


def test_the_start_page_names_agents_that_fell_silent_and_no_others(
    staff: Client, now: datetime
) -> None:
    def service(mode: str, **ago: int) -> AgentService:
        made: AgentService = AgentServiceFactory(
            name=mode, mode=mode, last_seen=now - timedelta(**ago)
        )
        return made

    silent = service("order_process", minutes=40)
    service("membership_sync", minutes=10)
    service("report", minutes=80)
    service("event_process", hours=20)
    forgotten = service("order_process", days=31)
    moved = service("order_process", hours=3)
    AgentServiceFactory(
        identity__offering=moved.identity.offering,
        identity__name="new machine",
        mode="order_process",
        last_seen=now,
    )

    shown = text(staff.get("/admin/"))

    line = f"Order processing {silent.identity.offering.name} {silent.identity.name} 40 minutes"
    assert line in shown
    assert forgotten.identity.offering.name not in shown
    assert moved.identity.offering.name not in shown
    for kind in ("Resource sync", "Usage reporting", "Event processing"):
        assert kind not in shown


def test_with_all_agents_alive_the_start_page_says_so(staff: Client) -> None:
    AgentServiceFactory()
    assert "Every site agent is heard of." in text(staff.get("/admin/"))


def test_the_start_page_leads_to_all_silent_agents_at_the_same_cost(
    staff: Client, now: datetime
) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert staff.get("/admin/").status_code == 200
        return len(captured)

    queries()
    none = queries()
    for _ in range(9):
        AgentServiceFactory(last_seen=now - timedelta(hours=1))
    assert queries() == none
    listed = staff.get(address(AgentService, "changelist"), {"silent": "yes"})
    assert listed.context["cl"].result_count == 9
