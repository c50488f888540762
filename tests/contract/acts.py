"""What the people of the live tests do, each act one or two calls of the published client."""

from collections.abc import Mapping
from typing import Any, Protocol
from uuid import UUID

import pytest
from waldur_api_client.api.marketplace_component_usages import (
    marketplace_component_usages_list,
    marketplace_component_usages_set_usage,
    marketplace_component_usages_set_user_usage,
)
from waldur_api_client.api.marketplace_component_user_usages import (
    marketplace_component_user_usages_list,
)
from waldur_api_client.api.marketplace_customer_service_accounts import (
    marketplace_customer_service_accounts_create,
)
from waldur_api_client.api.marketplace_offering_users import marketplace_offering_users_create
from waldur_api_client.api.marketplace_orders import (
    marketplace_orders_approve_by_provider,
    marketplace_orders_create,
    marketplace_orders_retrieve,
    marketplace_orders_set_backend_id,
    marketplace_orders_set_state_done,
)
from waldur_api_client.api.marketplace_project_service_accounts import (
    marketplace_project_service_accounts_create,
)
from waldur_api_client.api.marketplace_provider_offerings import (
    marketplace_provider_offerings_add_user,
)
from waldur_api_client.api.marketplace_public_offerings import (
    marketplace_public_offerings_plans_list,
)
from waldur_api_client.api.marketplace_resources import (
    marketplace_resources_retrieve,
    marketplace_resources_terminate,
    marketplace_resources_update_limits,
)
from waldur_api_client.api.marketplace_slurm_periodic_usage_policies import (
    marketplace_slurm_periodic_usage_policies_create,
    marketplace_slurm_periodic_usage_policies_evaluate,
    marketplace_slurm_periodic_usage_policies_report_command_result,
)
from waldur_api_client.api.projects import projects_add_user, projects_create
from waldur_api_client.api.remote_eduteams import remote_eduteams
from waldur_api_client.api.science_domains import science_domains_load_preset
from waldur_api_client.client import AuthenticatedClient
from waldur_api_client.errors import UnexpectedStatus
from waldur_api_client.models import (
    ComponentUsageCreateRequest,
    ComponentUsageItemRequest,
    ComponentUserUsageCreateRequest,
    CustomerServiceAccountRequest,
    GenericOrderAttributes,
    LoadScienceDomainPresetRequest,
    OfferingUserRequest,
    OrderApproveByProviderRequest,
    OrderBackendIDRequest,
    OrderCreateRequest,
    OrderCreateRequestLimits,
    OrderInfoResponse,
    OrderState,
    PresetEnum,
    ProjectRequest,
    ProjectServiceAccountRequest,
    RemoteEduteamsRequestRequest,
    ResourceState,
    ResourceTerminateRequest,
    ResourceUpdateLimitsRequest,
    ResourceUpdateLimitsRequestLimits,
    SlurmCommandResultRequest,
    SlurmPeriodicUsagePolicyRequest,
    SlurmPolicyEvaluateRequestRequest,
    UserRoleCreateRequest,
)

from tests.contract.cast import Cast, known

Amounts = Mapping[str, float]
ALLOCATION = "Extreme scale, spring call"


class Retrieve(Protocol):
    """A module of the published client that reads one object."""

    def sync(self, uuid: UUID, *, client: AuthenticatedClient) -> Any:
        """Read it."""


def create_project(cast: Cast, name: str) -> UUID:
    """The allocator creates a project in the organisation it runs."""
    body = ProjectRequest(
        name=name,
        customer=cast.url(f"/api/customers/{cast.customer_uuid.hex}/"),
        description="Granted by the national committee",
        backend_id=f"naiss-{name}",
    )
    project = projects_create.sync(client=cast.allocator, body=body)
    return known(project.uuid)


def find_person(cast: Cast, cuid: str) -> UUID:
    """The allocator looks a researcher up by their CUID."""
    lookup = RemoteEduteamsRequestRequest(cuid=cuid)
    return remote_eduteams.sync(client=cast.allocator, body=lookup).uuid


def add_member(cast: Cast, project: UUID, cuid: str) -> None:
    """The allocator makes a researcher a member of a project."""
    grant = UserRoleCreateRequest(role="PROJECT.MEMBER", user=find_person(cast, cuid))
    answer = projects_add_user.sync_detailed(project, client=cast.allocator, body=grant)
    assert answer.status_code == 201


