"""Rows for the pages of every model: a maker for each, which makes another one with each call."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils import timezone

from accounting.models import (
    ComponentUsage,
    ComponentUserUsage,
    ComponentUserUsageLimit,
    DesiredState,
    PlanPeriodUsage,
    PolicyComponentLimit,
    PolicyState,
    SlurmCommandHistory,
    SlurmPeriodicUsagePolicy,
    SlurmPolicyEvaluationLog,
)
from allocations.models import (
    AgentIdentity,
    AgentLog,
    AgentProcessor,
    AgentService,
    BackendResource,
    BackendResourceRequest,
    CourseAccount,
    CustomerServiceAccount,
    EventConsumer,
    EventSubscription,
    EventSubscriptionQueue,
    MembershipSyncStatus,
    MessageQueue,
    OfferingUser,
    ProjectServiceAccount,
    Provision,
    QueueMessage,
    ResourceApiKey,
    UserAttributeConfig,
)
from identity import models as identity
from identity.roles import RoleName
from marketplace import models as marketplace
from notifications import models as notifications
from tests.factories.accounting import (
    CommandHistoryFactory,
    ComponentUsageFactory,
    ComponentUserUsageFactory,
    ComponentUserUsageLimitFactory,
    DesiredStateFactory,
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
    EventConsumerFactory,
    EventSubscriptionFactory,
    EventSubscriptionQueueFactory,
    MessageQueueFactory,
    QueueMessageFactory,
)
from tests.factories.allocations import (
    BackendResourceFactory,
    BackendResourceRequestFactory,
    CourseAccountFactory,
    CustomerServiceAccountFactory,
    MembershipSyncStatusFactory,
    OfferingUserFactory,
    ProjectServiceAccountFactory,
    ProvisionFactory,
    RequestedApiKeyFactory,
    UserAttributeConfigFactory,
)
from tests.factories.identity import (
    CustomerFactory,
    EventFactory,
    GrantFactory,
    OrganizationGroupFactory,
    ProjectFactory,
    RoleFactory,
    ScienceDomainFactory,
    ScienceSubDomainFactory,
    SshKeyFactory,
    TokenFactory,
    UserFactory,
)
from tests.factories.marketplace import (
    AccessModeFactory,
    CategoryFactory,
    CategoryGroupFactory,
    ConsentFactory,
    HpcOfferingFactory,
    OfferingComponentFactory,
    OfferingPartitionFactory,
    OrderFactory,
    PlanComponentFactory,
    PlanFactory,
    ResourceFactory,
    ResourcePlanPeriodFactory,
    ServiceProviderFactory,
    TermsOfServiceFactory,
)
from tests.factories.notifications import HookAttemptFactory, HookDeliveryFactory, WebHookFactory

if TYPE_CHECKING:
    from collections.abc import Callable


def a_role() -> identity.Role:
    """Return the next system role: there are no others."""
    made = identity.Role.objects.count() % len(RoleName)
    role: identity.Role = RoleFactory(name=list(RoleName)[made].value)
    return role


def a_group() -> identity.OrganizationGroup:
    group: identity.OrganizationGroup = OrganizationGroupFactory(parent=OrganizationGroupFactory())
    return group


def a_category() -> marketplace.Category:
    category: marketplace.Category = CategoryFactory(group=CategoryGroupFactory())
    return category


def an_event() -> identity.Event:
    project = ProjectFactory()
    event: identity.Event = EventFactory(
        project=project, customer=project.customer, actor=UserFactory(), source="OK", target="Erred"
    )
    return event


def a_delivery() -> identity.EventDelivery:
    return identity.EventDelivery.objects.create(
        event=an_event(), handler="somebody", next_attempt_at=timezone.now(), dead=True
    )


def a_hook() -> notifications.Hook:
    return notifications.Hook.objects.get(pk=WebHookFactory(customer=CustomerFactory()).pk)


def a_position() -> notifications.HookPosition:
    """Return how far the log is planned: there is one such row."""
    begun = {"sequence": 0, "planned_at": timezone.now()}
    return notifications.HookPosition.objects.get_or_create(defaults=begun)[0]


def an_answer() -> identity.IdempotencyKey:
    user = UserFactory()
    return identity.IdempotencyKey.objects.create(
        user=user, key=user.username, request_digest="0" * 64, created=timezone.now()
    )


def email_confirmation() -> identity.EmailConfirmation:
    """A new address that nobody has confirmed yet."""
    user = UserFactory()
    now = timezone.now()
    return identity.EmailConfirmation.objects.create(
        user=user, email=f"new-{user.pk}@example.org", created=now, expires=now
    )


def login_failures() -> identity.LoginFailures:
    username = UserFactory().username
    return identity.LoginFailures.objects.create(
        username=username, address="192.0.2.1", count=3, last_failed_at=timezone.now()
    )


def a_task_failure() -> identity.TaskFailure:
    now = timezone.now()
    return identity.TaskFailure.objects.create(
        task="identity.tasks.prune",
        subject=UserFactory().username,
        since=now,
        failed_at=now,
        error="ValueError",
    )


def a_used_slug() -> identity.UsedSlug:
    return identity.UsedSlug.objects.get(owner=ProjectFactory().uuid)  # the database wrote it


def a_component() -> marketplace.OfferingComponent:
    component: marketplace.OfferingComponent = OfferingComponentFactory()
    component.overage_component = OfferingComponentFactory(offering=component.offering)
    component.save()
    return component


MAKERS: dict[type[Any], Callable[[], Any]] = {
    identity.Customer: CustomerFactory,
    identity.Event: an_event,
    identity.EventDelivery: a_delivery,
    identity.Grant: lambda: GrantFactory(scope=ProjectFactory(), created_by=UserFactory()),
    notifications.Hook: a_hook,
    notifications.HookAttempt: HookAttemptFactory,
    notifications.HookDelivery: HookDeliveryFactory,
    notifications.HookPosition: a_position,
    identity.IdempotencyKey: an_answer,
    identity.EmailConfirmation: email_confirmation,
    identity.LoginFailures: login_failures,
    identity.OrganizationGroup: a_group,
    identity.Project: ProjectFactory,
    identity.Role: a_role,
    identity.ScienceDomain: ScienceDomainFactory,
    identity.ScienceSubDomain: ScienceSubDomainFactory,
    identity.SshKey: SshKeyFactory,
    identity.TaskFailure: a_task_failure,
    identity.UsedSlug: a_used_slug,
    identity.Token: TokenFactory,
    identity.User: UserFactory,
    marketplace.AccessMode: AccessModeFactory,
    marketplace.Category: a_category,
    marketplace.CategoryGroup: CategoryGroupFactory,
    marketplace.Consent: ConsentFactory,
    marketplace.Offering: lambda: HpcOfferingFactory(access_mode=AccessModeFactory()),
    marketplace.OfferingComponent: a_component,
    marketplace.OfferingPartition: OfferingPartitionFactory,
    marketplace.Order: OrderFactory,
    marketplace.Plan: PlanFactory,
    marketplace.PlanComponent: PlanComponentFactory,
    marketplace.Resource: ResourceFactory,
    marketplace.ResourcePlanPeriod: ResourcePlanPeriodFactory,
    marketplace.ServiceProvider: ServiceProviderFactory,
    marketplace.TermsOfService: TermsOfServiceFactory,
    BackendResource: BackendResourceFactory,
    BackendResourceRequest: BackendResourceRequestFactory,
    CourseAccount: CourseAccountFactory,
    CustomerServiceAccount: CustomerServiceAccountFactory,
    ProjectServiceAccount: ProjectServiceAccountFactory,
    AgentIdentity: AgentIdentityFactory,
    AgentLog: AgentLogFactory,
    AgentProcessor: AgentProcessorFactory,
    AgentService: AgentServiceFactory,
    EventConsumer: EventConsumerFactory,
    EventSubscription: lambda: EventSubscriptionFactory(identity=AgentIdentityFactory()),
    EventSubscriptionQueue: EventSubscriptionQueueFactory,
    MessageQueue: MessageQueueFactory,
    QueueMessage: QueueMessageFactory,
    MembershipSyncStatus: MembershipSyncStatusFactory,
    OfferingUser: OfferingUserFactory,
    Provision: ProvisionFactory,
    ResourceApiKey: RequestedApiKeyFactory,
    UserAttributeConfig: UserAttributeConfigFactory,
    ComponentUsage: lambda: ComponentUsageFactory(modified_by=UserFactory()),
    PlanPeriodUsage: PlanPeriodUsageFactory,
    ComponentUserUsageLimit: ComponentUserUsageLimitFactory,
    DesiredState: DesiredStateFactory,
    ComponentUserUsage: lambda: ComponentUserUsageFactory(user=OfferingUserFactory()),
    PolicyComponentLimit: PolicyComponentLimitFactory,
    PolicyState: PolicyStateFactory,
    SlurmCommandHistory: CommandHistoryFactory,
    SlurmPeriodicUsagePolicy: PolicyFactory,
    SlurmPolicyEvaluationLog: EvaluationLogFactory,
}
