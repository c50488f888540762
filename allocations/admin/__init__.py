"""The staff's pages for deliveries, accounts at sites, site agents and imports."""

from allocations.admin import (
    accounts,
    agents,
    api_keys,
    delivered,
    imports,
    memberships,
    provisions,
    queues,
    shared,
    subscriptions,
)

__all__ = [
    "accounts",
    "agents",
    "api_keys",
    "delivered",
    "imports",
    "memberships",
    "provisions",
    "queues",
    "shared",
    "subscriptions",
]
