"""What of the catalogue, of orders and of resources a person may see, and how the API reads it."""

from marketplace.querysets.catalogue import (
    CategoryQuerySet,
    OfferingQuerySet,
    PlanQuerySet,
    ServiceProviderQuerySet,
)
from marketplace.querysets.orders import OrderQuerySet
from marketplace.querysets.resources import ResourceQuerySet
from marketplace.querysets.sides import (
    ORDERABLE,
    AtProvidedOfferings,
    consumed_or_provided,
    consumer_side,
    provider_side,
)

__all__ = [
    "ORDERABLE",
    "AtProvidedOfferings",
    "CategoryQuerySet",
    "OfferingQuerySet",
    "OrderQuerySet",
    "PlanQuerySet",
    "ResourceQuerySet",
    "ServiceProviderQuerySet",
    "consumed_or_provided",
    "consumer_side",
    "provider_side",
]
