"""What a site and its provider do about what the site has already, and about people's limits."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from waldur_api_client.api.backend_resource_requests import (
    backend_resource_requests_create,
    backend_resource_requests_list,
    backend_resource_requests_set_done,
    backend_resource_requests_start_processing,
)
from waldur_api_client.api.backend_resources import (
    backend_resources_create,
    backend_resources_import_resource,
    backend_resources_list,
)
from waldur_api_client.api.component_user_usage_limits import component_user_usage_limits_create
from waldur_api_client.api.marketplace_provider_offerings import (
    marketplace_provider_offerings_add_endpoint,
    marketplace_provider_offerings_add_partition,
)
from waldur_api_client.api.marketplace_resource_api_keys import (
    marketplace_resource_api_keys_report_created,
    marketplace_resource_api_keys_report_usage,
)
from waldur_api_client.models import (
    BackendResourceImportRequest,
    BackendResourceReqRequest,
    BackendResourceReqStateEnum,
    BackendResourceRequest,
    BackendResourceRequestBackendMetadata,
    ComponentUserUsageLimitRequest,
    NestedEndpointRequest,
    OfferingPartitionRequest,
    ResourceApiKeyReportCreatedRequest,
    ResourceApiKeyUsageRequest,
    ResourceApiKeyUsageRequestUsages,
)

from tests.contract.cast import Cast

Limits = Mapping[str, float]


def ask_for_import(cast: Cast) -> UUID:
    """The Hosting Entity wants to know what its machine has that is not known here."""
    body = BackendResourceReqRequest(offering=cast.offering_uuid)
    return backend_resource_requests_create.sync(client=cast.hosting_entity, body=body).uuid


def report_found(cast: Cast, project: UUID, backend_id: str, limits: Limits) -> UUID:
    """A program of the site reports an account that it found."""
    body = BackendResourceRequest(
        name=backend_id,
        project=project,
        offering=cast.offering_uuid,
        backend_id=backend_id,
        backend_metadata=BackendResourceRequestBackendMetadata.from_dict({"limits": dict(limits)}),
    )
    return backend_resources_create.sync(client=cast.hosting_entity, body=body).uuid


def poll_for_imports(cast: Cast, found: Mapping[str, tuple[UUID, Limits]]) -> int:
    """A program of the site works off what it is asked for, without any bus; return how much."""
    client = cast.hosting_entity
    waiting = backend_resource_requests_list.sync_all(
        client=client, offering_uuid=cast.offering_uuid, state=[BackendResourceReqStateEnum.SENT]
    )
    for request in waiting:
        backend_resource_requests_start_processing.sync(request.uuid, client=client)
        for backend_id, (project, limits) in found.items():
            known = backend_resources_list.sync_all(
                client=client,
                backend_id=backend_id,
                project_uuid=project,
                offering_uuid=cast.offering_uuid,
            )
            if not known:
                report_found(cast, project, backend_id, limits)
        backend_resource_requests_set_done.sync(request.uuid, client=client)
    return len(waiting)


def import_found(cast: Cast, found: UUID) -> dict[str, Any]:
    """The Hosting Entity makes an allocation of what its site found."""
    resource = backend_resources_import_resource.sync(
        found, client=cast.hosting_entity, body=BackendResourceImportRequest()
    )
    read: dict[str, Any] = resource.to_dict()
    return read


def limit_person(cast: Cast, resource: UUID, component: UUID, username: str, limit: str) -> UUID:
    """The allocator limits what one person may use of an allocation."""
    body = ComponentUserUsageLimitRequest(
        resource=cast.url(f"/api/marketplace-resources/{resource.hex}/"),
        component=component,
        user=username,
        limit=limit,
    )
    return component_user_usage_limits_create.sync(client=cast.allocator, body=body).uuid


def add_endpoint(cast: Cast, url: str) -> UUID:
    """The Hosting Entity says where its people log in."""
    return marketplace_provider_offerings_add_endpoint.sync(
        cast.offering_uuid,
        client=cast.hosting_entity,
        body=NestedEndpointRequest(name="Login", url=url),
    ).uuid


def add_partition(cast: Cast, name: str) -> None:
    """The Hosting Entity tells of a partition of its machine."""
    body = OfferingPartitionRequest(
        offering=cast.offering_uuid, partition_name=name, max_time=2880, gpu_arch="amd/gfx90a"
    )
    made = marketplace_provider_offerings_add_partition.sync(
        cast.offering_uuid, client=cast.hosting_entity, body=body
    )
    assert made.partition_name == name


def report_key(cast: Cast, resource: UUID, usages: Limits) -> UUID:
    """The site's agent has made a key with the allocation, and says what it was used for."""
    client = cast.hosting_entity
    made = marketplace_resource_api_keys_report_created.sync(
        client=client,
        body=ResourceApiKeyReportCreatedRequest(
            resource=resource, client_id="client-1", api_key="sk-made-by-the-site"
        ),
    )
    marketplace_resource_api_keys_report_usage.sync(
        made.uuid,
        client=client,
        body=ResourceApiKeyUsageRequest(
            usages=ResourceApiKeyUsageRequestUsages.from_dict(dict(usages))
        ),
    )
    return made.uuid
