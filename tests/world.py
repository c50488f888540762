"""One of everything, so that a test over all endpoints meets rows everywhere."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from identity import events
from identity.roles import RoleName
from marketplace.event_kinds import ORDER_DONE
from marketplace.models import ServiceProvider
from notifications.models import WebHook
from tests.factories.accounting import (
    CommandHistoryFactory,
    ComponentUsageFactory,
    ComponentUserUsageFactory,
    ComponentUserUsageLimitFactory,
    EvaluationLogFactory,
    PlanPeriodUsageFactory,
    PolicyComponentLimitFactory,
    PolicyFactory,
    PolicyStateFactory,
)
from tests.factories.agents import (
    AgentIdentityFactory,
    AgentLogFactory,
    AgentProcessorFactory,
    AgentServiceFactory,
    EventSubscriptionFactory,
    EventSubscriptionQueueFactory,
)
from tests.factories.allocations import (
    BackendResourceFactory,
    BackendResourceRequestFactory,
    CourseAccountFactory,
    CustomerServiceAccountFactory,
    OfferingUserFactory,
    ProjectServiceAccountFactory,
    ResourceApiKeyFactory,
    RobotAccountFactory,
)
from tests.factories.identity import (
    EventFactory,
    GrantFactory,
    GroupInvitationFactory,
    InvitationFactory,
    OrganizationGroupFactory,
    PermissionRequestFactory,
    PersonalTokenFactory,
    ScienceSubDomainFactory,
    SshKeyFactory,
)
from tests.factories.marketplace import (
    CategoryGroupFactory,
    ConsentFactory,
    HpcOfferingFactory,
    OfferingEndpointFactory,
    OfferingPartitionFactory,
    OrderFactory,
    ResourceFactory,
    ResourcePlanPeriodFactory,
    ServiceProviderFactory,
    TermsOfServiceFactory,
)
from tests.factories.notifications import (
    EmailHookFactory,
    HookAttemptFactory,
    HookDeliveryFactory,
    WebHookFactory,
)
from tests.factories.privacy import DataAccessLogFactory
from tests.factories.reviews import PermissionReviewFactory, RoleConcealmentFactory

if TYPE_CHECKING:
    from datetime import datetime

    from identity.models import Customer, Project, User
    from marketplace.models import Offering, Order, Resource


@dataclass(frozen=True)
class World:
    """The rows that addresses of details need."""

    service_provider: ServiceProvider
    offering: Offering
    resource: Resource
    order: Order


def populate(
    *, project: Project, provider: Customer, member: User, now: datetime, rows: int = 1
) -> World:
    """Make one provider and offering, and `rows` of everything that can be many in a list."""
    service_provider = ServiceProvider.objects.filter(customer=provider).first()
    service_provider = service_provider or ServiceProviderFactory(customer=provider)
    worlds = [_one(project=project, provider=provider, member=member, now=now) for _ in range(rows)]
    offering, resource, order = worlds[0]
    return World(service_provider, offering, resource, order)


def _one(
    *, project: Project, provider: Customer, member: User, now: datetime
) -> tuple[Offering, Resource, Order]:
    offering = HpcOfferingFactory(customer=provider)
    TermsOfServiceFactory(offering=offering)
    ConsentFactory(offering=offering, user=member)
    plan = offering.plans.first()
    resource = ResourceFactory(project=project, offering=offering, plan=plan)
    period = ResourcePlanPeriodFactory(resource=resource, plan=plan)
    order = OrderFactory(resource=resource, project=project, offering=offering, plan=plan)
    account = OfferingUserFactory(offering=offering, user=member)
    ProjectServiceAccountFactory(project=project)
    CustomerServiceAccountFactory(customer=project.customer)
    CourseAccountFactory(project=project, user=member)
    _keys(resource, member=member)
    _alone()
    component = offering.components.first()
    usage = ComponentUsageFactory(resource=resource, component=component)
    PlanPeriodUsageFactory(component_usage=usage, plan_period=period)
    ComponentUserUsageFactory(component_usage=usage, user=account)
    ComponentUserUsageLimitFactory(resource=resource, component=component, user=account)
    BackendResourceRequestFactory(offering=offering, created_by=member)
    BackendResourceFactory(offering=offering, project=project)
    _parts(offering)
    policy = PolicyFactory(offering=offering, created_by=member)
    PolicyComponentLimitFactory(policy=policy)
    PolicyStateFactory(policy=policy, resource=resource, fired=True)
    EvaluationLogFactory(policy=policy, resource=resource)
    CommandHistoryFactory(policy=policy, resource=resource)
    _agent(offering, member=member)
    _people(project, member=member, now=now)
    _hooks(project, member=member)
    events.record(ORDER_DONE, order, actor=member, now=now)
    return offering, resource, order


def _keys(resource: Resource, *, member: User) -> None:
    """Make what opens a resource: a key, and an account of a robot."""
    ResourceApiKeyFactory(resource=resource, user=member)
    RobotAccountFactory(resource=resource, users=[member], responsible_user=member)


def _people(project: Project, *, member: User, now: datetime) -> None:
    """Make what a member has, writes and has looked at."""
    SshKeyFactory(user=member)
    DataAccessLogFactory(user=member)
    PersonalTokenFactory(user=member, scope=project, name="pipeline")
    InvitationFactory(scope=project, created_by=member)
    link = GroupInvitationFactory(scope=project, created_by=member)
    PermissionRequestFactory(invitation=link, created_by=member)
    RoleConcealmentFactory(customer=project.customer)
    PermissionReviewFactory(customer=project.customer, closed=now, reviewer=member)
    PermissionReviewFactory(project=project, closed=now, reviewer=member)


def _parts(offering: Offering) -> None:
    """Make what an offering says of its machine, and who helps, and helped, to provide it."""
    OfferingPartitionFactory(offering=offering)
    OfferingEndpointFactory(offering=offering)
    for is_active in (True, False):
        GrantFactory(scope=offering, role=RoleName.OFFERING_MANAGER, is_active=is_active)


def _alone() -> None:
    """Make what belongs to nobody."""
    CategoryGroupFactory()
    ScienceSubDomainFactory()
    OrganizationGroupFactory(parent=OrganizationGroupFactory())


def _hooks(project: Project, *, member: User) -> None:
    """Make a member's hooks, and a delivery of the first webhook that there is."""
    EmailHookFactory(author=member, email=f"{member.username}@example.org")
    WebHookFactory(author=member)
    first = WebHook.objects.order_by("pk").first()
    HookAttemptFactory(
        delivery=HookDeliveryFactory(hook=first, event=EventFactory(project=project))
    )


def _agent(offering: Offering, *, member: User) -> None:
    """Make an agent that serves an offering, and a member's subscription to changes."""
    identity = AgentIdentityFactory(offering=offering, created_by=member)
    AgentProcessorFactory(service=AgentServiceFactory(identity=identity))
    AgentLogFactory(identity=identity)
    subscription = EventSubscriptionFactory(user=member)
    EventSubscriptionQueueFactory(event_subscription=subscription, offering=offering)
