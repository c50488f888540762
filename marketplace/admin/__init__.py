"""The staff's pages for the catalogue, orders and resources."""

from marketplace.admin import (
    catalogue,
    consumers,
    offerings,
    orders,
    partitions,
    plans,
    resources,
    terms,
)

__all__ = [
    "catalogue",
    "consumers",
    "offerings",
    "orders",
    "partitions",
    "plans",
    "resources",
    "terms",
]
