"""Site agents: they register themselves and their parts anew in every round."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any, ClassVar

from allocations.api.agents.access import ForASource, OwnOfASource
from allocations.api.agents.filters import (
    AgentIdentityFilter,
    AgentProcessorFilter,
    AgentServiceFilter,
)
from allocations.api.agents.inputs import (
    AgentIdentityInput,
    AgentIdentityUpdateInput,
    AgentProcessorCreateInput,
    AgentServiceCreateInput,
    AgentServiceStatisticsInput,
    CleanupRequestInput,
)
from allocations.api.agents.serializers import (
    AgentIdentityOutput,
    AgentProcessorOutput,
    AgentServiceOutput,
    AgentStatsResponseOutput,
    CleanupResponseOutput,
)
from allocations.api.subscriptions.inputs import (
    AgentEventSubscriptionCreateInput,
    AgentQueueRegistrationInput,
)
from allocations.api.subscriptions.readers import reader_of
from allocations.api.subscriptions.readiness import await_declared
from allocations.api.subscriptions.serializers import (
    AgentQueueRegistrationResponseOutput,
    EventSubscriptionOutput,
)
from allocations.models import AgentIdentity, AgentProcessor, AgentService
from allocations.services import agent_removal, agent_stats, agents, subscriptions
from common.addresses import address_of
from common.api.access import SCOPED, STAFF, SUPPORT, Needs, Rule
from common.api.actions import (
    ANSWERED,
    command,
    creates,
    deletes,
    reading,
    registers,
    updates,
)
from common.api.viewsets import ApiViewSet, Listed, Retrieved
from identity.permissions import P

if TYPE_CHECKING:
    from rest_framework.response import Response

    from identity.api.requests import AuthenticatedRequest

SERVE = Needs(P.MANAGE_DELIVERY, on=("offering", "offering.customer"))
REGISTER = SERVE | ForASource("offering")
SERVE_OR_OWN = SERVE | OwnOfASource("created_by")
SERVE_BY_SERVICE = Needs(
    P.MANAGE_DELIVERY, on=("identity.offering", "identity.offering.customer")
) | OwnOfASource("identity.created_by")
SERVE_BY_PROCESSOR = Needs(
    P.MANAGE_DELIVERY, on=("service.identity.offering", "service.identity.offering.customer")
) | OwnOfASource("service.identity.created_by")


class AgentIdentityViewSet(Listed, Retrieved, ApiViewSet):
    """Agents, for those who provide the offerings that they serve."""

    model = AgentIdentity
    output = AgentIdentityOutput
    filterset_class = AgentIdentityFilter
    related = ("offering__customer",)
    access: ClassVar[dict[str, Rule]] = {
        "list": SCOPED,
        "retrieve": SCOPED,
        "create": REGISTER,
        "update": SERVE_OR_OWN,
        "destroy": SERVE_OR_OWN,
        "register_service": SERVE_OR_OWN,
        "register_queue": SERVE_OR_OWN,
        "register_event_subscription": SERVE_OR_OWN,
        "cleanup_orphaned": STAFF,
    }

    @creates(AgentIdentityInput)
    def create(self, request: AuthenticatedRequest) -> Response:
        """Register an agent; one with the name is brought up to date."""
        said = self.data(AgentIdentityInput)
        offering, name = said.pop("offering"), said.pop("name")
        identity = agents.register(
            offering=offering, name=name, said=said, actor=request.user, now=self.now
        )
        return self.created(identity)

    @updates(AgentIdentityUpdateInput)
    def update(self, request: AuthenticatedRequest, uuid: str) -> Response:
        """Take what the agent says of itself."""
        identity, said = self.row(), self.data(AgentIdentityUpdateInput)
        agents.update(
            identity,
            offering_uuid=said.pop("offering", None),
            said=said,
            actor=request.user,
            now=self.now,
        )
        return self.reply(identity)

    @deletes
    def destroy(self, request: AuthenticatedRequest, uuid: str) -> Response:
        """Forget the agent."""
        agent_removal.remove(self.row(), actor=request.user, now=self.now)
        return self.no_content()

    @registers(AgentServiceCreateInput, AgentServiceOutput)
    def register_service(self, request: AuthenticatedRequest, uuid: str) -> Response:
        """Register a service of the agent; 200 when it is known."""
        identity, data = self.row(), self.data(AgentServiceCreateInput)
        service, is_new = agents.register_service(
            identity, **data, actor=request.user, now=self.now
        )
        return self.reply(service, status=ANSWERED[is_new])

    @registers(AgentQueueRegistrationInput, AgentQueueRegistrationResponseOutput)
    def register_queue(self, request: AuthenticatedRequest, uuid: str) -> Response:
        """Let the agent take all that it is told of from one queue; 200 when it is known."""
        identity, data = self.row(), self.data(AgentQueueRegistrationInput)
        consumer, is_new = subscriptions.register_consumer(
            identity,
            object_types=data.get("object_types"),
            reader=reader_of(request, data["protocol"]),
            actor=request.user,
            now=self.now,
        )
        await_declared(consumer)
        body = AgentQueueRegistrationResponseOutput(consumer).data
        return self.answer(body, status=ANSWERED[is_new])

    @registers(AgentEventSubscriptionCreateInput, EventSubscriptionOutput)
    def register_event_subscription(self, request: AuthenticatedRequest, uuid: str) -> Response:
        """Subscribe the agent to one type of object; 200 when it is. For agents up to 1.0.5."""
        identity, data = self.row(), self.data(AgentEventSubscriptionCreateInput)
        subscription, is_new = subscriptions.subscribe_agent(
            identity,
            object_type=data["observable_object_type"],
            description=data["description"],
            source_ip=address_of(request),
            reader=reader_of(request),
            actor=request.user,
            now=self.now,
        )
        return self.reply(subscription, status=ANSWERED[is_new])

    @command(CleanupRequestInput, CleanupResponseOutput, detail=False)
    def cleanup_orphaned(self, request: AuthenticatedRequest) -> Response:
        """Forget the agents of which no service runs."""
        return cleaned_up(self, agent_removal.remove_orphaned)


class AgentServiceViewSet(Listed, Retrieved, ApiViewSet):
    """What agents do."""

    model = AgentService
    output = AgentServiceOutput
    filterset_class = AgentServiceFilter
    related = ("identity__offering__customer",)
    access: ClassVar[dict[str, Rule]] = {
        "list": SCOPED,
        "retrieve": SCOPED,
        "destroy": SERVE_BY_SERVICE,
        "register_processor": SERVE_BY_SERVICE,
        "set_statistics": SERVE_BY_SERVICE,
        "cleanup_stale": STAFF,
    }

    @deletes
    def destroy(self, request: AuthenticatedRequest, uuid: str) -> Response:
        """Forget the service."""
        agent_removal.remove_service(self.row(), actor=request.user, now=self.now)
        return self.no_content()

    @registers(AgentProcessorCreateInput, AgentProcessorOutput)
    def register_processor(self, request: AuthenticatedRequest, uuid: str) -> Response:
        """Register what the service works with; 200 when it is known."""
        service, data = self.row(), self.data(AgentProcessorCreateInput)
        processor, is_new = agents.register_processor(
            service, **data, actor=request.user, now=self.now
        )
        return self.reply(processor, status=ANSWERED[is_new])

    @command(AgentServiceStatisticsInput, AgentServiceOutput)
    def set_statistics(self, request: AuthenticatedRequest, uuid: str) -> Response:
        """Keep what the service tells of itself."""
        service, data = self.row(), self.data(AgentServiceStatisticsInput)
        agents.set_statistics(service, **data, actor=request.user, now=self.now)
        return self.reply(service)

    @command(CleanupRequestInput, CleanupResponseOutput, detail=False)
    def cleanup_stale(self, request: AuthenticatedRequest) -> Response:
        """Forget the services that were not seen for a while."""
        return cleaned_up(self, agent_removal.remove_stale)


class AgentProcessorViewSet(Listed, Retrieved, ApiViewSet):
    """What the services of agents work with."""

    model = AgentProcessor
    output = AgentProcessorOutput
    filterset_class = AgentProcessorFilter
    related = ("service__identity__offering__customer",)
    access: ClassVar[dict[str, Rule]] = {
        "list": SCOPED,
        "retrieve": SCOPED,
        "destroy": SERVE_BY_PROCESSOR,
    }

    @deletes
    def destroy(self, request: AuthenticatedRequest, uuid: str) -> Response:
        """Forget the processor."""
        agent_removal.remove_processor(self.row(), actor=request.user, now=self.now)
        return self.no_content()


class AgentStatsViewSet(ApiViewSet):
    """Agents in numbers, for the support."""

    access: ClassVar[dict[str, Rule]] = {"numbers": SUPPORT}

    @reading(AgentStatsResponseOutput)
    def numbers(self, request: AuthenticatedRequest) -> Response:
        """Return how many there are, and how they stand."""
        return self.answer(AgentStatsResponseOutput(agent_stats.numbers()).data)


def cleaned_up(view: ApiViewSet, service: Any) -> Response:
    """Have what is old forgotten, and answer what it was."""
    asked = view.data(CleanupRequestInput)
    items = service(
        before=view.now - timedelta(hours=asked["older_than_hours"]),
        dry_run=asked["dry_run"],
        actor=view.request.user,
        now=view.now,
    )
    body = {"deleted_count": len(items), "dry_run": asked["dry_run"], "items": items}
    return view.answer(CleanupResponseOutput(body).data)
