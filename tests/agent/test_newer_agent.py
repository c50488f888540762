"""The release candidate of the next agent, 1.0.8: a short pass of each way of running it."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from tests.agent import acts
from tests.agent.events import complaints, listener
from tests.agent.service import LIMITS
from tests.agent.site import AGENT_ENV

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.agent.service import Service
    from tests.agent.site import Site

NEWER = AGENT_ENV / "newer"
ENVIRONMENT = {"PYTHONPATH": str(NEWER), "PYTHONUNBUFFERED": "1"}
"""It writes its log in blocks where nobody looks on, and the last one is lost."""

pytestmark = pytest.mark.skipif(
    not NEWER.exists() and not os.environ.get("CI"), reason="`make agent` installs the newer agent"
)


def test_by_asking_it_makes_an_allocation_lets_people_in_and_reports(
    service: Service, site: Callable[..., Site]
) -> None:
    slurm = site(LIMITS, environment=ENVIRONMENT)
    allocation, said = acts.provision(slurm, service, {"cpu": 10, "mem": 200})
    assert said.complaints == []
    assert said.mentions("1.0.8")
    account = allocation.now()["backend_id"]
    acts.await_team(service, slurm.offering)
    assert slurm.cycle("membership_sync").complaints == []
    assert slurm.users(account) == acts.TEAM

    slurm.compute("ada", account, 10)
    assert slurm.cycle("report").complaints == []

    assert allocation.usages()["cpu"] == allocation.user_usages()["ada", "cpu"] == 0.64


def test_in_event_mode_it_hears_of_orders_and_flags(
    bus_service: Service, bus_site: Callable[..., Site]
) -> None:
    slurm = bus_site(LIMITS, environment=ENVIRONMENT)
    with listener(slurm) as agent:
        agent.carries_out_an_order_and_a_pause(bus_service, slurm)
    assert complaints(agent.said()) == []
