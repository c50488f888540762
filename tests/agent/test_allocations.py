"""An allocation from order to end, with the site agent between this service and a Slurm cluster."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.agent import acts
from tests.agent.service import LIMITS, eventually

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.agent.service import Service
    from tests.agent.site import Site


def test_an_order_becomes_an_account_with_its_limits_and_its_members(
    service: Service, site: Callable[..., Site]
) -> None:
    slurm = site(LIMITS)

    allocation, said = acts.provision(slurm, service, {"cpu": 10, "mem": 20}, "Ocean currents")

    resource = allocation.now()
    account = f"hpc_{resource['slug']}"
    assert resource["slug"].startswith("ocean-curr")
    assert (resource["backend_id"], resource["limits"]) == (account, {"cpu": 10, "mem": 20})
    assert slurm.limits(account) == "cpu=600000,mem=1200G"
    assert said.complaints == []


def test_changed_limits_reach_the_cluster_and_the_end_removes_the_account(
    service: Service, site: Callable[..., Site]
) -> None:
    slurm = site(LIMITS)
    allocation, _ = acts.provision(slurm, service, {"cpu": 10, "mem": 20})
    account = allocation.now()["backend_id"]

    update = allocation.update({"cpu": 30, "mem": 20})
    said = slurm.cycle("order_process")
    assert (allocation.order_now(update)["state"], said.complaints) == ("done", [])
    assert allocation.now()["limits"] == {"cpu": 30, "mem": 20}
    assert slurm.limits(account) == "cpu=1800000,mem=1200G"

    end = allocation.terminate()
    said = slurm.cycle("order_process")
    assert (allocation.order_now(end)["state"], said.complaints) == ("done", [])
    assert allocation.now()["state"] == "Terminated"
    assert account not in slurm.accounts()


def test_a_terminated_allocation_is_restored_under_its_old_name(
    service: Service, site: Callable[..., Site]
) -> None:
    slurm = site(LIMITS)
    allocation, _ = acts.provision(slurm, service, {"cpu": 10, "mem": 20})
    account = allocation.now()["backend_id"]
    allocation.terminate()
    slurm.cycle("order_process")
    assert account not in slurm.accounts()

    told = allocation.pi.post(f"marketplace-resources/{allocation.uuid}/restore/")
    said = slurm.cycle("order_process")

    assert allocation.order_now(told["order_uuid"])["state"] == "done"
    missing, recreated = said.complaints
    assert missing == f"There is no resource with ID {account} in the backend"
    assert recreated.endswith("will re-create with the same backend_id")
    resource = allocation.now()
    assert (resource["state"], resource["backend_id"]) == ("OK", account)
    assert resource["limits"] == {"cpu": 10, "mem": 20}
    assert account in slurm.accounts()


def test_the_second_allocation_of_a_name_gets_an_account_of_its_own_also_after_the_first_ended(
    service: Service, site: Callable[..., Site]
) -> None:
    slurm = site(LIMITS, extra={}, settings={"check_backend_id_uniqueness": True})
    first, _ = acts.provision(slurm, service, {"cpu": 10, "mem": 20}, "Twin")
    first.terminate()
    slurm.cycle("order_process")

    second, said = acts.provision(slurm, service, {"cpu": 10, "mem": 20}, "Twin")

    assert first.now()["backend_id"] != second.now()["backend_id"]
    assert second.now()["backend_id"] in slurm.accounts()
    assert said.complaints == []


def test_an_order_that_fails_at_the_site_says_why_and_is_taken_up_again(
    service: Service, site: Callable[..., Site]
) -> None:
    slurm = site(LIMITS)
    slurm.configure(backend_settings={**slurm.backend_settings, "slurm_bin_path": "/nowhere"})
    allocation = acts.order(service, slurm.offering, {"cpu": 10, "mem": 20})
    slurm.cycle("order_process")
    order = allocation.order_now()
    assert (order["state"], allocation.now()["state"]) == ("erred", "Erred")
    assert "/nowhere" in order["error_message"] + order["error_traceback"]

    slurm.configure()
    allocation.provider.post(f"marketplace-orders/{allocation.order}/retry/")
    said = slurm.cycle("order_process")

    assert (allocation.order_now()["state"], allocation.now()["state"]) == ("done", "OK")
    assert allocation.now()["backend_id"] in slurm.accounts()
    assert said.complaints == []


def test_an_agent_that_is_killed_over_an_order_finishes_it_when_it_is_started_again(
    service: Service, site: Callable[..., Site]
) -> None:
    slurm = site(LIMITS)
    allocation = acts.order(service, slurm.offering, {"cpu": 10, "mem": 20})
    with slurm.agent("order_process") as agent:
        eventually(lambda: allocation.order_now()["state"] == "executing")
        agent.kill()
    assert allocation.order_now()["state"] == "executing"

    said = slurm.cycle("order_process")

    assert (allocation.order_now()["state"], allocation.now()["state"]) == ("done", "OK")
    assert slurm.limits(allocation.now()["backend_id"]) == "cpu=600000,mem=1200G"
    assert [text for text in said.complaints if "HTTP" in text or "Unexpected" in text] == []
