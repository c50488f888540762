"""How what was decided is delivered: accounts of people at sites, deliveries of orders."""

from allocations.models.account import OfferingUser, UserAttributeConfig
from allocations.models.membership import MembershipSyncStatus
from allocations.models.provision import Provision
from allocations.models.shared import CourseAccount, CustomerServiceAccount, ProjectServiceAccount

__all__ = [
    "CourseAccount",
    "CustomerServiceAccount",
    "MembershipSyncStatus",
    "OfferingUser",
    "ProjectServiceAccount",
    "Provision",
    "UserAttributeConfig",
]
