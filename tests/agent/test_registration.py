"""Agents introduce themselves: who is alive, which version runs, what failed last."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import yaml

from tests.agent.service import LIMITS, eventually

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.agent.service import Person, Service
    from tests.agent.site import Site

MODES = ("membership_sync", "order_process", "report")


def agents_of(owner: Person, offering: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = owner.get(
        "marketplace-site-agent-identities/", offering_uuid=offering
    )
    return rows


def test_three_processes_that_start_at_once_are_one_agent_with_three_services(
    service: Service, site: Callable[..., Site]
) -> None:
    slurm, owner = site(LIMITS), service.person("site-owner")

    with ThreadPoolExecutor(len(MODES)) as pool:
        said = list(pool.map(slurm.cycle, MODES))
    slurm.cycle("order_process")  # and again

    assert [line for one in said for line in one.complaints] == []
    (agent,) = agents_of(owner, slurm.offering)
    assert (agent["name"], agent["version"]) == (f"agent-{slurm.offering}", "1.0.7")
    assert sorted(one["name"] for one in agent["services"]) == list(MODES)
    assert {one["state"] for one in agent["services"]} == {"Active"}
    processors = owner.get("marketplace-site-agent-processors/")
    mine = {s["uuid"] for s in agent["services"]}
    assert sorted(p["name"] for p in processors if p["service"].replace("-", "") in mine) == [
        "OfferingMembershipProcessor",
        "OfferingOrderProcessor",
        "OfferingReportProcessor",
    ]
    status = owner.get(f"marketplace-provider-offerings/{slurm.offering}/")["integration_status"]
    assert sorted((one["agent_type"], one["status"]) for one in status) == [
        ("Order processing", "Active"),
        ("Resource sync", "Active"),
        ("Usage reporting", "Active"),
    ]


def test_an_agent_sends_its_log_to_those_who_may_read_it(
    service: Service, site: Callable[..., Site]
) -> None:
    slurm, owner = site(LIMITS), service.person("site-owner")
    config = yaml.safe_load(slurm.config.read_text())
    config["log_shipping"] = {"enabled": True, "ship_interval_seconds": 10, "log_level": "INFO"}
    slurm.config.write_text(yaml.safe_dump(config))

    with slurm.agent("order_process"):
        (agent,) = eventually(lambda: agents_of(owner, slurm.offering))
        lines = eventually(
            lambda: owner.get("marketplace-site-agent-logs/", agent_identity_uuid=agent["uuid"])
        )

    assert {line["level"] for line in lines} >= {"INFO"}
    assert service.person("pi").get("marketplace-site-agent-logs/") == []
