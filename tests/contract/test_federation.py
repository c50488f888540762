"""What the agent's federation plugin asks of either side, with the published client.

On the target the agent acts for an organisation that orders: it finds or makes projects by their
`backend_id`, tells of people, orders, and reads what came of it. On the source it acts for the
provider. Each test is one of the plugin's errands, with the same calls.
"""

from datetime import date
from uuid import UUID, uuid4

import pytest
from waldur_api_client.api.identity_bridge import (
    identity_bridge,
    identity_bridge_allowed_fields_retrieve,
    identity_bridge_remove,
    identity_bridge_stats_retrieve,
)
from waldur_api_client.api.marketplace_component_usages import marketplace_component_usages_list
from waldur_api_client.api.marketplace_component_user_usages import (
    marketplace_component_user_usages_list,
)
from waldur_api_client.api.marketplace_offering_users import (
    marketplace_offering_users_list,
    marketplace_offering_users_partial_update,
)
from waldur_api_client.api.marketplace_orders import (
    marketplace_orders_create,
    marketplace_orders_list,
    marketplace_orders_retrieve,
)
from waldur_api_client.api.marketplace_provider_resources import (
    marketplace_provider_resources_list,
    marketplace_provider_resources_retrieve,
    marketplace_provider_resources_set_backend_id,
    marketplace_provider_resources_set_effective_id,
    marketplace_provider_resources_set_end_date,
    marketplace_provider_resources_team_list,
)
from waldur_api_client.api.marketplace_resources import (
    marketplace_resources_list,
    marketplace_resources_retrieve,
    marketplace_resources_set_end_date,
    marketplace_resources_team_list,
)
from waldur_api_client.api.marketplace_service_providers import (
    marketplace_service_providers_list,
    marketplace_service_providers_projects_list,
)
from waldur_api_client.api.projects import (
    projects_add_user,
    projects_create,
    projects_delete_user,
    projects_list,
    projects_list_users_list,
    projects_partial_update,
)
from waldur_api_client.api.roles import roles_list
from waldur_api_client.api.science_sub_domains import science_sub_domains_list
from waldur_api_client.api.users import users_list, users_partial_update
from waldur_api_client.api.version import version_retrieve
from waldur_api_client.errors import UnexpectedStatus
from waldur_api_client.models import (
    GenericOrderAttributes,
    IdentityBridgeRemoveRequest,
    IdentityBridgeRequestRequest,
    OecdFos2007CodeEnum,
    OrderCreateRequest,
    OrderCreateRequestLimits,
    OrderState,
    PatchedOfferingUserRequest,
    PatchedProjectRequest,
    PatchedUserRequest,
    ProjectFieldEnum,
    ProjectRequest,
    RequestTypes,
    ResourceBackendIDRequest,
    ResourceEffectiveIDRequest,
    ResourceEndDateRequest,
    ResourceState,
    UserRoleCreateRequest,
    UserRoleDeleteRequest,
)

from tests.contract import acts
from tests.contract.cast import RESEARCHER_CUID, Cast, known
from tests.contract.world import World

pytestmark = pytest.mark.e2e

SOURCE = "isd:efp"
FIELDS = [
    ProjectFieldEnum.UUID,
    ProjectFieldEnum.URL,
    ProjectFieldEnum.NAME,
    ProjectFieldEnum.DESCRIPTION,
    ProjectFieldEnum.OECD_FOS_2007_CODE,
    ProjectFieldEnum.IS_INDUSTRY,
    ProjectFieldEnum.SCIENCE_SUB_DOMAIN_CODE,
    ProjectFieldEnum.END_DATE,
    ProjectFieldEnum.END_DATE_UPDATED_AT,
]
LATE = date(2099, 12, 31)


@pytest.fixture(scope="module")
def bridging(cast: Cast, world: World) -> Cast:
    """The agent on the target: an organisation's owner who speaks for a source of identities."""
    (alice,) = users_list.sync(client=cast.staff, username="alice")
    body = PatchedUserRequest(is_identity_manager=True, managed_isds=[SOURCE])
    users_partial_update.sync(known(alice.uuid), client=cast.staff, body=body)
    return cast