def add_offering_manager(cast: Cast, cuid: str) -> None:
    """The Hosting Entity lets somebody run its offering."""
    grant = UserRoleCreateRequest(role="OFFERING.MANAGER", user=find_person(cast, cuid))
    answer = marketplace_provider_offerings_add_user.sync_detailed(
        cast.offering_uuid, client=cast.hosting_entity, body=grant
    )
    assert answer.status_code == 201


def open_account(cast: Cast, cuid: str) -> None:
    """The Hosting Entity gives somebody an account on its machine."""
    person = find_person(cast, cuid)
    body = OfferingUserRequest(
        user=cast.url(f"/api/users/{person.hex}/"),
        offering=cast.url(f"/api/marketplace-provider-offerings/{cast.offering_uuid.hex}/"),
        username="researcher1",
    )
    marketplace_offering_users_create.sync(client=cast.hosting_entity, body=body)


def open_service_accounts(cast: Cast, project: UUID) -> None:
    """The allocator lets programs in: one for the project, one for the whole organisation."""
    marketplace_project_service_accounts_create.sync(
        client=cast.allocator, body=ProjectServiceAccountRequest(project=project)
    )
    marketplace_customer_service_accounts_create.sync(
        client=cast.allocator, body=CustomerServiceAccountRequest(customer=cast.customer_uuid)
    )


def load_fields_of_science(cast: Cast) -> None:
    """The staff take over the OECD's list."""
    body = LoadScienceDomainPresetRequest(preset=PresetEnum.OECD_FOS_2007)
    science_domains_load_preset.sync(client=cast.staff, body=body)


def place_order(cast: Cast, project: UUID, limits: Amounts) -> UUID:
    """The allocator orders an allocation of the offering for a project."""
    (plan,) = marketplace_public_offerings_plans_list.sync(
        cast.offering_uuid, client=cast.allocator
    )
    body = OrderCreateRequest(
        offering=cast.url(f"/api/marketplace-public-offerings/{cast.offering_uuid.hex}/"),
        project=cast.url(f"/api/projects/{project.hex}/"),
        plan=str(plan.url),
        attributes=GenericOrderAttributes.from_dict({"name": ALLOCATION}),
        limits=OrderCreateRequestLimits.from_dict(limits),
        accepting_terms_of_service=True,
    )
    return known(marketplace_orders_create.sync(client=cast.allocator, body=body).uuid)


def approve(cast: Cast, order: UUID) -> None:
    """The Hosting Entity agrees to an order."""
    answer = marketplace_orders_approve_by_provider.sync(
        order, client=cast.hosting_entity, body=OrderApproveByProviderRequest()
    )
    assert isinstance(answer, OrderInfoResponse)


def finish(cast: Cast, order: UUID) -> None:
    """The Hosting Entity has done what an order asks for."""
    answer = marketplace_orders_set_state_done.sync_detailed(order, client=cast.hosting_entity)
    assert answer.status_code == 200


def deliver(cast: Cast, order: UUID, backend_id: str) -> None:
    """The Hosting Entity has made the allocation, under a name of its own."""
    marketplace_orders_set_backend_id.sync(
        order, client=cast.hosting_entity, body=OrderBackendIDRequest(backend_id=backend_id)
    )
    finish(cast, order)


def run_allocation(cast: Cast, project: UUID, limits: Amounts) -> UUID:
    """Order, approve and deliver an allocation."""
    order = place_order(cast, project, limits)
    approve(cast, order)
    deliver(cast, order, backend_id=f"hpc-{project.hex[:8]}")
    return resource_of(cast, order)


def resource_of(cast: Cast, order: UUID) -> UUID:
    """The allocator reads which allocation came of an order."""
    details = marketplace_orders_retrieve.sync(order, client=cast.allocator)
    return known(details.marketplace_resource_uuid)


def states(cast: Cast, order: UUID) -> tuple[OrderState, ResourceState]:
    """The allocator reads where an order and its allocation stand."""
    details = marketplace_orders_retrieve.sync(order, client=cast.allocator)
    resource = marketplace_resources_retrieve.sync(
        known(details.marketplace_resource_uuid), client=cast.allocator
    )
    assert isinstance(details.state, OrderState)
    assert isinstance(resource.state, ResourceState)
    return details.state, resource.state


