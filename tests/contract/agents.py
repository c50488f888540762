"""What a site agent does when it starts, each act one call of the published client."""

from uuid import UUID

from waldur_api_client.api.event_subscriptions import event_subscriptions_create_queue
from waldur_api_client.api.marketplace_site_agent_identities import (
    marketplace_site_agent_identities_create,
    marketplace_site_agent_identities_register_event_subscription,
    marketplace_site_agent_identities_register_service,
)
from waldur_api_client.api.marketplace_site_agent_logs import marketplace_site_agent_logs_create
from waldur_api_client.api.marketplace_site_agent_services import (
    marketplace_site_agent_services_register_processor,
)
from waldur_api_client.models import (
    AgentDependencyRequest,
    AgentEventSubscriptionCreateRequest,
    AgentIdentity,
    AgentIdentityRequest,
    AgentProcessorCreateRequest,
    AgentServiceCreateRequest,
    EventSubscriptionQueueCreateRequest,
    LevelEnum,
    ObservableObjectTypeEnum,
    SiteAgentLogCreateRequest,
)

from tests.contract.cast import Cast


def register_agent(cast: Cast) -> AgentIdentity:
    """The agent introduces itself, one of its services and what that works with."""
    client = cast.hosting_entity
    identity = marketplace_site_agent_identities_create.sync(
        client=client,
        body=AgentIdentityRequest(
            offering=cast.offering_uuid,
            name=f"agent-{cast.offering_uuid}",
            version="1.0.7",
            dependencies=[AgentDependencyRequest(package="waldur-api-client", version="8.1.2")],
            config_file_path="",
            config_file_content="",
        ),
    )
    service = marketplace_site_agent_identities_register_service.sync(
        identity.uuid,
        client=client,
        body=AgentServiceCreateRequest(name="order_process", mode="order_process"),
    )
    marketplace_site_agent_services_register_processor.sync(
        service.uuid,
        client=client,
        body=AgentProcessorCreateRequest(
            name="OfferingOrderProcessor",
            backend_type="waldur_site_agent_slurm.backend.SlurmBackend",
            backend_version="23.11.4",
        ),
    )
    return identity


def send_log(cast: Cast, identity: UUID) -> None:
    """The agent sends a line of its log."""
    line = SiteAgentLogCreateRequest(
        agent_identity_uuid=identity,
        timestamp=1_764_300_000.25,
        level=LevelEnum.ERROR,
        message="slurmdbd does not answer",
        module="backend",
    )
    marketplace_site_agent_logs_create.sync(client=cast.hosting_entity, body=[line])


def subscribe_agent(cast: Cast, identity: UUID) -> None:
    """An agent up to 1.0.5 subscribes to orders, and asks for the queue."""
    subscription = marketplace_site_agent_identities_register_event_subscription.sync(
        identity,
        client=cast.hosting_entity,
        body=AgentEventSubscriptionCreateRequest(
            observable_object_type=ObservableObjectTypeEnum.ORDER, description="orders"
        ),
    )
    event_subscriptions_create_queue.sync(
        subscription.uuid,
        client=cast.hosting_entity,
        body=EventSubscriptionQueueCreateRequest(
            offering_uuid=cast.offering_uuid, object_type=ObservableObjectTypeEnum.ORDER
        ),
    )
