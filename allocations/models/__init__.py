"""How what was decided is delivered: accounts of people, deliveries of orders, agents of sites."""

from allocations.models.account import OfferingUser as OfferingUser
from allocations.models.account import UserAttributeConfig as UserAttributeConfig
from allocations.models.agent import AgentIdentity as AgentIdentity
from allocations.models.agent import AgentLog as AgentLog
from allocations.models.agent import AgentProcessor as AgentProcessor
from allocations.models.agent import AgentService as AgentService
from allocations.models.api_key import ResourceApiKey as ResourceApiKey
from allocations.models.entitlement import AccessComparison as AccessComparison
from allocations.models.entitlement import EntitledPerson as EntitledPerson
from allocations.models.entitlement import Entitlement as Entitlement
from allocations.models.imports import BackendResource as BackendResource
from allocations.models.imports import BackendResourceRequest as BackendResourceRequest
from allocations.models.membership import MembershipSyncStatus as MembershipSyncStatus
from allocations.models.provision import Provision as Provision
from allocations.models.queue import MessageQueue as MessageQueue
from allocations.models.queue import QueueMessage as QueueMessage
from allocations.models.robot_account import RobotAccount as RobotAccount
from allocations.models.shared import CourseAccount as CourseAccount
from allocations.models.shared import CustomerServiceAccount as CustomerServiceAccount
from allocations.models.shared import ProjectServiceAccount as ProjectServiceAccount
from allocations.models.site_access import SiteAccess as SiteAccess
from allocations.models.subscription import EventConsumer as EventConsumer
from allocations.models.subscription import EventSubscription as EventSubscription
from allocations.models.subscription import EventSubscriptionQueue as EventSubscriptionQueue
