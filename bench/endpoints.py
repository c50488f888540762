"""What is measured: every list, two reads of a row, an agent's polls, and the commonest writes."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import count
from typing import TYPE_CHECKING

from bench.data.allocations import offering_number
from bench.data.rows import uuid_of
from bench.data.sizes import COMPONENTS, PROVIDERS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bench.data.sizes import Sizes

PAGE_SIZE = 100
CONSUMER = ("staff", "owner")
PROVIDER = ("staff", "provider")

LISTS = {
    "customers": CONSUMER,
    "projects": CONSUMER,
    "users": CONSUMER,
    "roles": CONSUMER,
    "keys": CONSUMER,
    "marketplace-categories": CONSUMER,
    "marketplace-service-providers": CONSUMER,
    "marketplace-provider-offerings": PROVIDER,
    "marketplace-public-offerings": CONSUMER,
    "marketplace-plans": PROVIDER,
    "marketplace-orders": CONSUMER,
    "marketplace-resources": CONSUMER,
    "marketplace-provider-resources": PROVIDER,
    "marketplace-offering-users": PROVIDER,
    "marketplace-component-usages": CONSUMER,
    "marketplace-component-user-usages": CONSUMER,
    "events": CONSUMER,
}
"""The collections, and in whose name each is read: who has most to see in it."""

READ = {"marketplace-resources": "resource", "marketplace-orders": "order"}
"""The collections of which one row is read, and the noun of its UUID."""


OFFERING, RESOURCE = uuid_of("offering", 0).hex, uuid_of("resource", 0).hex
LIVE = f"offering_uuid={OFFERING}&state=OK&state=Erred&page_size={PAGE_SIZE}"
POLLS = {
    "orders that wait": (
        f"marketplace-orders/?offering_uuid={OFFERING}&state=pending-provider&state=executing"
        f"&page_size={PAGE_SIZE}"
    ),
    "live resources": (
        f"marketplace-provider-resources/?{LIVE}&field=uuid&field=backend_id&field=name&field=slug"
        "&field=state&field=limits&field=paused&field=downscaled&field=project_uuid"
    ),
    "accounts": (
        f"marketplace-offering-users/?offering_uuid={OFFERING}&is_restricted=false"
        f"&page_size={PAGE_SIZE}"
    ),
    "a team": f"marketplace-provider-resources/{RESOURCE}/team/",
    "an offering": (
        f"marketplace-provider-offerings/{OFFERING}/?field=components&field=customer_uuid"
        "&field=partitions&field=plugin_options"
    ),
}
"""What a site agent asks for in every round, as it asks."""


@dataclass(frozen=True)
class MeasuredRequest:
    """One request of an endpoint."""

    method: str
    path: str
    body: object = None


@dataclass(frozen=True)
class Endpoint:
    """Something that is measured in somebody's name; `floor` is the path of its floor, if any."""

    name: str
    role: str
    expected: int
    requests: Iterator[MeasuredRequest]
    floor: str | None = None


def endpoints(sizes: Sizes) -> Iterator[Endpoint]:
    """Yield everything that is measured."""
    for noun, roles in LISTS.items():
        path = f"/api/{noun}/?page_size={PAGE_SIZE}"
        floor = f"/bench/floor/{noun}/?page_size={PAGE_SIZE}"
        for role in roles:
            yield Endpoint(f"GET {noun}", role, 200, always(MeasuredRequest("GET", path)), floor)
    for noun, of in READ.items():
        path = f"/api/{noun}/{uuid_of(of, 0).hex}/"
        for role in CONSUMER:
            yield Endpoint(f"GET {noun}/<uuid>", role, 200, always(MeasuredRequest("GET", path)))
    for name, path in POLLS.items():
        yield Endpoint(
            f"poll: {name}", "provider", 200, always(MeasuredRequest("GET", f"/api/{path}"))
        )
    for role in CONSUMER:
        yield Endpoint("POST marketplace-orders", role, 201, orders(sizes))
    for role in PROVIDER:
        yield Endpoint("POST marketplace-component-usages/set_usage", role, 201, usages(sizes))


def always(request: MeasuredRequest) -> Iterator[MeasuredRequest]:
    """Yield the same request for ever."""
    while True:
        yield request


def orders(sizes: Sizes) -> Iterator[MeasuredRequest]:
    """Yield orders for new allocations in the large organisation's projects."""
    offering = f"/api/marketplace-public-offerings/{uuid_of('offering', 0).hex}/"
    for n in count():
        project = uuid_of("project", n % sizes.large_projects).hex
        yield MeasuredRequest(
            "POST",
            "/api/marketplace-orders/",
            {
                "offering": f"http://127.0.0.1{offering}",
                "plan": f"http://127.0.0.1{offering}plans/{uuid_of('plan', 0).hex}/",
                "project": f"http://127.0.0.1/api/projects/{project}/",
                "attributes": {"name": f"bench-{n}"},
                "limits": {"cpu_k_hours": 100, "gb_k_hours": 50},
            },
        )


def usages(sizes: Sizes) -> Iterator[MeasuredRequest]:
    """Yield reports of three components, on the allocations of the first provider by turns."""
    mine = [n for n in range(sizes.resources) if offering_number(n) % PROVIDERS == 0]
    for n in count():
        yield MeasuredRequest(
            "POST",
            "/api/marketplace-component-usages/set_usage/",
            {
                "resource": uuid_of("resource", mine[n % len(mine)]).hex,
                "usages": [{"type": type_, "amount": str(n % 1000)} for type_ in COMPONENTS],
            },
        )
