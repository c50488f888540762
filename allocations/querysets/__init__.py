"""Which accounts and agents a person may see, and how the API reads them."""

from allocations.querysets.accounts import OfferingUserQuerySet
from allocations.querysets.agents import (
    AgentIdentityQuerySet,
    AgentLogQuerySet,
    AgentProcessorQuerySet,
    AgentServiceQuerySet,
)
from allocations.querysets.api_keys import ResourceApiKeyQuerySet
from allocations.querysets.entitlements import EntitledPersonQuerySet
from allocations.querysets.robot_accounts import RobotAccountQuerySet
from allocations.querysets.shared import CustomerAccountQuerySet, ProjectAccountQuerySet
from allocations.querysets.subscriptions import (
    EventSubscriptionQuerySet,
    EventSubscriptionQueueQuerySet,
    MessageQueueQuerySet,
)

__all__ = [
    "AgentIdentityQuerySet",
    "AgentLogQuerySet",
    "AgentProcessorQuerySet",
    "AgentServiceQuerySet",
    "CustomerAccountQuerySet",
    "EntitledPersonQuerySet",
    "EventSubscriptionQuerySet",
    "EventSubscriptionQueueQuerySet",
    "MessageQueueQuerySet",
    "OfferingUserQuerySet",
    "ProjectAccountQuerySet",
    "ResourceApiKeyQuerySet",
    "RobotAccountQuerySet",
]