@pytest.fixture(scope="module")
def project(bridging: Cast) -> UUID:
    """A project that the agent made for one of the source."""
    body = ProjectRequest(
        name="From the source",
        customer=bridging.url(f"/api/customers/{bridging.customer_uuid.hex}/"),
        backend_id=f"{uuid4()}_{uuid4()}",
        description="",
        end_date=LATE,
    )
    made = projects_create.sync(client=bridging.allocator, body=body)
    assert made.url == bridging.url(f"/api/projects/{known(made.uuid).hex}/")
    (found,) = projects_list.sync(
        client=bridging.allocator, backend_id=body.backend_id, field=FIELDS
    )
    assert (found.uuid, found.end_date) == (made.uuid, LATE)
    assert projects_list.sync(client=bridging.allocator, backend_id=str(uuid4())) == []
    return known(made.uuid)


def test_a_project_is_kept_as_it_is_at_the_source(bridging: Cast, project: UUID) -> None:
    parts = science_sub_domains_list.sync_all(client=bridging.allocator)
    (part,) = [row.uuid for row in parts if row.code == "1.1"]
    changed = projects_partial_update.sync(
        project,
        client=bridging.allocator,
        body=PatchedProjectRequest(
            description="Weather",
            oecd_fos_2007_code=OecdFos2007CodeEnum.VALUE_0,
            is_industry=True,
            science_sub_domain=part,
        ),
    )
    assert (changed.description, changed.is_industry) == ("Weather", True)
    assert (changed.oecd_fos_2007_code, changed.science_sub_domain_code) == (
        OecdFos2007CodeEnum.VALUE_0,
        "1.1",
    )
    before = changed.end_date_updated_at
    cleared = projects_partial_update.sync(
        project,
        client=bridging.allocator,
        body=PatchedProjectRequest(oecd_fos_2007_code=None, science_sub_domain=None, end_date=None),
    )
    assert (cleared.oecd_fos_2007_code, cleared.science_sub_domain, cleared.end_date) == (
        None,
        None,
        None,
    )
    assert before
    assert cleared.end_date_updated_at
    assert cleared.end_date_updated_at > before


def test_a_person_is_told_of_and_made_a_member(bridging: Cast, project: UUID) -> None:
    agent = bridging.allocator
    allowed = identity_bridge_allowed_fields_retrieve.sync(client=agent).allowed_fields
    assert {"email", "first_name", "last_name", "organization", "affiliations"} <= set(allowed)
    body = IdentityBridgeRequestRequest(
        username="asa@source", source=SOURCE, email="asa@kth.se", first_name="Åsa"
    )
    told = identity_bridge.sync(client=agent, body=body)
    again = identity_bridge.sync(client=agent, body=body)
    assert (told.created, again.created, again.uuid) == (True, False, told.uuid)
    (role,) = roles_list.sync(client=agent, name="PROJECT.MEMBER")

    grant = UserRoleCreateRequest(role=str(role.uuid), user=told.uuid)
    given = projects_add_user.sync(project, client=agent, body=grant)
    assert given.expiration_time is None
    assert projects_add_user.sync_detailed(project, client=agent, body=grant).status_code == 400
    members = projects_list_users_list.sync(project, client=agent)
    assert [(member.user_uuid, member.role_name) for member in members] == [
        (told.uuid, "PROJECT.MEMBER")
    ]
    by_email = users_list.sync(client=agent, email="asa@kth.se")
    by_name = users_list.sync(client=agent, username="asa@source")
    assert [user.uuid for user in (*by_email, *by_name)] == [told.uuid] * 2

    answer = projects_delete_user.sync_detailed(
        project, client=agent, body=UserRoleDeleteRequest(role=str(role.uuid), user=told.uuid)
    )
    assert answer.status_code == 200
    gone = identity_bridge_remove.sync(
        client=agent, body=IdentityBridgeRemoveRequest(username="asa@source", source=SOURCE)
    )
    assert (gone.uuid, gone.deactivated) == (told.uuid, True)
    assert identity_bridge_stats_retrieve.sync(client=agent).enabled