def limits(cast: Cast, resource: UUID) -> dict[str, Any]:
    """The allocator reads what an allocation may use."""
    allocation = marketplace_resources_retrieve.sync(resource, client=cast.allocator)
    wire: dict[str, Any] = allocation.to_dict()["limits"]
    return wire


def ask_for_limits(cast: Cast, resource: UUID, wanted: Amounts) -> UUID:
    """The allocator orders other limits."""
    body = ResourceUpdateLimitsRequest(limits=ResourceUpdateLimitsRequestLimits.from_dict(wanted))
    answer = marketplace_resources_update_limits.sync(resource, client=cast.allocator, body=body)
    return known(answer.order_uuid)


def ask_to_terminate(cast: Cast, resource: UUID) -> UUID:
    """The allocator orders the end of an allocation."""
    answer = marketplace_resources_terminate.sync(
        resource, client=cast.allocator, body=ResourceTerminateRequest()
    )
    return known(answer.order_uuid)


def report_usage(cast: Cast, resource: UUID, amounts: Mapping[str, str]) -> None:
    """The Hosting Entity reports this month's usage."""
    items = [ComponentUsageItemRequest(type_=kind, amount=much) for kind, much in amounts.items()]
    answer = marketplace_component_usages_set_usage.sync_detailed(
        client=cast.hosting_entity,
        body=ComponentUsageCreateRequest(usages=items, resource=resource),
    )
    assert answer.status_code == 201


def report_user_usage(cast: Cast, resource: UUID, kind: str, username: str, amount: str) -> None:
    """The Hosting Entity reports one person's part of this month's usage."""
    (usage,) = marketplace_component_usages_list.sync(
        client=cast.hosting_entity, resource_uuid=resource, type_=kind
    )
    answer = marketplace_component_usages_set_user_usage.sync_detailed(
        known(usage.uuid),
        client=cast.hosting_entity,
        body=ComponentUserUsageCreateRequest(username=username, usage=amount),
    )
    assert answer.status_code == 201


def set_policy(cast: Cast, resource: UUID) -> UUID:
    """The Hosting Entity gives its offering a usage policy, evaluates it, and reports for it."""
    client = cast.hosting_entity
    offering = cast.url(f"/api/marketplace-provider-offerings/{cast.offering_uuid.hex}/")
    policy = marketplace_slurm_periodic_usage_policies_create.sync(
        client=client,
        body=SlurmPeriodicUsagePolicyRequest(
            scope=offering,
            actions="notify_organization_owners,request_slurm_resource_downscaling",
            component_limits_set=[],
            apply_to_all=True,
        ),
    )
    report = marketplace_slurm_periodic_usage_policies_evaluate.sync(
        policy.uuid, client=client, body=SlurmPolicyEvaluateRequestRequest(resource_uuid=resource)
    )
    assert [entry.resource_uuid for entry in report.resources] == [resource]
    told = SlurmCommandResultRequest(
        resource_uuid=resource, success=True, commands_executed=["sacctmgr modify account x"]
    )
    answer = marketplace_slurm_periodic_usage_policies_report_command_result.sync_detailed(
        policy.uuid, client=client, body=told
    )
    assert answer.status_code == 200
    return known(policy.uuid)


def usages(client: AuthenticatedClient, resource: UUID) -> dict[str, Any]:
    """Somebody reads the usage of an allocation, by component, as the wire has it."""
    rows = marketplace_component_usages_list.sync(client=client, resource_uuid=resource)
    return {row["type"]: row["usage"] for row in (row.to_dict() for row in rows)}


def user_usages(client: AuthenticatedClient, resource: UUID) -> dict[str, Any]:
    """Somebody reads the usage of an allocation by person, as the wire has it."""
    rows = marketplace_component_user_usages_list.sync(client=client, resource_uuid=resource)
    return {row["username"]: row["usage"] for row in (row.to_dict() for row in rows)}


def assert_hidden(module: Retrieve, uuid: UUID, client: AuthenticatedClient) -> None:
    """Somebody who may not see an object is told that there is none."""
    with pytest.raises(UnexpectedStatus) as refusal:
        module.sync(uuid, client=client)
    assert refusal.value.status_code == 404
