"""What a site agent calls in its rounds, by the published client: status codes and models."""

from typing import Any
from uuid import UUID, uuid4

import pytest
from waldur_api_client.api.event_subscriptions import (
    event_subscriptions_create,
    event_subscriptions_create_queue,
    event_subscriptions_destroy,
)
from waldur_api_client.api.marketplace_provider_offerings import (
    marketplace_provider_offerings_retrieve,
)
from waldur_api_client.api.marketplace_site_agent_identities import (
    marketplace_site_agent_identities_cleanup_orphaned,
    marketplace_site_agent_identities_create,
    marketplace_site_agent_identities_destroy,
    marketplace_site_agent_identities_list,
    marketplace_site_agent_identities_register_queue,
    marketplace_site_agent_identities_register_service,
    marketplace_site_agent_identities_update,
)
from waldur_api_client.api.marketplace_site_agent_logs import (
    marketplace_site_agent_logs_create,
    marketplace_site_agent_logs_list,
)
from waldur_api_client.api.marketplace_site_agent_services import (
    marketplace_site_agent_services_cleanup_stale,
    marketplace_site_agent_services_register_processor,
    marketplace_site_agent_services_set_statistics,
)
from waldur_api_client.api.marketplace_site_agent_stats import (
    marketplace_site_agent_stats_retrieve,
)
from waldur_api_client.errors import UnexpectedStatus
from waldur_api_client.models import (
    AgentIdentity,
    AgentIdentityRequest,
    AgentProcessorCreateRequest,
    AgentQueueRegistrationRequest,
    AgentServiceCreateRequest,
    AgentServiceStatisticsRequest,
    AgentServiceStatisticsRequestStatistics,
    CleanupRequestRequest,
    EventSubscriptionObservableObjectRequest,
    EventSubscriptionQueueCreateRequest,
    EventSubscriptionRequest,
    LevelEnum,
    ObservableObjectTypeEnum,
    SiteAgentLogCreateRequest,
)
from waldur_api_client.types import UNSET

from tests.contract.cast import Cast

pytestmark = pytest.mark.e2e

ORDER = ObservableObjectTypeEnum.ORDER


def introduce(cast: Cast, name: str, version: str = "1.0.7") -> AgentIdentityRequest:
    return AgentIdentityRequest(offering=cast.offering_uuid, name=name, version=version)


@pytest.fixture
def identity(cast: Cast) -> AgentIdentity:
    return marketplace_site_agent_identities_create.sync(
        client=cast.hosting_entity, body=introduce(cast, f"agent-{uuid4()}")
    )


def test_a_second_process_that_found_no_identity_gets_the_first_one_s(
    cast: Cast, identity: AgentIdentity
) -> None:
    again = marketplace_site_agent_identities_create.sync(
        client=cast.hosting_entity, body=introduce(cast, identity.name, "1.0.8")
    )
    found = marketplace_site_agent_identities_list.sync(
        client=cast.hosting_entity, name=identity.name
    )
    assert (again.uuid, again.version) == (identity.uuid, "1.0.8")
    assert [row.uuid for row in found] == [identity.uuid]


def test_a_round_updates_the_identity_and_registers_its_parts(
    cast: Cast, identity: AgentIdentity
) -> None:
    client = cast.hosting_entity
    updated = marketplace_site_agent_identities_update.sync(
        identity.uuid, client=client, body=introduce(cast, identity.name)
    )
    service = AgentServiceCreateRequest(name="report", mode="report")
    services = [
        marketplace_site_agent_identities_register_service.sync_detailed(
            identity.uuid, client=client, body=service
        )
        for _ in range(2)
    ]
    uuid = services[0].parsed.uuid
    processor = AgentProcessorCreateRequest(name="P", backend_type="slurm", backend_version="23")
    processors = [
        marketplace_site_agent_services_register_processor.sync_detailed(
            uuid, client=client, body=processor
        )
        for _ in range(2)
    ]
    told = marketplace_site_agent_services_set_statistics.sync(
        uuid,
        client=client,
        body=AgentServiceStatisticsRequest(
            statistics=AgentServiceStatisticsRequestStatistics.from_dict({"resources": 3})
        ),
    )

    assert updated.uuid == identity.uuid
    assert [answer.status_code for answer in services] == [201, 200]
    assert [answer.status_code for answer in processors] == [201, 200]
    assert told.state.value == "Active"
    assert told.statistics.to_dict() == {"resources": 3}  # type: ignore[union-attr]
    offering = marketplace_provider_offerings_retrieve.sync(cast.offering_uuid, client=client)
    done = {row.agent_type.value: row.status for row in offering.integration_status}  # type: ignore[union-attr]
    assert done["Usage reporting"] == "Active"


