"""What is said of a resource: by its project, by its provider, by staff."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from common import slugs
from common.errors import Missing
from common.machine import IllegalTransition
from identity.models import Event
from marketplace.lifecycle import OrderState, OrderType, ResourceState
from marketplace.limits import InvalidLimits
from marketplace.models import Order, Resource
from marketplace.services import delivery, descriptions, orders, resource_orders, resources
from marketplace.services.end_dates import EndForbidden
from tests.factories.accounting import ComponentUsageFactory
from tests.factories.marketplace import OrderFactory, ResourceFactory, ResourcePlanPeriodFactory

if TYPE_CHECKING:
    from datetime import datetime

    from identity.models import Project, User
    from marketplace.models import Offering

pytestmark = pytest.mark.django_db


@pytest.fixture
def resource(project: Project, offering: Offering) -> Any:
    return ResourceFactory(project=project, offering=offering, name="climate-2026")


def events() -> Any:
    return [(e.kind, e.source, e.target) for e in Event.objects.order_by("pk")]


def fresh(resource: Any) -> Any:
    return Resource.objects.get(pk=resource.pk)


# --- states ---------------------------------------------------------------------------------------


def test_an_error_is_said_and_resolved(resource: Resource, carol: User, now: datetime) -> None:
    why = {"error_message": "boom", "error_traceback": "line 1"}
    resources.set_as_erred(resource, actor=carol, now=now, **why)
    assert fresh(resource).state == ResourceState.ERRED
    assert (fresh(resource).error_message, fresh(resource).error_traceback) == tuple(why.values())
    resources.set_as_ok(resource, actor=carol, now=now)
    assert fresh(resource).state == ResourceState.OK
    assert (fresh(resource).error_message, fresh(resource).error_traceback) == ("", "")
    resources.set_as_ok(resource, actor=carol, now=now)
    assert events() == [("resource.broke", "OK", "Erred"), ("resource.resolved", "Erred", "OK")]


@pytest.mark.parametrize("state", ["Creating", "Updating", "Terminating", "Terminated"])
def test_only_an_error_can_be_resolved(
    resource: Resource, carol: User, now: datetime, state: Any
) -> None:
    Resource.objects.update(state=state)
    with pytest.raises(IllegalTransition) as refusal:
        resources.set_as_ok(resource, actor=carol, now=now)
    assert refusal.value.detail == "Valid states for operation: Erred."


def test_what_is_terminated_does_not_break(resource: Resource, carol: User, now: datetime) -> None:
    Resource.objects.update(state=ResourceState.TERMINATED)
    with pytest.raises(IllegalTransition):
        resources.set_as_erred(resource, actor=carol, now=now)


@pytest.mark.parametrize(
    ("kind", "state"), [(OrderType.UPDATE, "Updating"), (OrderType.TERMINATE, "Terminating")]
)
def test_a_resolved_error_does_not_stop_the_order_under_way(
    resource: Resource, carol: User, now: datetime, kind: Any, state: Any
) -> None:
    order = OrderFactory(resource=resource, type=kind, state=OrderState.EXECUTING)
    Resource.objects.update(state=ResourceState.ERRED)
    resources.set_as_ok(resource, actor=carol, now=now)
    assert fresh(resource).state == state
    orders.complete(order, actor=carol, now=now)
    assert Order.objects.get().state == OrderState.DONE


# --- unlinking ------------------------------------------------------------------------------------


def test_an_unlinked_resource_is_gone_with_its_orders(
    resource: Resource, project: Project, dave: User, now: datetime
) -> None:
    ResourcePlanPeriodFactory(resource=resource)
    OrderFactory(resource=resource, state=OrderState.DONE)
    resources.unlink(resource, actor=dave, now=now)
    assert not Resource.objects.exists()
    assert not Order.objects.exists()
    project.refresh_from_db()
    assert project.resources_count == 0
    assert events() == [("resource.unlinked", "OK", "")]
    with pytest.raises(Missing):
        resources.unlink(resource, actor=dave, now=now)


def test_a_resource_with_usage_stays_on_record(
    resource: Resource, offering: Offering, dave: User, now: datetime
) -> None:
    ComponentUsageFactory(resource=resource, component=offering.components.first())
    with pytest.raises(resources.HasUsage):
        resources.unlink(resource, actor=dave, now=now)
    assert Resource.objects.exists()
    assert events() == []


# --- names ----------------------------------------------------------------------------------------


def test_a_resource_is_renamed_once(resource: Resource, alice: User, now: datetime) -> None:
    for _ in range(2):
        descriptions.write_as_consumer(
            resource, name="climate", description="d", actor=alice, now=now
        )
    assert (fresh(resource).name, fresh(resource).description) == ("climate", "d")
    assert fresh(resource).modified == now
    assert Event.objects.get().payload["changed"] == ["description", "name"]
    descriptions.write_as_consumer(resource, actor=alice, now=now)
    assert Event.objects.count() == 1


def test_who_may_not_end_an_allocation_changes_nothing_of_it(
    resource: Resource, bob: User, now: datetime
) -> None:
    with pytest.raises(EndForbidden):
        descriptions.write_as_consumer(
            resource, name="climate", end_date=now.date(), actor=bob, now=now
        )
    assert fresh(resource).name == "climate-2026"
    assert not Event.objects.exists()


def test_a_provider_writes_names_days_and_flags(
    resource: Resource, carol: User, now: datetime
) -> None:
    descriptions.write_as_provider(
        resource,
        name="climate",
        end_date=now.date(),
        flags={"paused": True},
        actor=carol,
        now=now,
    )
    held = fresh(resource)
    assert (held.name, held.end_date, held.paused) == ("climate", now.date(), True)
    assert [kind for kind, _, _ in events()] == [
        "resource.described",
        "resource.end_date_set",
        "resource.flags_set",
    ]


def test_a_site_is_asked_to_look(resource: Resource, alice: User, now: datetime) -> None:
    delivery.ask_to_pull(resource, actor=alice, now=now)
    assert events() == [("resource.pull_requested", "", "")]


def test_a_slug_is_unique(resource: Resource, dave: User, now: datetime) -> None:
    other = ResourceFactory()
    resources.set_slug(resource, "my-slug", actor=dave, now=now)
    assert fresh(resource).slug == "my-slug"
    with pytest.raises(slugs.Taken):
        resources.set_slug(other, "my-slug", actor=dave, now=now)


# --- delivery -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("say", "value", "column", "kind"),
    [
        (delivery.set_backend_id, "hpc-1", "backend_id", "resource.backend_id_set"),
        (delivery.set_effective_id, "hpc-1-b", "effective_id", "resource.effective_id_set"),
        (
            delivery.set_backend_metadata,
            {"qos": "normal"},
            "backend_metadata",
            "resource.metadata_set",
        ),
        (
            delivery.submit_report,
            [{"header": "H", "body": "B"}],
            "report",
            "resource.report_submitted",
        ),
    ],
)
def test_what_a_provider_says_is_kept_and_recorded_when_new(
    resource: Resource, carol: User, now: datetime, say: Any, value: Any, column: Any, kind: Any
) -> None:
    later = now + timedelta(minutes=5)
    assert say(resource, value, actor=carol, now=now) is True
    assert say(resource, value, actor=carol, now=later) is False
    assert getattr(fresh(resource), column) == value
    assert fresh(resource).modified == now
    event = Event.objects.get()
    assert (event.kind, event.payload["changed"], event.actor) == (kind, [column], carol)


def test_endpoints_keep_their_uuids(resource: Resource, carol: User, now: datetime) -> None:
    login = {"name": "login", "url": "ssh://lumi.csc.fi"}
    web = {"name": "web", "url": "https://www.lumi.csc.fi"}
    delivery.set_endpoints(resource, [login], actor=carol, now=now)
    (first,) = fresh(resource).endpoints
    delivery.set_endpoints(resource, [web, login], actor=carol, now=now)
    second = fresh(resource).endpoints
    assert [endpoint["name"] for endpoint in second] == ["web", "login"]
    assert second[1] == first
    assert second[0]["uuid"] != first["uuid"]


def test_flags_are_set_together_or_alone(resource: Resource, carol: User, now: datetime) -> None:
    delivery.set_flags(resource, {"paused": True}, actor=carol, now=now)
    delivery.set_flags(resource, {"downscaled": True, "paused": True}, actor=carol, now=now)
    delivery.set_flags(resource, {"restrict_member_access": True}, actor=carol, now=now)
    held = fresh(resource)
    assert (held.paused, held.downscaled, held.restrict_member_access) == (True, True, True)
    assert [event.payload["changed"] for event in Event.objects.order_by("pk")] == [
        ["paused"],
        ["downscaled"],
        ["restrict_member_access"],
    ]
    assert Event.objects.earliest("pk").payload["paused"] is True


def test_a_provider_replaces_the_limits_by_what_holds_even_if_that_is_less(
    resource: Resource, carol: User, now: datetime
) -> None:
    delivery.set_limits(resource, {"cpu_k_hours": 0}, actor=carol, now=now)
    assert fresh(resource).limits == {"cpu_k_hours": 0}
    assert fresh(resource).cost == 0
    delivery.set_limits(resource, {"cpu_k_hours": 5000, "gpu_k_hours": 3}, actor=carol, now=now)
    assert fresh(resource).limits == {"cpu_k_hours": 5000, "gpu_k_hours": 3}
    assert events() == [("resource.limits_set", "", "")] * 2
    payload = Event.objects.earliest("pk").payload
    assert payload["old_limits"] == {"cpu_k_hours": 10, "gb_k_hours": 5}


@pytest.mark.parametrize(
    ("limits", "detail"),
    [
        ({"zz": 1}, {"limits": "Invalid types: zz"}),
        ({"node_fee": 1}, {"limits": "Invalid types: node_fee"}),
        ({"cpu_k_hours": None}, {"limits": {"cpu_k_hours": ["A valid integer is required."]}}),
        (
            {"cpu_k_hours": -1},
            {"limits": {"cpu_k_hours": ["Ensure this value is greater than or equal to 0."]}},
        ),
    ],
)
def test_a_provider_sets_no_limits_that_are_none(
    resource: Resource, carol: User, now: datetime, limits: Any, detail: Any
) -> None:
    with pytest.raises(InvalidLimits) as refusal:
        delivery.set_limits(resource, limits, actor=carol, now=now)
    assert refusal.value.detail == detail


def test_what_is_terminated_has_no_limits_to_set(
    resource: Resource, carol: User, now: datetime
) -> None:
    Resource.objects.update(state=ResourceState.TERMINATED)
    with pytest.raises(IllegalTransition):
        delivery.set_limits(resource, {"cpu_k_hours": 1}, actor=carol, now=now)


def test_a_synchronisation_leaves_a_time_and_no_event(resource: Resource, now: datetime) -> None:
    before = fresh(resource).modified
    delivery.refresh_last_sync(resource, now=now + timedelta(hours=1))
    assert fresh(resource).last_sync == now + timedelta(hours=1)
    assert fresh(resource).modified == before
    assert events() == []


def test_usage_is_written_down_as_accounting_sums_it_up(resource: Resource, now: datetime) -> None:
    usages: dict[str, Any] = {
        "current_usages": {"cpu_k_hours": "3.25"},
        "limit_usage": {"cpu_k_hours": 3.25},
    }
    month = now.date().replace(day=1)
    resources.record_usage_snapshot(resource, **usages, month=month, following={}, now=now)
    assert fresh(resource).current_usages == {"cpu_k_hours": "3.25"}
    assert fresh(resource).limit_usage == {"cpu_k_hours": 3.25}


def test_limits_that_a_provider_set_are_those_that_an_order_starts_from(
    resource: Resource, alice: User, carol: User, now: datetime
) -> None:
    delivery.set_limits(resource, {"cpu_k_hours": 20}, actor=carol, now=now)
    order = resource_orders.update_limits(resource, {"gb_k_hours": 1}, actor=alice, now=now)
    assert order.limits == {"cpu_k_hours": 20, "gb_k_hours": 1}
