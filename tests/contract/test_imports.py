"""A site without a bus takes over what it has, in the words of the published client alone."""

from uuid import UUID

import pytest
from waldur_api_client.api.backend_resource_requests import (
    backend_resource_requests_retrieve,
    backend_resource_requests_set_done,
)
from waldur_api_client.api.backend_resources import (
    backend_resources_destroy,
    backend_resources_list,
)
from waldur_api_client.api.component_user_usage_limits import component_user_usage_limits_list
from waldur_api_client.api.marketplace_orders import marketplace_orders_list
from waldur_api_client.api.marketplace_provider_offerings import (
    marketplace_provider_offerings_importable_resources_list,
    marketplace_provider_offerings_retrieve,
    marketplace_provider_offerings_sync_resources,
)
from waldur_api_client.errors import UnexpectedStatus
from waldur_api_client.models import (
    BackendResourceReqStateEnum,
    OrderState,
    ProviderOfferingDetailsFieldEnum,
)

from tests.contract import acts, site_acts
from tests.contract.cast import Cast
from tests.contract.world import World, component_of

pytestmark = pytest.mark.e2e


@pytest.fixture(scope="module")
def project(cast: Cast) -> UUID:
    """A project that the Hosting Entity knows, as it has an allocation there."""
    project = acts.create_project(cast, "Imports")
    acts.run_allocation(cast, project, {"cpu_k_hours": 1})
    return project


def test_a_site_that_polls_takes_over_what_it_has(cast: Cast, project: UUID) -> None:
    request = site_acts.ask_for_import(cast)
    has = {"hpc_a": (project, {"cpu_k_hours": 4}), "hpc_b": (project, {"gpu_hours": 2})}

    assert site_acts.poll_for_imports(cast, has) >= 1
    assert site_acts.poll_for_imports(cast, has) == 0

    asked = backend_resource_requests_retrieve.sync(request, client=cast.hosting_entity)
    assert asked.state is BackendResourceReqStateEnum.DONE
    assert asked.started
    assert asked.finished
    found = {
        row.backend_id: row.uuid
        for row in backend_resources_list.sync_all(client=cast.hosting_entity, project_uuid=project)
    }
    assert sorted(map(str, found)) == ["hpc_a", "hpc_b"]
    resource = site_acts.import_found(cast, found["hpc_a"])
    assert (resource["backend_id"], resource["state"]) == ("hpc_a", "OK")
    assert acts.limits(cast, UUID(resource["uuid"])) == {"cpu_k_hours": 4}
    (order,) = marketplace_orders_list.sync(
        client=cast.allocator, resource_uuid=UUID(resource["uuid"])
    )
    assert order.state is OrderState.DONE
    assert (
        backend_resources_destroy.sync_detailed(
            found["hpc_b"], client=cast.hosting_entity
        ).status_code
        == 204
    )


def test_what_is_over_is_told_with_409(cast: Cast, project: UUID) -> None:
    request = site_acts.ask_for_import(cast)
    site_acts.poll_for_imports(cast, {})

    with pytest.raises(UnexpectedStatus) as refusal:
        backend_resource_requests_set_done.sync(request, client=cast.hosting_entity)

    assert refusal.value.status_code == 409


def test_an_agent_reads_limits_and_partitions_as_it_asks_for_them(world: World) -> None:
    cast, client = world.cast, world.cast.hosting_entity
    resource = world.objects["/api/marketplace-resources/"]

    (limit,) = component_user_usage_limits_list.sync_all(client=client, resource_uuid=resource)
    offering = marketplace_provider_offerings_retrieve.sync(
        cast.offering_uuid, client=client, field=[ProviderOfferingDetailsFieldEnum.PARTITIONS]
    )

    assert (limit.user, limit.component_type, int(float(str(limit.limit)))) == (
        "researcher1",
        "cpu_k_hours",
        2,
    )
    assert limit.component == component_of(cast, "cpu_k_hours")
    assert [row["partition_name"] for row in offering.to_dict()["partitions"]] == ["standard-g"]
    assert component_user_usage_limits_list.sync_all(client=client, resource_uuid=UUID(int=0)) == []


def test_importable_resources_are_what_waits(world: World) -> None:
    cast = world.cast
    rows = marketplace_provider_offerings_importable_resources_list.sync_all(
        cast.offering_uuid, client=cast.hosting_entity
    )

    assert "hpc_old" in [row.backend_id for row in rows]
    assert {row.type_ for row in rows} == {"Marketplace.Slurm"}


def test_a_synchronization_can_be_asked_for(cast: Cast) -> None:
    answer = marketplace_provider_offerings_sync_resources.sync(
        cast.offering_uuid, client=cast.hosting_entity
    )

    assert answer.status
