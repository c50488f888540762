"""`/api/marketplace-resources/`: allocations as their projects change them."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from identity.roles import RoleName
from marketplace.lifecycle import ResourceState
from marketplace.models import Order, Resource
from tests.api.marketplace.conftest import AT
from tests.factories.identity import GrantFactory, UserFactory
from tests.factories.marketplace import (
    PlanFactory,
    ResourceFactory,
    ServiceProviderFactory,
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
