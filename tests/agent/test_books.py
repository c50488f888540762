"""The books equal what the cluster used, whatever happens to an allocation in between."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from tests.agent import acts
from tests.agent.service import LIMITS

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.agent.acts import Allocation
    from tests.agent.service import Service
    from tests.agent.site import Site

NODE_HOUR = 0.064
"""What an hour of a node is: 64 cores, in thousands of core-hours."""


@dataclass(frozen=True)
class Books:
    """A cluster, the allocation there, and what both say of it."""

    cluster: Site
    allocation: Allocation
    hours: dict[tuple[str, str], int]
    """What the cluster was used: hours of nodes by month and person."""

    def use(self, who: str, hours: int, day: date) -> None:
        """Use the cluster."""
        account = self.allocation.now()["backend_id"]
        self.cluster.compute(who, account, hours, day=day.isoformat())
        self.hours[f"{day.replace(day=1)}", who] += hours

    def agree(self) -> None:
        """See that the agent has nothing to say, and that what it reported is what was used."""
        assert self.cluster.cycle("report").complaints == []
        query = {"resource_uuid": self.allocation.uuid, "type": "cpu"}
        whole = self.allocation.pi.get("marketplace-component-usages/", **query)
        parts = self.allocation.pi.get("marketplace-component-user-usages/", **query)
        by_whom = {key: round(hours * NODE_HOUR, 2) for key, hours in self.hours.items()}
        assert sorted((p["billing_period"], p["username"], float(p["usage"])) for p in parts) == [
            (month, who, used) for (month, who), used in sorted(by_whom.items())
        ]
        in_all: dict[str, float] = defaultdict(float)
        for (month, _), used in by_whom.items():
            in_all[month] += used
        assert sorted((row["billing_period"], float(row["usage"])) for row in whole) == [
            (month, round(used, 2)) for month, used in sorted(in_all.items())
        ]


def order_another_plan(service: Service, allocation: Allocation, offering: str) -> str:
    """Put up a second plan, and let the PI switch to it; return the order."""
    api = f"{service.base_url}/api"
    of = f"{api}/marketplace-provider-offerings/{offering}/"
    body = {"name": "Other", "unit": "month", "offering": of}
    plan = service.person("site-owner").post("marketplace-plans/", body, expect=201)
    wanted = {"plan": f"{api}/marketplace-public-offerings/{offering}/plans/{plan['uuid']}/"}
    told = allocation.pi.post(f"marketplace-resources/{allocation.uuid}/switch_plan/", wanted)
    return str(told["order_uuid"])


def test_the_books_equal_what_the_cluster_used(service: Service, site: Callable[..., Site]) -> None:
    """Through a month's end, a switch of plans, an error, an end and a restoration."""
    slurm = site(LIMITS, reporting_periods=2)
    allocation, _ = acts.provision(slurm, service, {"cpu": 10, "mem": 200})
    acts.await_team(service, slurm.offering)
    slurm.cycle("membership_sync")
    books = Books(slurm, allocation, defaultdict(int))
    first = date.fromisoformat(acts.this_month()[0])
    month_before, day = first - timedelta(days=20), first + timedelta(days=3)
    allocation.begin_earlier(first - timedelta(days=25))
    books.use("ada", 10, month_before)
    books.use("ada", 10, day)
    books.use("ben", 20, day)
    books.agree()

    order = order_another_plan(service, allocation, slurm.offering)
    slurm.cycle("order_process")
    assert allocation.order_now(order)["state"] == "done"
    path = f"marketplace-provider-resources/{allocation.uuid}/set_as_erred/"
    service.person("site-owner").post(path, {})
    books.use("ada", 10, day)
    books.agree()

    allocation.terminate()
    slurm.cycle("order_process")
    allocation.pi.post(f"marketplace-resources/{allocation.uuid}/restore/")
    slurm.cycle("order_process")
    assert allocation.now()["state"] == "OK"
    books.use("ben", 30, day)
    books.agree()
