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
    reading,
    registers,
    updates,
)
from common.api.operation_texts import Noun
from common.api.viewsets import ApiViewSet, Listed, Retrieved
from common.api.writes import deleting
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
    """A site agent: the program by which a provider's site serves an offering.

    You see those of the offerings that you help to provide, and those that you registered.
    """

    model = AgentIdentity
    noun = Noun("a site agent", "site agents")
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
        """Register a site agent.

        For an offering, by name. One of the name that is there is brought up to date; agents
        register anew in every round.
        """
        said = self.data(AgentIdentityInput)
        offering, name = said.pop("offering"), said.pop("name")
        identity = agents.register(
            offering=offering, name=name, said=said, actor=request.user, now=self.now
        )
        return self.created(identity)

    @updates(AgentIdentityUpdateInput)
    def update(self, request: AuthenticatedRequest, uuid: str) -> Response:
        """Update a site agent.

        What the agent says of itself: version, dependencies, configuration. Secrets in the
        configuration are not stored.
        """
        identity, said = self.row(), self.data(AgentIdentityUpdateInput)
        agents.update(
            identity,
            offering_uuid=said.pop("offering", None),
            said=said,
            actor=request.user,
            now=self.now,
        )
        return self.reply(identity)

    destroy = deleting(
        agent_removal.remove,
        "Delete {one}.\n\nWith its services, processors, log lines, subscriptions and queues.",
    )

    @registers(AgentServiceCreateInput, AgentServiceOutput)
    def register_service(self, request: AuthenticatedRequest, uuid: str) -> Response:
        """Register a service of a site agent.

        By name. Answers 201 where it is new, 200 where it is known.
        """
        identity, data = self.row(), self.data(AgentServiceCreateInput)
        service, is_new = agents.register_service(
            identity, **data, actor=request.user, now=self.now
        )
        return self.reply(service, status=ANSWERED[is_new])

    @registers(AgentQueueRegistrationInput, AgentQueueRegistrationResponseOutput)
    def register_queue(self, request: AuthenticatedRequest, uuid: str) -> Response:
        """Register the message queue of a site agent.

        One queue for all types of objects, or for those that are named. The answer says where to
        connect. The password is the token of this request. Answers 201 where it is new, 200 where
        it is known.
        """
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
        """Subscribe a site agent to a type of object.

        For site agents up to 1.0.5. Answers 201 where it is new, 200 where it is known.
        """
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
        """Delete site agents without a running service.

        Those that were last seen more than `older_than_hours` ago. With `dry_run` they are only
        listed.
        """
        return cleaned_up(self, agent_removal.remove_orphaned)


class AgentServiceViewSet(Listed, Retrieved, ApiViewSet):
    """A kind of work that a site agent does, such as processing orders or reporting usage."""

    model = AgentService
    noun = Noun("a service of a site agent", "services of site agents")
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

    destroy = deleting(agent_removal.remove_service, "Delete {one}.\n\nWith its processors.")

    @registers(AgentProcessorCreateInput, AgentProcessorOutput)
    def register_processor(self, request: AuthenticatedRequest, uuid: str) -> Response:
        """Register a processor of a site agent's service.

        What the service works with, such as Slurm. Answers 201 where it is new, 200 where it is
        known.
        """
        service, data = self.row(), self.data(AgentProcessorCreateInput)
        processor, is_new = agents.register_processor(
            service, **data, actor=request.user, now=self.now
        )
        return self.reply(processor, status=ANSWERED[is_new])

    @command(AgentServiceStatisticsInput, AgentServiceOutput)
    def set_statistics(self, request: AuthenticatedRequest, uuid: str) -> Response:
        """Report the statistics of a site agent's service.

        Any JSON object; `error` in it says that the service does not work.
        """
        service, data = self.row(), self.data(AgentServiceStatisticsInput)
        agents.set_statistics(service, **data, actor=request.user, now=self.now)
        return self.reply(service)

    @command(CleanupRequestInput, CleanupResponseOutput, detail=False)
    def cleanup_stale(self, request: AuthenticatedRequest) -> Response:
        """Delete stale services of site agents.

        Those that were last seen more than `older_than_hours` ago. With `dry_run` they are only
        listed.
        """
        return cleaned_up(self, agent_removal.remove_stale)


class AgentProcessorViewSet(Listed, Retrieved, ApiViewSet):
    """A processor: what a service of a site agent works with, such as Slurm."""

    model = AgentProcessor
    noun = Noun("a processor of a site agent", "processors of site agents")
    output = AgentProcessorOutput
    filterset_class = AgentProcessorFilter
    related = ("service__identity__offering__customer",)
    access: ClassVar[dict[str, Rule]] = {
        "list": SCOPED,
        "retrieve": SCOPED,
        "destroy": SERVE_BY_PROCESSOR,
    }

    destroy = deleting(
        agent_removal.remove_processor,
        "Delete {one}.\n\nIt comes back when the agent registers it again.",
    )


class AgentStatsViewSet(ApiViewSet):
    """Agents in numbers, for the support."""

    access: ClassVar[dict[str, Rule]] = {"numbers": SUPPORT}

    @reading(AgentStatsResponseOutput)
    def numbers(self, request: AuthenticatedRequest) -> Response:
        """Count the site agents.

        Agents by offering, services by state, processors by backend.
        """
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
