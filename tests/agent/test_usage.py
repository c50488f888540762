"""What a cluster counted arrives here, by component and by person, and policies act on it."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

import pytest
from django.utils import timezone

from accounting import ledger
from tests.agent import acts
from tests.agent.service import LIMITS, USAGE

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.agent.service import Service
    from tests.agent.site import Site

TEN_NODE_HOURS = {"cpu": 0.64, "mem": 85.33}
"""64 cores and 512 GB for ten hours, in thousands of core-hours and in sixtieths of GB-hours."""


def test_the_usage_of_a_month_arrives_with_what_each_person_used(
    service: Service, site: Callable[..., Site]
) -> None:
    slurm = site(USAGE, accounting="usage")
    allocation, _ = acts.provision(slurm, service, {})
    account = allocation.now()["backend_id"]
    acts.await_team(service, slurm.offering)
    slurm.cycle("membership_sync")
    said = slurm.cycle("report")
    assert said.complaints == []

    slurm.compute("ada", account, 10)
    slurm.compute("ben", account, 20)
    said = slurm.cycle("report")
    assert said.complaints == []
    cpu, mem = allocation.usages()["cpu"], allocation.usages()["mem"]
    assert cpu == 1.92
    by_person = allocation.user_usages()
    assert (by_person["ada", "cpu"], by_person["ben", "cpu"]) == (0.64, 1.28)
    assert round(by_person["ada", "mem"] + by_person["ben", "mem"], 2) == mem

    said = slurm.cycle("report")  # a second report of the same changes nothing
    assert (said.complaints, allocation.usages(), allocation.user_usages()) == (
        [],
        {"cpu": cpu, "mem": mem},
        by_person,
    )


@pytest.mark.parametrize(
    ("like", "accounting", "is_taken"), [(USAGE, "usage", False), (LIMITS, "limit", True)]
)
def test_a_late_report_of_last_month_is_taken_only_for_what_is_not_charged_by_usage(
    service: Service, site: Callable[..., Site], like: str, accounting: str, is_taken: bool
) -> None:
    slurm = site(like, accounting=accounting, reporting_periods=2)
    limits = {"cpu": 10, "mem": 20} if like == LIMITS else {}
    allocation, _ = acts.provision(slurm, service, limits)
    account = allocation.now()["backend_id"]
    acts.await_account(service, slurm.offering, "ada", "OK")
    slurm.cycle("membership_sync")
    last_month = date.fromisoformat(acts.this_month()[0]) - timedelta(days=1)
    allocation.begin_earlier(last_month - timedelta(days=5))
    slurm.compute("ada", account, 10, day=last_month.isoformat())

    begun = timezone.now()
    said = slurm.cycle("report")

    assert said.complaints == []
    rows = allocation.provider.get(
        "marketplace-component-usages/",
        resource_uuid=allocation.uuid,
        billing_period=last_month.replace(day=1).isoformat(),
    )
    found = {row["type"]: row["usage"] for row in rows}
    is_open = not ledger.is_over(last_month.replace(day=1), begun)  # somewhere on Earth
    assert (found.get("cpu") == "0.64") is (is_taken or is_open)
    refused = said.mentions("does not allow backfilling usage-based components")
    assert refused is not (is_taken or is_open)


def test_a_policy_downscales_and_pauses_an_allocation_that_used_it_up(
    service: Service, site: Callable[..., Site]
) -> None:
    slurm = site(LIMITS)
    allocation, _ = acts.provision(slurm, service, {"cpu": 1, "mem": 100_000})
    account = allocation.now()["backend_id"]
    acts.await_account(service, slurm.offering, "ada", "OK")
    slurm.cycle("membership_sync")
    owner = service.person("site-owner")
    policy = owner.post(
        "marketplace-slurm-periodic-usage-policies/",
        {
            "scope": f"{service.base_url}/api/marketplace-provider-offerings/{slurm.offering}/",
            "actions": "request_slurm_resource_downscaling,request_slurm_resource_pausing",
            "component_limits_set": [],
            "apply_to_all": True,
            "period": 2,
            "grace_ratio": 0.5,
            "carryover_enabled": False,
            "tres_billing_enabled": False,
            "qos_strategy": "threshold",
        },
        expect=201,
    )
    evaluate = f"marketplace-slurm-periodic-usage-policies/{policy['uuid']}/evaluate/"
    try:
        for node_hours, flags, qos in (
            (20, (False, True), "limited"),  # 1.28 of 1: above, within the grace
            (10, (True, True), "paused"),  # 1.92 of 1: beyond it
        ):
            slurm.compute("ada", account, node_hours)
            assert slurm.cycle("report").complaints == []
            told = owner.post(evaluate, {"resource_uuid": allocation.uuid}, expect=200)
            assert told["resources"][0]["resource_uuid"] == allocation.uuid
            now = allocation.now()
            assert (now["paused"], now["downscaled"]) == flags
            assert slurm.cycle("membership_sync").complaints == []
            assert slurm.qos(account) == qos
    finally:
        owner.http.delete(f"/api/marketplace-slurm-periodic-usage-policies/{policy['uuid']}/")