def test_others_speak_for_no_source(bridging: Cast) -> None:
    with pytest.raises(UnexpectedStatus) as refusal:
        identity_bridge.sync(
            client=bridging.hosting_entity,
            body=IdentityBridgeRequestRequest(username="asa@source", source=SOURCE),
        )
    assert refusal.value.status_code == 403


def test_an_order_tells_its_resource_at_once_and_is_found_while_it_runs(
    bridging: Cast, project: UUID
) -> None:
    agent = bridging.allocator
    plans = agent.get_httpx_client().get(
        f"/api/marketplace-public-offerings/{bridging.offering_uuid.hex}/plans/"
    )
    assert plans.status_code == 200
    body = OrderCreateRequest(
        offering=bridging.url(f"/api/marketplace-public-offerings/{bridging.offering_uuid.hex}/"),
        project=bridging.url(f"/api/projects/{project.hex}/"),
        plan=plans.json()[0]["url"],
        limits=OrderCreateRequestLimits.from_dict({"cpu_k_hours": 10, "gpu_hours": 1}),
        attributes=GenericOrderAttributes.from_dict({"name": "alloc", "end_date": "2099-06-30"}),
    )
    order = marketplace_orders_create.sync(client=agent, body=body)
    resource = known(order.marketplace_resource_uuid)
    assert isinstance(order.uuid, UUID)
    open_states = [OrderState.PENDING_PROVIDER, OrderState.EXECUTING]
    (found,) = marketplace_orders_list.sync_all(
        client=agent, resource_uuid=resource, type_=[RequestTypes.CREATE], state=open_states
    )
    assert found.uuid == order.uuid
    assert marketplace_orders_list.sync(
        client=agent, offering_uuid=bridging.offering_uuid, page_size=1
    )
    acts.approve(bridging, order.uuid)
    marketplace_provider_resources_set_backend_id.sync(
        resource, client=bridging.hosting_entity, body=ResourceBackendIDRequest(backend_id="hpc-7")
    )
    acts.finish(bridging, order.uuid)
    assert marketplace_orders_retrieve.sync(order.uuid, client=agent).state is OrderState.DONE
    read = marketplace_resources_retrieve.sync(resource, client=agent)
    assert (read.state, read.backend_id, read.end_date) == (
        ResourceState.OK,
        "hpc-7",
        date(2099, 6, 30),
    )
    assert read.limits
    assert dict(read.limits.additional_properties) == {"cpu_k_hours": 10, "gpu_hours": 1}
    more = acts.ask_for_limits(bridging, resource, {"cpu_k_hours": 20, "gpu_hours": 2})
    (running,) = marketplace_orders_list.sync_all(
        client=agent, resource_uuid=resource, type_=[RequestTypes.UPDATE], state=open_states
    )
    assert running.uuid == more


def test_what_is_delivered_is_read_back(bridging: Cast, world: World) -> None:
    agent, resource = bridging.allocator, world.objects["/api/marketplace-resources/"]
    assert resource in {
        row.uuid
        for row in marketplace_resources_list.sync(
            client=agent, offering_uuid=[bridging.offering_uuid]
        )
    }
    team = marketplace_resources_team_list.sync(resource, client=agent)
    assert [(member.username, member.offering_user_username) for member in team] == [
        (RESEARCHER_CUID, "researcher1")
    ]
    this_month = date.today().replace(day=1)  # noqa: DTZ011 - the client's own way of saying it
    usages = marketplace_component_usages_list.sync_all(
        client=agent, resource_uuid=resource, billing_period=this_month
    )
    assert [(row.type_, float(row.usage)) for row in usages if row.usage] == [("cpu_k_hours", 7.25)]
    by_person = marketplace_component_user_usages_list.sync_all(
        client=agent, resource_uuid=resource, component_usage_billing_period=this_month
    )
    assert [(row.username, row.component_type) for row in by_person] == [
        (RESEARCHER_CUID, "cpu_k_hours")
    ]
    assert version_retrieve.sync(client=agent).version


