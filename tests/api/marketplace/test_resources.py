"""`/api/marketplace-resources/`: allocations as their projects read and change them."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from identity.roles import RoleName
from marketplace.lifecycle import OrderState, OrderType, ResourceState
from marketplace.models import Order, Resource
from tests.api.marketplace.conftest import AT
from tests.factories.allocations import OfferingUserFactory
from tests.factories.identity import GrantFactory, UserFactory
from tests.factories.marketplace import (
    ConsentFactory,
    OfferingFactory,
    OrderFactory,
    PlanFactory,
    ResourceFactory,
    ServiceProviderFactory,
    TermsOfServiceFactory,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from identity.models import Customer, Project, User
    from marketplace.models import Offering

pytestmark = pytest.mark.django_db

RESOURCES = "marketplace-resources/"
PENDING = ["Pending order for resource already exists."]


@pytest.fixture
def resource(project: Project, offering: Offering) -> Resource:
    made: Resource = ResourceFactory(
        project=project,
        offering=offering,
        name="climate",
        slug="climate-1",
        backend_id="hpc-1",
        cost=Decimal(105),
        error_traceback="line 1",
        current_usages={"cpu_k_hours": "3.25"},
        limit_usage={"cpu_k_hours": 3.25},
    )
    return made


def at(resource: Resource, action: str = "") -> str:
    return f"{RESOURCES}{resource.uuid.hex}/{action}"


def fresh(resource: Resource) -> Resource:
    return Resource.objects.get(pk=resource.pk)


# --- reading --------------------------------------------------------------------------------------


def test_a_list_shows_the_whole_allocation_but_for_its_orders(
    ask: Callable[..., Any],
    resource: Resource,
    offering: Offering,
    project: Project,
    provider: Customer,
    pi: User,
) -> None:
    plan = offering.plans.get()
    status, (body,) = ask(pi, "get", RESOURCES)
    assert status == 200
    for moment in ("created", "modified", "last_sync"):
        assert body.pop(moment).endswith("Z")
    components = body.pop("offering_components")
    assert [component["type"] for component in components] == [
        "cpu_k_hours",
        "gpu_k_hours",
        "gb_k_hours",
        "node_fee",
    ]
    settings = body.pop("offering_account_settings")
    assert settings["login_shell"]["value"] == "/bin/bash"
    assert body == {
        "attributes": {},
        "available_actions": ["switch_plan", "terminate", "update_limits", "update_options"],
        "backend_id": "hpc-1",
        "backend_metadata": {},
        "can_terminate": True,
        "category_title": offering.category.title,
        "category_uuid": offering.category.uuid.hex,
        "current_usages": {"cpu_k_hours": "3.25"},
        "customer_name": "LUMI Sweden",
        "customer_slug": project.customer.slug,
        "customer_uuid": project.customer.uuid.hex,
        "description": "",
        "downscaled": False,
        "effective_id": "",
        "end_date": None,
        "end_date_requested_by": None,
        "end_date_updated_at": None,
        "endpoints": [],
        "error_message": "",
        "is_limit_based": True,
        "is_usage_based": True,
        "limit_usage": {"cpu_k_hours": 3.25},
        "limits": {"cpu_k_hours": 10, "gb_k_hours": 5},
        "name": "climate",
        "offering": f"{AT}/marketplace-public-offerings/{offering.uuid.hex}/",
        "offering_backend_id": "",
        "offering_billable": True,
        "offering_description": "",
        "offering_name": "LUMI-C",
        "offering_plugin_options": {},
        "offering_shared": True,
        "offering_slug": "lumi-c-1",
        "offering_state": "Active",
        "offering_type": "Marketplace.Slurm",
        "offering_uuid": offering.uuid.hex,
        "options": None,
        "paused": False,
        "plan": (f"{AT}/marketplace-public-offerings/{offering.uuid.hex}/plans/{plan.uuid.hex}/"),
        "plan_description": "",
        "plan_name": "Standard",
        "plan_unit": "month",
        "plan_uuid": plan.uuid.hex,
        "project": f"{AT}/projects/{project.uuid.hex}/",
        "project_description": "",
        "project_effective_end_date": None,
        "project_end_date": None,
        "project_end_date_requested_by": None,
        "project_is_in_grace_period": False,
        "project_name": "Climate model",
        "project_slug": project.slug,
        "project_start_date": None,
        "project_uuid": project.uuid.hex,
        "provider_description": "",
        "provider_name": "CSC",
        "provider_slug": provider.slug,
        "provider_uuid": provider.uuid.hex,
        "report": [],
        "resource_effective_end_date": None,
        "restrict_member_access": False,
        "slug": "climate-1",
        "state": "OK",
        "url": f"{AT}/marketplace-resources/{resource.uuid.hex}/",
        "user_requires_reconsent": False,
        "username": None,
        "uuid": resource.uuid.hex,
    }


def test_a_detail_tells_the_first_order_and_the_one_under_way(
    ask: Callable[..., Any], resource: Resource, pi: User
) -> None:
    body = ask(pi, "get", at(resource))[1]
    assert (body["creation_order"], body["order_in_progress"]) == (None, None)
    first = OrderFactory(resource=resource, state=OrderState.DONE)
    change = OrderFactory(resource=resource, type=OrderType.UPDATE, state=OrderState.EXECUTING)
    body = ask(pi, "get", at(resource))[1]
    assert body["creation_order"] == ask(pi, "get", f"marketplace-orders/{first.uuid.hex}/")[1]
    assert body["order_in_progress"] == ask(pi, "get", f"marketplace-orders/{change.uuid.hex}/")[1]
    path = f"{RESOURCES}?field=order_in_progress&field=name"
    (row,) = ask(pi, "get", path)[1]
    assert (row["name"], row["order_in_progress"]["uuid"]) == ("climate", change.uuid.hex)


def test_the_ends_of_project_and_allocation_are_told_with_their_grace(
    ask: Callable[..., Any], resource: Resource, project: Project, pi: User, now: datetime
) -> None:
    today = now.date()
    project.end_date, project.grace_period_days = today - timedelta(days=1), 10
    project.end_date_requested_by = pi
    project.save()
    body = ask(pi, "get", at(resource))[1]
    effective = (today + timedelta(days=9)).isoformat()
    assert body["project_end_date"] == (today - timedelta(days=1)).isoformat()
    assert body["project_end_date_requested_by"] == f"{AT}/users/{pi.uuid.hex}/"
    assert body["project_effective_end_date"] == effective
    assert body["resource_effective_end_date"] == effective
    assert body["project_is_in_grace_period"] is True
    Resource.objects.update(end_date=today, end_date_requested_by=pi)
    body = ask(pi, "get", at(resource))[1]
    assert body["resource_effective_end_date"] == today.isoformat()
    assert body["end_date_requested_by"] == f"{AT}/users/{pi.uuid.hex}/"


def test_what_depends_on_the_reader_is_his_own(
    ask: Callable[..., Any], resource: Resource, offering: Offering, pi: User, bob: User
) -> None:
    OfferingUserFactory(offering=offering, user=bob, username="bob_hpc")
    OfferingUserFactory(offering=offering, user=pi, username="")
    TermsOfServiceFactory(offering=offering, version="2", requires_reconsent=True)
    ConsentFactory(offering=offering, user=bob, version="1")
    ConsentFactory(offering=offering, user=pi, version="2")
    fields = "?field=username&field=can_terminate&field=user_requires_reconsent"
    assert ask(bob, "get", at(resource) + fields)[1] == {
        "username": "bob_hpc",
        "can_terminate": False,
        "user_requires_reconsent": True,
    }
    assert ask(pi, "get", at(resource) + fields)[1] == {
        "username": None,
        "can_terminate": True,
        "user_requires_reconsent": False,
    }
    OrderFactory(resource=resource, type=OrderType.UPDATE, state=OrderState.PENDING_PROVIDER)
    assert ask(pi, "get", at(resource) + fields)[1]["can_terminate"] is False


def test_a_restricted_allocation_says_how(
    ask: Callable[..., Any], resource: Resource, pi: User
) -> None:
    fields = "?field=usage_limit_restriction&field=state"
    assert ask(pi, "get", at(resource) + fields)[1] == {"state": "OK"}
    Resource.objects.update(downscaled=True)
    assert ask(pi, "get", at(resource) + fields)[1]["usage_limit_restriction"] == "downscaled"
    Resource.objects.update(paused=True)
    assert ask(pi, "get", at(resource) + fields)[1]["usage_limit_restriction"] == "paused"


def test_the_other_side_and_the_outsider_do_not_see_it(
    ask: Callable[..., Any],
    resource: Resource,
    bob: User,
    carol: User,
    mallory: User,
    sam: User,
    dave: User,
) -> None:
    missing = (404, {"detail": "No Resource matches the given query."})
    for person in (carol, mallory):
        assert ask(person, "get", at(resource)) == missing
        assert ask(person, "get", RESOURCES) == (200, [])
    for person in (bob, sam, dave):
        assert ask(person, "get", at(resource))[0] == 200
    assert "error_traceback" not in ask(bob, "get", at(resource))[1]
    assert ask(sam, "get", at(resource))[1]["error_traceback"] == "line 1"


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", ["alpha", "beta"]),
        ("o=-created", ["beta", "alpha"]),
        ("o=-name", ["beta", "alpha"]),
        ("o=state,name", ["beta", "alpha"]),
        ("o=end_date", ["beta", "alpha"]),
        ("o=plan_name,offering_name,project_name,customer_name,backend_id", ["alpha", "beta"]),
        ("state=OK&state=Erred", ["alpha", "beta"]),
        ("state=Erred", ["beta"]),
        ("name=LPH", ["alpha"]),
        ("name_exact=alph", []),
        ("query=bet", ["beta"]),
        ("query=hpc-a", ["alpha"]),
        ("query=hpc", []),
        ("backend_id=hpc-a", ["alpha"]),
        ("slug=slug-b", ["beta"]),
        ("offering_type=Marketplace.Slurm", ["alpha"]),
        ("offering_shared=false", ["beta"]),
        ("offering_billable=true", ["alpha", "beta"]),
        ("offering_slug=lumi-c-1", ["alpha"]),
        ("project_name=clim", ["alpha", "beta"]),
        ("paused=true", ["beta"]),
        ("downscaled=false", ["alpha", "beta"]),
        ("restrict_member_access=true", []),
        ("has_terminate_date=true", ["beta"]),
        ("has_terminate_date=false", ["alpha"]),
        ("limit_based=true", ["alpha"]),
        ("limit_based=false", ["beta"]),
        ("usage_based=true", ["alpha"]),
        ("only_limit_based=true", []),
        ("only_usage_based=false", ["alpha", "beta"]),
        ("component_count=4", ["alpha"]),
        ("component_count=0.0", ["beta"]),
        ("limit_component_count=2", ["alpha"]),
        ("order_state=done", ["alpha"]),
        ("order_state=done&order_state=pending-consumer", ["alpha", "beta"]),
        ("visible_to_providers=true", ["alpha"]),
        ("visible_to_providers=false", ["beta"]),
        ("visible_to_username=bob", ["alpha", "beta"]),
        ("visible_to_username=mallory", []),
        ("visible_to_username=nobody", []),
        ("resource_attributes={%22purpose%22:%22test%22}", ["alpha"]),
        ("resource_attributes=purpose", []),
        ("resource_attributes=[1]", []),
        ("runtime_state=ACTIVE", ["beta"]),
        ("created=2020-01-01", ["alpha", "beta"]),
        ("modified_before=2020-01-01T00:00:00Z", []),
        ("lexis_links_supported=false", ["alpha", "beta"]),
        ("lexis_links_supported=true", []),
        ("flavor_name=m1", []),
    ],
)
def test_allocations_are_found(
    ask: Callable[..., Any],
    project: Project,
    offering: Offering,
    provider: Customer,
    bob: User,
    mallory: User,
    query: str,
    found: list[str],
) -> None:
    first = ResourceFactory(
        project=project,
        offering=offering,
        name="alpha",
        backend_id="hpc-a",
        attributes={"purpose": "test"},
    )
    second = ResourceFactory(
        project=project,
        offering=OfferingFactory(
            customer=provider, type="Marketplace.Basic", shared=False, name="Consulting"
        ),
        plan=None,
        name="beta",
        slug="slug-b",
        state=ResourceState.ERRED,
        paused=True,
        end_date="2099-01-01",
        backend_metadata={"runtime_state": "ACTIVE"},
    )
    OrderFactory(resource=first, state=OrderState.DONE)
    OrderFactory(resource=second, state=OrderState.PENDING_CONSUMER)
    status, rows = ask(bob, "get", f"{RESOURCES}?field=name&{query}")
    assert (status, [row["name"] for row in rows]) == (200, found)


def test_allocations_are_found_by_what_they_belong_to(
    ask: Callable[..., Any], resource: Resource, offering: Offering, dave: User
) -> None:
    ResourceFactory()
    olga = GrantFactory(scope=offering, role=RoleName.OFFERING_MANAGER).user
    customer = resource.project.customer
    wanted = {
        "category_uuid": offering.category.uuid.hex,
        "customer": f"{AT}/customers/{customer.uuid.hex}/",
        "customer_uuid": customer.uuid,
        "offering": f"{AT}/marketplace-provider-offerings/{offering.uuid.hex}/",
        "offering_uuid": offering.uuid.hex,
        "plan_uuid": offering.plans.get().uuid.hex,
        "project_uuid": resource.project.uuid,
        "provider_uuid": offering.customer.uuid.hex,
        "query": resource.uuid.hex,
        "service_manager_uuid": olga.uuid.hex,
    }
    for name, value in wanted.items():
        rows = ask(dave, "get", f"{RESOURCES}?field=uuid&{name}={value}")[1]
        assert rows == [{"uuid": resource.uuid.hex}], name


@pytest.mark.parametrize(
    ("query", "name", "message"),
    [
        ("state=ok", "state", "Select a valid choice. ok is not one of the available choices."),
        ("o=bogus", "o", "Select a valid choice. bogus is not one of the available choices."),
        ("project_uuid=zzz", "project_uuid", "Enter a valid UUID."),
        ("created=soon", "created", "Enter a valid date/time."),
    ],
)
def test_a_filter_that_cannot_be_read_is_refused(
    ask: Callable[..., Any], pi: User, query: str, name: str, message: str
) -> None:
    assert ask(pi, "get", f"{RESOURCES}?{query}") == (400, {name: [message]})


# --- what the project writes ----------------------------------------------------------------------


def test_name_description_and_end_are_written(
    ask: Callable[..., Any], resource: Resource, pi: User, now: datetime
) -> None:
    end = (now.date() + timedelta(days=30)).isoformat()
    whole = {"name": "renamed", "description": "d", "end_date": end}
    assert ask(pi, "patch", at(resource), {"name": "renamed", "description": "d"}) == (
        200,
        {**whole, "end_date": None},
    )
    assert ask(pi, "put", at(resource), whole) == (200, whole)
    assert ask(pi, "patch", at(resource), {"end_date": None}) == (200, {**whole, "end_date": None})
    assert ask(pi, "put", at(resource), {"description": "d"}) == (
        400,
        {"name": ["This field is required."]},
    )
    assert ask(pi, "patch", at(resource), {"name": "x" * 256}) == (
        400,
        {"name": ["Ensure this field has no more than 255 characters."]},
    )
    assert ask(pi, "patch", at(resource), {"end_date": "2020-10-10"}) == (
        400,
        {"end_date": {"end_date": "Cannot be earlier than the current date."}},
    )
    assert ask(pi, "post", RESOURCES, whole)[0] == 405
    assert ask(pi, "delete", at(resource))[0] == 405


def test_an_administrator_renames_but_does_not_end(
    ask: Callable[..., Any], resource: Resource, project: Project, now: datetime
) -> None:
    admin = GrantFactory(scope=project, role=RoleName.PROJECT_ADMIN).user
    assert ask(admin, "patch", at(resource), {"name": "x"})[0] == 200
    refusal = (403, {"detail": "You do not have permission to perform this action."})
    end = {"end_date": now.date().isoformat(), "name": "y"}
    assert ask(admin, "patch", at(resource), end) == refusal
    assert fresh(resource).name == "x"


@pytest.mark.parametrize("action", ["set_end_date/", "set_end_date_by_staff/"])
def test_the_end_date_is_set_and_cleared(
    ask: Callable[..., Any], resource: Resource, dave: User, now: datetime, action: str
) -> None:
    end = {"end_date": now.date().isoformat()}
    for _ in range(2):
        assert ask(dave, "post", at(resource, action), end) == (200, None)
    assert fresh(resource).end_date == now.date()
    assert ask(dave, "post", at(resource, action), {"end_date": "soon"}) == (
        400,
        {"end_date": ["Date has wrong format. Use one of these formats instead: YYYY-MM-DD."]},
    )
    assert ask(dave, "post", at(resource, action), {"end_date": None}) == (200, None)
    assert fresh(resource).end_date is None


# --- what the project orders ----------------------------------------------------------------------


def test_other_limits_are_ordered_and_named_ones_only_change(
    ask: Callable[..., Any], resource: Resource, alice: User
) -> None:
    body = {"limits": {"cpu_k_hours": 40.0}, "request_comment": "more"}
    status, answer = ask(alice, "post", at(resource, "update_limits/"), body)
    order = Order.objects.get()
    assert (status, answer) == (200, {"order_uuid": order.uuid.hex})
    told = ask(alice, "get", f"marketplace-orders/{order.uuid.hex}/")[1]
    assert (told["type"], told["state"]) == ("Update", "pending-provider")
    assert told["limits"] == {"cpu_k_hours": 40, "gb_k_hours": 5}
    assert told["attributes"] == {"old_limits": {"cpu_k_hours": 10, "gb_k_hours": 5}}
    assert (told["old_cost_estimate"], told["new_cost_estimate"]) == (105, 405)
    assert told["request_comment"] == "more"
    assert ask(alice, "post", at(resource, "update_limits/"), body) == (400, PENDING)
    assert ask(alice, "get", at(resource))[1]["limits"] == {"cpu_k_hours": 10, "gb_k_hours": 5}


def test_limits_are_replaced_as_a_whole_when_that_is_said(
    ask: Callable[..., Any], resource: Resource, alice: User
) -> None:
    body = {"limits": {"cpu_k_hours": 40}, "replace": True}
    assert ask(alice, "post", at(resource, "update_limits/"), body)[0] == 200
    assert Order.objects.get().limits == {"cpu_k_hours": 40}


@pytest.mark.parametrize(
    ("body", "refusal"),
    [
        ({}, {"limits": ["This field is required."]}),
        (
            {"limits": {"cpu_k_hours": 10, "gb_k_hours": 5}},
            ["Impossible to create update orders with limits set to exactly the same."],
        ),
        (
            {"limits": {"cpu_k_hours": -1}},
            {"limits": {"cpu_k_hours": ["Ensure this value is greater than or equal to 0."]}},
        ),
        ({"limits": {"zz": 1}}, {"limits": "Invalid types: zz"}),
        ({"limits": {"cpu_k_hours": 99999}}, ["The limit 99999 value cannot be more than 1000."]),
        (
            {"limits": {"cpu_k_hours": 9}, "attachment": "x"},
            {"attachment": ["Files are not stored."]},
        ),
    ],
)
def test_limits_that_cannot_be_had_are_refused(
    ask: Callable[..., Any], resource: Resource, alice: User, body: Any, refusal: Any
) -> None:
    assert ask(alice, "post", at(resource, "update_limits/"), body) == (400, refusal)
    assert not Order.objects.exists()


def test_another_plan_is_ordered(
    ask: Callable[..., Any], resource: Resource, offering: Offering, alice: User
) -> None:
    premium = PlanFactory(offering=offering, name="Premium")
    address = f"{AT}/marketplace-public-offerings/{offering.uuid.hex}/plans/{{}}/"
    status, answer = ask(
        alice, "post", at(resource, "switch_plan/"), {"plan": address.format(premium.uuid.hex)}
    )
    order = Order.objects.get()
    assert (status, answer) == (200, {"order_uuid": order.uuid.hex})
    told = ask(alice, "get", f"marketplace-orders/{order.uuid.hex}/")[1]
    assert (told["new_plan_name"], told["old_plan_name"]) == ("Premium", "Standard")
    order.delete()
    assert ask(alice, "post", at(resource, "switch_plan/"), {}) == (
        400,
        {"plan": ["This field is required."]},
    )
    foreign = address.format(PlanFactory().uuid.hex)
    assert ask(alice, "post", at(resource, "switch_plan/"), {"plan": foreign}) == (
        400,
        {"plan": ["Plan is not available for this offering."]},
    )
    same = address.format(offering.plans.earliest("pk").uuid.hex)
    assert ask(alice, "post", at(resource, "switch_plan/"), {"plan": same}) == (
        400,
        {"plan": ["The resource is under this plan already."]},
    )


def test_options_are_changed_at_once_or_by_an_order(
    ask: Callable[..., Any], resource: Resource, offering: Offering, alice: User
) -> None:
    body = {"options": {"is_training": True}}
    assert ask(alice, "post", at(resource, "update_options/"), body) == (
        200,
        {"status": "Resource options are submitted"},
    )
    assert ask(alice, "get", at(resource))[1]["options"] == {"is_training": True}
    offering.plugin_options = {"create_orders_on_resource_option_change": True}
    offering.save()
    status, answer = ask(alice, "post", at(resource, "update_options/"), {"options": None})
    assert (status, answer) == (201, {"order_uuid": Order.objects.get().uuid.hex})


def test_the_end_and_the_return_are_ordered(
    ask: Callable[..., Any], resource: Resource, offering: Offering, alice: User
) -> None:
    body = {"attributes": {"reason": "done"}}
    status, answer = ask(alice, "post", at(resource, "terminate/"), body)
    order = Order.objects.get()
    assert (status, answer) == (200, {"order_uuid": order.uuid.hex})
    assert (order.type, order.attributes) == ("Terminate", {"reason": "done"})
    assert ask(alice, "post", at(resource, "terminate/")) == (400, PENDING)
    order.delete()
    Resource.objects.update(state=ResourceState.TERMINATED)
    assert ask(alice, "post", at(resource, "restore/")) == (
        400,
        ["Resources of this offering cannot be restored."],
    )
    offering.plugin_options = {"can_restore_resource": True}
    offering.save()
    status, answer = ask(alice, "post", at(resource, "restore/"), {"name": "x"})
    assert (status, answer) == (200, {"order_uuid": Order.objects.get().uuid.hex})


@pytest.mark.parametrize(
    ("action", "valid"),
    [
        ("update_limits/", "OK"),
        ("switch_plan/", "OK"),
        ("terminate/", "OK, Erred"),
        ("restore/", "Terminated"),
    ],
)
def test_the_wrong_moment_is_a_conflict(
    ask: Callable[..., Any],
    resource: Resource,
    offering: Offering,
    alice: User,
    action: str,
    valid: str,
) -> None:
    Resource.objects.update(state=ResourceState.UPDATING)
    plan = f"{AT}/marketplace-plans/{PlanFactory(offering=offering).uuid.hex}/"
    body = {"limits": {"cpu_k_hours": 2}, "plan": plan}
    refusal = {"detail": f"Valid states for operation: {valid}."}
    assert ask(alice, "post", at(resource, action), body) == (409, refusal)


# --- the rest -------------------------------------------------------------------------------------


def test_a_site_is_asked_how_the_allocation_stands(
    ask: Callable[..., Any], resource: Resource, pi: User
) -> None:
    assert ask(pi, "post", at(resource, "pull/")) == (
        202,
        {"detail": "Pull operation was successfully scheduled."},
    )
    assert ask(pi, "get", at(resource, "details/")) == (204, None)


def test_the_offering_is_shown_as_the_catalogue_shows_it(
    ask: Callable[..., Any], resource: Resource, offering: Offering, provider: Customer, pi: User
) -> None:
    ServiceProviderFactory(customer=provider)
    assert ask(pi, "get", at(resource, "offering/")) == ask(
        pi, "get", f"marketplace-public-offerings/{offering.uuid.hex}/"
    )


def test_a_name_is_suggested(
    ask: Callable[..., Any], resource: Resource, offering: Offering, project: Project, pi: User
) -> None:
    body = {"project": project.uuid.hex, "offering": str(offering.uuid)}
    assert ask(pi, "post", f"{RESOURCES}suggest_name/", body) == (
        200,
        {"name": f"{project.customer.slug}-{project.slug}-lumi-c-1-2"},
    )


def test_staff_give_a_slug_and_unlink(
    ask: Callable[..., Any], resource: Resource, dave: User
) -> None:
    body = {"slug": "my-slug"}
    assert ask(dave, "post", at(resource, "set_slug/"), body) == (
        200,
        {"status": "Resource slug has been changed."},
    )
    other = ResourceFactory()
    assert ask(dave, "post", at(other, "set_slug/"), body) == (
        400,
        {"slug": ["resource with this slug already exists."]},
    )
    assert ask(dave, "post", at(resource, "unlink/")) == (204, None)
    assert ask(dave, "get", at(resource))[0] == 404


def test_a_member_who_left_sees_nothing_more(
    ask: Callable[..., Any], resource: Resource, project: Project
) -> None:
    grant = GrantFactory(user=UserFactory(username="eve"), scope=project)
    assert ask(grant.user, "get", at(resource))[0] == 200
    grant.is_active = False
    grant.save()
    assert ask(grant.user, "get", at(resource))[0] == 404
