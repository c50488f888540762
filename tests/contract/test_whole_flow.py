"""An allocation from order to usage and to its end, as three people see it.

Each of them uses the published Python client against the running server: the allocator, the
Hosting Entity, and somebody who has nothing to do with either.
"""

import datetime as dt

import pytest
from waldur_api_client.api.customers import customers_list
from waldur_api_client.api.marketplace_orders import (
    marketplace_orders_approve_by_provider,
    marketplace_orders_list,
    marketplace_orders_retrieve,
)
from waldur_api_client.api.marketplace_public_offerings import (
    marketplace_public_offerings_list,
    marketplace_public_offerings_plans_list,
)
from waldur_api_client.api.marketplace_resources import (
    marketplace_resources_list,
    marketplace_resources_retrieve,
)
from waldur_api_client.api.projects import (
    projects_delete_user,
    projects_list,
    projects_list_users_list,
    projects_retrieve,
    projects_update_user,
)
from waldur_api_client.models import (
    OrderApproveByProviderRequest,
    OrderState,
    ResourceState,
    UserRoleDeleteRequest,
    UserRoleUpdateRequest,
)

from tests.contract import acts
from tests.contract.cast import RESEARCHER_CUID, Cast, known, log_in

pytestmark = pytest.mark.e2e


def test_an_allocator_logs_in_and_finds_the_organisation_they_run(cast: Cast) -> None:
    with log_in(cast.service, "alice") as allocator:
        (customer,) = customers_list.sync(client=allocator)

    assert (customer.uuid, customer.abbreviation) == (cast.customer_uuid, "SWE")


def test_an_allocator_finds_a_researcher_and_manages_their_membership(cast: Cast) -> None:
    allocator = cast.allocator
    project = acts.create_project(cast, "Climate model")
    found = projects_list.sync(client=allocator, backend_id="naiss-Climate model")
    assert [row.uuid for row in found] == [project]

    researcher = acts.find_person(cast, RESEARCHER_CUID)
    acts.add_member(cast, project, RESEARCHER_CUID)
    (member,) = projects_list_users_list.sync(project, client=allocator, role=["PROJECT.MEMBER"])
    assert (member.user_uuid, member.user_username) == (researcher, RESEARCHER_CUID)
    assert member.expiration_time is None

    end = dt.datetime(2099, 12, 31, tzinfo=dt.UTC)
    change = UserRoleUpdateRequest(role="PROJECT.MEMBER", user=researcher, expiration_time=end)
    answer = projects_update_user.sync(project, client=allocator, body=change)
    assert answer.expiration_time == end

    revocation = UserRoleDeleteRequest(role="PROJECT.MEMBER", user=researcher)
    gone = projects_delete_user.sync_detailed(project, client=allocator, body=revocation)
    assert gone.status_code == 200
    assert projects_list_users_list.sync(project, client=allocator) == []


def test_an_allocation_is_ordered_approved_and_delivered(cast: Cast) -> None:
    project = acts.create_project(cast, "Protein folding")
    (offering,) = marketplace_public_offerings_list.sync(
        client=cast.allocator, name_exact="LUMI Sweden / Extreme Scale Access"
    )
    assert offering.uuid == cast.offering_uuid
    plans = marketplace_public_offerings_plans_list.sync(cast.offering_uuid, client=cast.allocator)
    assert [plan.name for plan in plans] == ["Standard"]

    order = acts.place_order(cast, project, {"cpu_k_hours": 100, "gpu_hours": 50})
    assert acts.states(cast, order) == (OrderState.PENDING_PROVIDER, ResourceState.CREATING)
    waiting = marketplace_orders_list.sync(
        client=cast.hosting_entity,
        offering_uuid=cast.offering_uuid,
        state=[OrderState.PENDING_PROVIDER, OrderState.EXECUTING],
        project_uuid=project,
    )
    assert [row.uuid for row in waiting] == [order]
    assert waiting[0].to_dict()["limits"] == {"cpu_k_hours": 100, "gpu_hours": 50}

    acts.approve(cast, order)
    assert acts.states(cast, order) == (OrderState.EXECUTING, ResourceState.CREATING)
    again = marketplace_orders_approve_by_provider.sync_detailed(
        order, client=cast.hosting_entity, body=OrderApproveByProviderRequest()
    )
    assert again.status_code == 409
    acts.deliver(cast, order, backend_id="hpc-folding")
    assert acts.states(cast, order) == (OrderState.DONE, ResourceState.OK)

    resource = marketplace_resources_retrieve.sync(
        acts.resource_of(cast, order), client=cast.allocator
    )
    assert (resource.name, resource.project_uuid) == (acts.ALLOCATION, project)
    assert acts.limits(cast, known(resource.uuid)) == {"cpu_k_hours": 100, "gpu_hours": 50}


