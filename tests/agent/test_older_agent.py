"""The last agent that subscribes to each type of object on its own, 1.0.5, in event mode."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import pytest

from tests.agent import acts
from tests.agent.events import Listener, complaints
from tests.agent.service import LIMITS, eventually
from tests.agent.site import AGENT_ENV

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.agent.service import Service
    from tests.agent.site import Site

OLDER = AGENT_ENV / "older"
TYPES = 8
"""How many types of objects it subscribes to, one after another."""

LET_IN_TWICE = ("'add', 'user'", "Nothing added")
"""It reads its queues at once, so that two may let the same person in, whom one finds there."""

pytestmark = pytest.mark.skipif(
    not OLDER.exists() and not os.environ.get("CI"), reason="`make agent` installs the older agent"
)


def test_it_hears_of_everything_over_a_queue_for_each_type(
    bus_service: Service,
    bus_site: Callable[..., Site],
    bus_program: Callable[[str], dict[str, Any]],
) -> None:
    slurm = bus_site(LIMITS, environment={"PYTHONPATH": str(OLDER)})
    owner = bus_service.person("site-owner")
    with slurm.agent("event_process") as running:
        agent = Listener(running)

        def connections() -> int:
            return sum("Started STOMP connection" in str(line) for line in agent.said().lines)

        eventually(lambda: connections() == TYPES, "it listens to all types")
        assert agent.said().mentions("Waldur site agent version: 1.0.5")

        account = agent.carries_out_an_order_and_a_pause(bus_service, slurm)

        program = bus_program("svc-old")
        agent.hears("service_account", account_uuid=program["uuid"], action="create")
        agent.does(lambda: program["username"] in slurm.users(account))

        request = owner.post("backend-resource-requests/", {"offering": slurm.offering}, expect=201)
        asked = f"backend-resource-requests/{request['uuid']}/"
        agent.hears("importable_resources", backend_resource_request_uuid=request["uuid"])
        agent.does(lambda: owner.get(asked)["state"] == "Done")

        slurm.run("sacctmgr", "--immediate", "delete", "account", account)
        owner.post(f"marketplace-provider-offerings/{slurm.offering}/sync_resources/", expect=202)
        agent.hears("offering_resources_sync", offering_uuid=slurm.offering)
        team = acts.TEAM | {program["username"]}
        agent.does(lambda: account in slurm.accounts() and slurm.users(account) == team)
    complained = complaints(agent.said())
    assert [text for text in complained if not any(word in text for word in LET_IN_TWICE)] == []
