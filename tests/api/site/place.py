"""An offering with its site, as one of many: what an agent asks about, and as much around it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID

from accounting.models import SlurmPeriodicUsagePolicy
from allocations.models import AgentIdentity, BackendResourceRequest, OfferingUser
from identity.roles import RoleName
from marketplace.components import REPORTED
from marketplace.lifecycle import OrderState
from tests.factories.accounting import (
    ComponentUsageFactory,
    ComponentUserUsageFactory,
    ComponentUserUsageLimitFactory,
    PlanPeriodUsageFactory,
    PolicyFactory,
)
from tests.factories.agents import (
    AgentIdentityFactory,
    AgentLogFactory,
    AgentProcessorFactory,
    AgentServiceFactory,
    EventConsumerFactory,
)
from tests.factories.allocations import (
    BackendResourceFactory,
    BackendResourceRequestFactory,
    CourseAccountFactory,
    OfferingUserFactory,
    ProjectServiceAccountFactory,
    UserAttributeConfigFactory,
)
from tests.factories.identity import (
    GrantFactory,
    ProjectFactory,
    ScienceSubDomainFactory,
    SshKeyFactory,
    UserFactory,
)
from tests.factories.marketplace import (
    ConsentFactory,
    HpcOfferingFactory,
    OfferingPartitionFactory,
    OrderFactory,
    ResourceFactory,
    ResourcePlanPeriodFactory,
    ServiceProviderFactory,
    TermsOfServiceFactory,
)

if TYPE_CHECKING:
    from datetime import datetime

    from identity.models import Customer, Project, User
    from marketplace.models import Offering, Order, Resource, ServiceProvider

OPTIONS = {
    "username_generation_policy": "service_provider",
    "service_provider_can_create_offering_user": True,
    "enable_membership_sync_status": True,
    "can_restore_resource": True,
}


@dataclass(frozen=True)
class Place:
    """What an agent knows by name: its offering, and one of each thing in it."""

    service_provider: ServiceProvider
    offering: Offering
    project: Project
    resource: Resource
    waiting: Order
    executing: Order

    @property
    def names(self) -> dict[str, str]:
        """What stands in braces in the table of calls; agents send UUIDs in both forms."""
        plan, component = (
            self.offering.plans.earliest("pk"),
            self.offering.components.earliest("pk"),
        )
        accounts = OfferingUser.objects.filter(offering=self.offering)
        account = accounts.earliest("pk")
        identity = AgentIdentity.objects.filter(offering=self.offering).earliest("pk")
        usage = self.resource.component_usages.earliest("pk")
        asked = BackendResourceRequest.objects.filter(offering=self.offering).earliest("pk")
        rows = {
            "account": account,
            "asked": asked,
            "asked_for": OfferingUser.objects.filter(offering=self.offering, username="").earliest(
                "pk"
            ),
            "component": component,
            "customer": self.offering.customer,
            "executing": self.executing,
            "identity": identity,
            "offering": self.offering,
            "plan": plan,
            "policy": SlurmPeriodicUsagePolicy.objects.get(offering=self.offering),
            "project": self.project,
            "provider": self.service_provider,
            "resource": self.resource,
            "service": identity.services.earliest("pk"),
            "usage": usage,
            "user": account.user,
            "waiting": self.waiting,
        }
        named = {name: row.uuid.hex for name, row in rows.items()}
        dashed = {f"{name}_dashed": str(UUID(uuid)) for name, uuid in named.items()}
        return {
            **named,
            **dashed,
            "month": usage.billing_period.isoformat(),
            "found": self.offering.backend_resources.earliest("pk").backend_id,
            "username": account.username,
            "person": account.user.username,
            "email": account.user.email,
            "slug": self.project.slug,
            "backend_id": self.resource.backend_id,
        }


def build(*, provider: Customer, allocator: Customer, now: datetime) -> Place:
    """Make a site with one of everything."""
    offering = HpcOfferingFactory(customer=provider, plugin_options=OPTIONS, backend_id="lumi")
    TermsOfServiceFactory(offering=offering)
    UserAttributeConfigFactory(
        offering=offering, exposed_fields=["username", "full_name", "email", "organization"]
    )
    project = ProjectFactory(
        customer=allocator, backend_id="one_two", end_date_requested_by=UserFactory()
    )
    identity = AgentIdentityFactory(offering=offering, name=f"agent-{offering.uuid.hex}")
    AgentProcessorFactory(
        service=AgentServiceFactory(identity=identity, name="order_process"),
        name="OfferingOrderProcessor",
    )
    EventConsumerFactory(identity=identity)
    place = Place(
        service_provider=ServiceProviderFactory(customer=provider),
        offering=offering,
        project=project,
        resource=_resource(offering, project, f"hpc_{offering.slug}"),
        waiting=_order(offering, project, OrderState.PENDING_PROVIDER),
        executing=_order(offering, project, OrderState.EXECUTING),
    )
    PolicyFactory(offering=offering)
    _people(place, 1)
    _use(place, place.resource)
    _things(place, 1)
    return place


def enlarge(place: Place, *, rows: int, members: int, now: datetime) -> None:
    """Add resources with orders and usage, people, and one more of everything `rows` times.

    Half of the resources are in the project, the others each in one of its own; and there are other
    offerings of the same provider, with agents and allocations.
    """
    _people(place, members)
    customer = place.project.customer
    for number in range(rows):
        project = place.project if number % 2 else ProjectFactory(customer=customer)
        _use(place, _resource(place.offering, project, f"hpc_more-{number}"))
        _order(place.offering, project, OrderState.PENDING_PROVIDER)
    _things(place, rows)
    for _ in range(rows // 10):
        other = HpcOfferingFactory(customer=place.offering.customer)
        PolicyFactory(offering=other)
        AgentServiceFactory(identity=AgentIdentityFactory(offering=other))
        ResourceFactory(project=place.project, offering=other)


def _resource(offering: Offering, project: Project, backend_id: str) -> Resource:
    """Make a resource that was ordered and is being changed, with everybody who had a say in it."""
    resource: Resource = ResourceFactory(
        project=project,
        offering=offering,
        backend_id=backend_id,
        end_date_requested_by=UserFactory(),
    )
    for kind, state in (("Create", "done"), ("Update", "erred"), ("Update", "executing")):
        OrderFactory(
            resource=resource,
            type=kind,
            state=state,
            old_plan=resource.plan,
            consumer_reviewed_by=UserFactory(),
            provider_reviewed_by=UserFactory(),
        )
    return resource


def _order(offering: Offering, project: Project, state: OrderState) -> Order:
    resource = ResourceFactory(project=project, offering=offering, state="Creating")
    order: Order = OrderFactory(resource=resource, state=state.value)
    return order


def _people(place: Place, number: int) -> None:
    for _ in range(number):
        user: User = UserFactory()
        GrantFactory(user=user, role=RoleName.PROJECT_MEMBER, scope=place.project)
        GrantFactory(user=user, role=RoleName.PROJECT_ADMIN, scope=place.project)
        OfferingUserFactory(offering=place.offering, user=user)
        OfferingUserFactory(offering=place.offering, username="")
        ConsentFactory(offering=place.offering, user=user)
        SshKeyFactory(user=user, is_shared=True)


def _use(place: Place, resource: Resource) -> None:
    period = ResourcePlanPeriodFactory(resource=resource, plan=resource.plan)
    named = OfferingUser.objects.filter(offering=place.offering).exclude(username="")
    accounts = list(named.order_by("pk")[:3])
    for component in place.offering.components.filter(billing_type__in=REPORTED):
        usage = ComponentUsageFactory(resource=resource, component=component)
        PlanPeriodUsageFactory(component_usage=usage, plan_period=period)
        for account in accounts:
            ComponentUserUsageFactory(
                component_usage=usage, username=account.username, user=account
            )
    for account in accounts:
        ComponentUserUsageLimitFactory(resource=resource, user=account)


def _things(place: Place, number: int) -> None:
    offering, project = place.offering, place.project
    identity = AgentIdentity.objects.filter(offering=offering).earliest("pk")
    for _ in range(number):
        ProjectServiceAccountFactory(project=project)
        CourseAccountFactory(project=project)
        OfferingPartitionFactory(offering=offering)
        BackendResourceRequestFactory(offering=offering)
        BackendResourceFactory(offering=offering, project=project)
        ScienceSubDomainFactory()
        AgentProcessorFactory(service=AgentServiceFactory(identity=identity, mode="event_process"))
        AgentLogFactory(identity=identity)