def test_reported_usage_is_read_back_by_the_allocator(cast: Cast) -> None:
    project = acts.create_project(cast, "Turbulence")
    resource = acts.run_allocation(cast, project, {"cpu_k_hours": 10})

    acts.report_usage(cast, resource, {"cpu_k_hours": "7.25", "gb_k_hours": "5000"})
    usages = acts.usages(cast.allocator, resource)
    assert usages == {"cpu_k_hours": "7.25", "gb_k_hours": "5000.00"}
    acts.report_usage(cast, resource, {"cpu_k_hours": "12.50"})  # above the limit: still a fact
    assert acts.usages(cast.allocator, resource)["cpu_k_hours"] == "12.50"

    acts.report_user_usage(cast, resource, "cpu_k_hours", RESEARCHER_CUID, "2.5")
    assert acts.user_usages(cast.allocator, resource) == {RESEARCHER_CUID: "2.50"}
    assert acts.user_usages(cast.hosting_entity, resource) == {RESEARCHER_CUID: "2.50"}
    assert acts.usages(cast.outsider, resource) == {}
    assert acts.user_usages(cast.outsider, resource) == {}


def test_limits_change_when_the_hosting_entity_has_changed_them(cast: Cast) -> None:
    project = acts.create_project(cast, "Neutrinos")
    resource = acts.run_allocation(cast, project, {"cpu_k_hours": 10, "gpu_hours": 5})

    order = acts.ask_for_limits(cast, resource, {"gpu_hours": 80})
    assert acts.states(cast, order) == (OrderState.PENDING_PROVIDER, ResourceState.OK)
    assert acts.limits(cast, resource) == {"cpu_k_hours": 10, "gpu_hours": 5}
    acts.approve(cast, order)
    assert acts.states(cast, order) == (OrderState.EXECUTING, ResourceState.UPDATING)
    acts.finish(cast, order)
    assert acts.states(cast, order) == (OrderState.DONE, ResourceState.OK)
    assert acts.limits(cast, resource) == {"cpu_k_hours": 10, "gpu_hours": 80}


def test_an_allocation_ends_when_the_hosting_entity_has_ended_it(cast: Cast) -> None:
    project = acts.create_project(cast, "Galaxies")
    resource = acts.run_allocation(cast, project, {"cpu_k_hours": 10})

    order = acts.ask_to_terminate(cast, resource)
    assert acts.states(cast, order) == (OrderState.PENDING_PROVIDER, ResourceState.OK)
    acts.approve(cast, order)
    assert acts.states(cast, order) == (OrderState.EXECUTING, ResourceState.TERMINATING)
    acts.finish(cast, order)
    assert acts.states(cast, order) == (OrderState.DONE, ResourceState.TERMINATED)
    ended = marketplace_resources_list.sync(
        client=cast.allocator, project_uuid=project, state=[ResourceState.TERMINATED]
    )
    assert [row.uuid for row in ended] == [resource]


def test_an_outsider_sees_nothing_of_it(cast: Cast) -> None:
    project = acts.create_project(cast, "Secret")
    resource = acts.run_allocation(cast, project, {"cpu_k_hours": 1})
    acts.report_usage(cast, resource, {"cpu_k_hours": "1"})
    (order,) = marketplace_orders_list.sync(client=cast.allocator, resource_uuid=resource)
    stranger = cast.outsider

    acts.assert_hidden(projects_retrieve, project, stranger)
    acts.assert_hidden(marketplace_orders_retrieve, known(order.uuid), stranger)
    acts.assert_hidden(marketplace_resources_retrieve, resource, stranger)
    assert projects_list.sync(client=stranger) == []
    assert marketplace_orders_list.sync(client=stranger) == []
    assert marketplace_resources_list.sync(client=stranger) == []
    http = stranger.get_httpx_client()
    for action in ("approve_by_provider", "approve_by_consumer", "cancel", "set_state_done"):
        answer = http.post(f"/api/marketplace-orders/{known(order.uuid).hex}/{action}/", json={})
        assert (action, answer.status_code) == (action, 404)
