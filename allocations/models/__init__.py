"""How what was decided is delivered: accounts of people, deliveries of orders, agents of sites."""

from allocations.models.account import OfferingUser, UserAttributeConfig
from allocations.models.agent import (
    AgentIdentity,
    AgentLog,
    AgentProcessor,
    AgentService,
)
from allocations.models.api_key import ResourceApiKey
from allocations.models.imports import BackendResource, BackendResourceRequest
from allocations.models.membership import MembershipSyncStatus
from allocations.models.provision import Provision
from allocations.models.queue import MessageQueue, QueueMessage
from allocations.models.shared import CourseAccount, CustomerServiceAccount, ProjectServiceAccount
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
    "BackendResource",
    "BackendResourceRequest",
    "CourseAccount",
    "CustomerServiceAccount",
    "EventConsumer",
    "EventSubscription",
    "EventSubscriptionQueue",
    "MembershipSyncStatus",
    "MessageQueue",
    "OfferingUser",
    "ProjectServiceAccount",
    "Provision",
    "QueueMessage",
    "ResourceApiKey",
    "UserAttributeConfig",
]
