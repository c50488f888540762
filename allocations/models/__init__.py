"""How what was decided is delivered: accounts of people at sites, deliveries of orders, agents."""

from allocations.models.account import OfferingUser, UserAttributeConfig
from allocations.models.agent import (
    AgentIdentity,
    AgentLog,
    AgentProcessor,
    AgentService,
)
from allocations.models.membership import MembershipSyncStatus
from allocations.models.provision import Provision
from allocations.models.subscription import (
    EventConsumer,
    EventSubscription,
    EventSubscriptionQueue,
)

__all__ = [
    "AgentIdentity",
    "AgentLog",
    "AgentProcessor",
    "AgentService",
    "EventConsumer",
    "EventSubscription",
    "EventSubscriptionQueue",
    "MembershipSyncStatus",
    "OfferingUser",
    "Provision",
    "UserAttributeConfig",
]