def test_end_dates_go_both_ways(bridging: Cast, world: World) -> None:
    resource = world.objects["/api/marketplace-resources/"]
    for end in (LATE, None):
        answer = marketplace_resources_set_end_date.sync_detailed(
            resource, client=bridging.allocator, body=ResourceEndDateRequest(end_date=end)
        )
        assert answer.status_code == 200
        seen = marketplace_provider_resources_retrieve.sync(
            resource, client=bridging.hosting_entity
        )
        assert (seen.end_date or None, bool(seen.end_date_updated_at)) == (end, True)
    answer = marketplace_provider_resources_set_end_date.sync_detailed(
        resource, client=bridging.hosting_entity, body=ResourceEndDateRequest(end_date=LATE)
    )
    assert answer.status_code == 200
    seen_there = marketplace_resources_retrieve.sync(resource, client=bridging.allocator)
    assert seen_there.end_date == LATE


def test_on_the_source_the_provider_s_agent_finds_project_resource_and_team(
    bridging: Cast, world: World
) -> None:
    agent, resource = bridging.hosting_entity, world.objects["/api/marketplace-resources/"]
    project = world.objects["/api/projects/"]
    (provider,) = marketplace_service_providers_list.sync(
        client=agent, customer_uuid=bridging.provider_uuid
    )
    (found,) = marketplace_service_providers_projects_list.sync(
        known(provider.uuid), client=agent, query=project.hex, field=FIELDS
    )
    assert found.uuid == project
    marketplace_provider_resources_set_backend_id.sync(
        resource, client=agent, body=ResourceBackendIDRequest(backend_id="hpc-of-b")
    )
    for query in ({"project_uuid": project}, {"backend_id": "hpc-of-b"}):
        rows = marketplace_provider_resources_list.sync(client=agent, **query)
        assert [row.uuid for row in rows] == [resource]
    status = marketplace_provider_resources_set_effective_id.sync(
        resource, client=agent, body=ResourceEffectiveIDRequest(effective_id="hpc-at-b")
    )
    assert status.status
    read = marketplace_provider_resources_retrieve.sync(resource, client=agent)
    assert read.effective_id == "hpc-at-b"
    everybody = marketplace_provider_resources_team_list.sync(resource, client=agent)
    agreed = marketplace_provider_resources_team_list.sync(resource, client=agent, has_consent=True)
    assert (len(everybody), len(agreed)) == (1, 0)


def test_names_from_the_target_are_written_down_on_the_source(bridging: Cast, world: World) -> None:
    agent = bridging.hosting_entity
    (account,) = marketplace_offering_users_list.sync_all(
        client=agent, offering_uuid=[bridging.offering_uuid], is_restricted=False
    )
    assert account.user_username == RESEARCHER_CUID
    for name in ("researcher2", "researcher1"):
        named = marketplace_offering_users_partial_update.sync(
            known(account.uuid), client=agent, body=PatchedOfferingUserRequest(username=name)
        )
        assert named.username == name


def test_a_project_of_the_source_is_its_owner_s_to_end(bridging: Cast, world: World) -> None:
    """The provider's agent may not: to carry end dates of projects back, it needs a staff token."""
    body = PatchedProjectRequest(end_date=LATE)
    project = world.objects["/api/projects/"]
    with pytest.raises(UnexpectedStatus) as refusal:
        projects_partial_update.sync(project, client=bridging.hosting_entity, body=body)
    assert refusal.value.status_code == 404
    assert projects_partial_update.sync(project, client=bridging.staff, body=body).end_date == LATE
    projects_partial_update.sync(
        project, client=bridging.staff, body=PatchedProjectRequest(end_date=None)
    )
