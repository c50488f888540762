"""How what was decided is delivered: accounts of people at sites, deliveries of orders, imports."""

from allocations.models.account import OfferingUser, UserAttributeConfig
from allocations.models.imports import BackendResource, BackendResourceRequest
from allocations.models.membership import MembershipSyncStatus
from allocations.models.provision import Provision

__all__ = [
    "BackendResource",
    "BackendResourceRequest",
    "MembershipSyncStatus",
    "OfferingUser",
    "Provision",
    "UserAttributeConfig",
]