def test_an_agent_of_event_mode_gets_its_queue(cast: Cast, identity: AgentIdentity) -> None:
    body = AgentQueueRegistrationRequest(object_types=[ORDER])
    first, again = (
        marketplace_site_agent_identities_register_queue.sync_detailed(
            identity.uuid, client=cast.hosting_entity, body=body
        )
        for _ in range(2)
    )
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.parsed is not None
    assert first.parsed == again.parsed
    assert first.parsed.observable_object_types == ["order"]
    assert first.parsed.queue_name.startswith("consumer_")


def test_a_person_subscribes_gets_a_queue_and_ends_both(cast: Cast) -> None:
    client = cast.hosting_entity
    observed = EventSubscriptionObservableObjectRequest(
        object_type="order", offering_uuid=cast.offering_uuid
    )
    subscription = event_subscriptions_create.sync(
        client=client, body=EventSubscriptionRequest(observable_objects=[observed])
    )
    queue = event_subscriptions_create_queue.sync_detailed(
        subscription.uuid,
        client=client,
        body=EventSubscriptionQueueCreateRequest(
            offering_uuid=cast.offering_uuid, object_type=ORDER
        ),
    )
    ended = event_subscriptions_destroy.sync_detailed(subscription.uuid, client=client)

    assert (queue.status_code, ended.status_code) == (201, 204)
    assert subscription.observable_objects is not UNSET


def test_lines_of_the_log_are_sent_and_found(cast: Cast, identity: AgentIdentity) -> None:
    line = SiteAgentLogCreateRequest(
        agent_identity_uuid=identity.uuid,
        timestamp=1_764_300_000.125,
        level=LevelEnum.WARNING,
        message="slow",
        module="backend",
    )
    kept = marketplace_site_agent_logs_create.sync(client=cast.hosting_entity, body=[line, line])
    found = marketplace_site_agent_logs_list.sync(
        client=cast.hosting_entity, agent_identity_uuid=identity.uuid, timestamp_from=1.5
    )
    assert [row.timestamp for row in kept] == [1_764_300_000.125] * 2
    assert {row.uuid for row in found} == {row.uuid for row in kept}


def test_the_outsider_s_agent_finds_and_registers_nothing(
    cast: Cast, identity: AgentIdentity
) -> None:
    client = cast.outsider
    assert marketplace_site_agent_identities_list.sync(client=client, name=identity.name) == []
    actions: list[tuple[Any, tuple[UUID, ...], Any, int]] = [
        (marketplace_site_agent_identities_create, (), introduce(cast, "mine"), 400),
        (
            marketplace_site_agent_identities_update,
            (identity.uuid,),
            introduce(cast, identity.name),
            404,
        ),
    ]
    for module, arguments, body, status in actions:
        with pytest.raises(UnexpectedStatus) as refusal:
            module.sync(*arguments, client=client, body=body)
        assert refusal.value.status_code == status


def test_staff_read_the_numbers_and_ask_what_could_be_cleaned_up(
    cast: Cast, identity: AgentIdentity
) -> None:
    numbers = marketplace_site_agent_stats_retrieve.sync(client=cast.staff)
    orphaned = marketplace_site_agent_identities_cleanup_orphaned.sync(
        client=cast.staff, body=CleanupRequestRequest()
    )
    stale = marketplace_site_agent_services_cleanup_stale.sync(
        client=cast.staff, body=CleanupRequestRequest(dry_run=True, older_than_hours=1)
    )
    assert numbers.identities.total >= 1
    assert orphaned.dry_run
    assert stale.dry_run


def test_an_agent_is_forgotten(cast: Cast, identity: AgentIdentity) -> None:
    gone = marketplace_site_agent_identities_destroy.sync_detailed(
        identity.uuid, client=cast.hosting_entity
    )
    found = marketplace_site_agent_identities_list.sync(
        client=cast.hosting_entity, name=identity.name
    )
    assert (gone.status_code, found) == (204, [])
