"""`/api/marketplace-resources/`: allocations as their projects read them."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from identity.roles import RoleName
from marketplace.lifecycle import OrderState, OrderType, ResourceState
from marketplace.models import Resource
from tests.api.marketplace.conftest import AT
from tests.cases import each
from tests.factories.allocations import OfferingUserFactory
from tests.factories.identity import GrantFactory
from tests.factories.marketplace import (
    ConsentFactory,
    OfferingFactory,
    OrderFactory,
    ResourceFactory,
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
        "has_api_keys": False,
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


def test_what_depends_on_the_reader_is_their_own(
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


@each(
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


def test_what_a_double_would_round_is_written_digit_by_digit(
    as_user: Callable[[User], Any], bob: User, resource: Resource
) -> None:
    Resource.objects.update(
        limit_usage={"a": "9007199254740993", "b": "123456789012345678.25", "c": 7, "d": 7.5}
    )
    answer = as_user(bob).get(f"/api/marketplace-resources/{resource.uuid}/?field=limit_usage")
    assert answer.content == (
        b'{"limit_usage":{"a":9007199254740993,"b":123456789012345678.25,"c":7,"d":7.5}}'
    )
