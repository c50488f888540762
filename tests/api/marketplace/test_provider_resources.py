"""`/api/marketplace-provider-resources/`: what providers say of the allocations they deliver."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from identity.models import Event
from marketplace.lifecycle import OrderState, OrderType, ResourceState
from marketplace.models import Order, Resource
from tests.factories.accounting import ComponentUsageFactory
from tests.factories.marketplace import OrderFactory, ResourceFactory

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from identity.models import Project, User
    from marketplace.models import Offering

pytestmark = pytest.mark.django_db

RESOURCES = "marketplace-provider-resources/"
REQUIRED = ["This field is required."]


@pytest.fixture
def resource(project: Project, offering: Offering) -> Resource:
    made: Resource = ResourceFactory(
        project=project, offering=offering, name="climate", error_traceback="line 1"
    )
    return made


def at(resource: Resource, action: str = "") -> str:
    return f"{RESOURCES}{resource.uuid.hex}/{action}"


def fresh(resource: Resource) -> Resource:
    return Resource.objects.get(pk=resource.pk)


def test_providers_see_what_they_deliver_and_consumers_see_it_elsewhere(
    ask: Callable[..., Any],
    resource: Resource,
    carol: User,
    alice: User,
    mallory: User,
) -> None:
    ResourceFactory()
    assert [row["name"] for row in ask(carol, "get", RESOURCES)[1]] == ["climate"]
    whole = ask(carol, "get", at(resource))[1]
    assert whole["error_traceback"] == "line 1"
    assert whole["url"].endswith(f"/api/marketplace-resources/{resource.uuid.hex}/")
    missing = (404, {"detail": "No Resource matches the given query."})
    for person in (alice, mallory):
        assert ask(person, "get", RESOURCES) == (200, [])
        assert ask(person, "get", at(resource)) == missing
    assert ask(carol, "get", at(resource, "details/")) == (204, None)


def test_both_sides_read_the_same_but_for_what_is_their_own(
    ask: Callable[..., Any], resource: Resource, dave: User
) -> None:
    consumer = f"marketplace-resources/{resource.uuid.hex}/"
    assert ask(dave, "get", consumer) == ask(dave, "get", at(resource))


@pytest.mark.parametrize(
    ("action", "body", "first", "second"),
    [
        (
            "set_backend_id/",
            {"backend_id": "hpc-1"},
            "Resource backend_id has been changed.",
            "Resource backend_id is not changed.",
        ),
        (
            "set_effective_id/",
            {"effective_id": "hpc-1"},
            "Resource effective_id has been changed.",
            "Resource effective_id is not changed.",
        ),
        (
            "set_paused/",
            {"paused": True},
            "Resource paused has been changed.",
            "Resource paused is not changed.",
        ),
        (
            "set_downscaled/",
            {"downscaled": True},
            "Resource downscaled has been changed.",
            "Resource downscaled is not changed.",
        ),
        (
            "set_restrict_member_access/",
            {"restrict_member_access": True},
            "Resource restrict_member_access has been changed.",
            "Resource restrict_member_access is not changed.",
        ),
        (
            "set_backend_metadata/",
            {"backend_metadata": {"qos": "normal"}},
            "The backend metadata is updated",
            "The backend metadata is updated",
        ),
        (
            "set_endpoints/",
            {"endpoints": [{"name": "login", "url": "ssh://lumi.csc.fi"}]},
            "Endpoints are updated",
            "Endpoints are updated",
        ),
        (
            "set_limits/",
            {"limits": {"cpu_k_hours": 4}},
            "Resource limits are updated",
            "Resource limits are updated",
        ),
        (
            "submit_report/",
            {"report": [{"header": "H", "body": "B"}]},
            "Report is submitted",
            "Report is submitted",
        ),
        (
            "update_options_direct/",
            {"options": {"a": 1}},
            "Resource options are submitted",
            "Resource options are submitted",
        ),
    ],
)
def test_what_a_provider_says_is_read_back_and_recorded_once(
    ask: Callable[..., Any],
    resource: Resource,
    carol: User,
    action: str,
    body: dict[str, Any],
    first: str,
    second: str,
) -> None:
    assert ask(carol, "post", at(resource, action), body) == (200, {"status": first})
    assert ask(carol, "post", at(resource, action), body) == (200, {"status": second})
    (name,) = body
    told = ask(carol, "get", at(resource))[1][name]
    if name == "endpoints":
        told = [{"name": endpoint["name"], "url": endpoint["url"]} for endpoint in told]
    assert told == body[name]
    assert Event.objects.filter(subject_uuid=resource.uuid).count() == 1


@pytest.mark.parametrize(
    ("action", "body", "refusal"),
    [
        ("set_backend_id/", {}, {"backend_id": REQUIRED}),
        ("set_backend_id/", {"backend_id": None}, {"backend_id": ["This field may not be null."]}),
        (
            "set_backend_id/",
            {"backend_id": "x" * 256},
            {"backend_id": ["Ensure this field has no more than 255 characters."]},
        ),
        ("set_effective_id/", {}, {"effective_id": REQUIRED}),
        ("set_backend_metadata/", {}, {"backend_metadata": REQUIRED}),
        (
            "set_backend_metadata/",
            {"backend_metadata": []},
            {"backend_metadata": ['Expected a dictionary of items but got type "list".']},
        ),
        ("set_endpoints/", {"endpoints": [{"name": "x"}]}, {"endpoints": [{"url": REQUIRED}]}),
        ("set_limits/", {}, {"limits": REQUIRED}),
        ("set_limits/", {"limits": {"zz": 1}}, {"limits": "Invalid types: zz"}),
        (
            "set_limits/",
            {"limits": {"cpu_k_hours": None}},
            {"limits": {"cpu_k_hours": ["A valid integer is required."]}},
        ),
        ("submit_report/", {}, {"report": REQUIRED}),
        (
            "submit_report/",
            {"report": []},
            {"report": ["Report object should contain at least one section."]},
        ),
        ("submit_report/", {"report": [{"header": "x"}]}, {"report": [{"body": REQUIRED}]}),
    ],
)
def test_what_says_nothing_is_refused(
    ask: Callable[..., Any],
    resource: Resource,
    carol: User,
    action: str,
    body: dict[str, Any],
    refusal: dict[str, Any],
) -> None:
    assert ask(carol, "post", at(resource, action), body) == (400, refusal)


def test_set_limits_replaces_and_may_be_less_than_was_ordered(
    ask: Callable[..., Any], resource: Resource, carol: User
) -> None:
    ask(carol, "post", at(resource, "set_limits/"), {"limits": {"cpu_k_hours": 0}})
    assert ask(carol, "get", at(resource))[1]["limits"] == {"cpu_k_hours": 0}
    Resource.objects.update(state=ResourceState.TERMINATED)
    status, body = ask(carol, "post", at(resource, "set_limits/"), {"limits": {}})
    assert (status, body) == (
        409,
        {"detail": ("Valid states for operation: Creating, Erred, OK, Terminating, Updating.")},
    )


def test_an_error_is_said_and_resolved(
    ask: Callable[..., Any], resource: Resource, carol: User
) -> None:
    why = {"error_message": "boom", "error_traceback": "line 7"}
    assert ask(carol, "post", at(resource, "set_as_erred/"), why) == (200, None)
    body = ask(carol, "get", at(resource))[1]
    assert (body["state"], body["error_message"]) == ("Erred", "boom")
    assert ask(carol, "post", at(resource, "set_as_ok/")) == (200, None)
    assert ask(carol, "get", at(resource))[1]["state"] == "OK"
    assert ask(carol, "post", at(resource, "set_as_erred/"), {}) == (200, None)
    assert ask(carol, "post", at(resource, "set_state_ok/")) == (
        200,
        {"status": "Resource state has been set to OK."},
    )
    Resource.objects.update(state=ResourceState.UPDATING)
    assert ask(carol, "post", at(resource, "set_as_ok/")) == (
        409,
        {"detail": "Valid states for operation: Erred."},
    )


def test_a_synchronisation_is_noted_without_an_event(
    ask: Callable[..., Any], resource: Resource, carol: User
) -> None:
    before = fresh(resource).last_sync
    assert ask(carol, "post", at(resource, "refresh_last_sync/")) == (200, None)
    assert fresh(resource).last_sync > before
    assert not Event.objects.filter(subject_uuid=resource.uuid).exists()


def test_a_provider_writes_flags_with_the_name(
    ask: Callable[..., Any], resource: Resource, carol: User, now: datetime
) -> None:
    end = now.date().isoformat()
    body = {"paused": True, "downscaled": True, "restrict_member_access": True, "end_date": end}
    assert ask(carol, "patch", at(resource), body) == (
        200,
        {"description": "", "end_date": end, "name": "climate"},
    )
    held = fresh(resource)
    assert (held.paused, held.downscaled, held.restrict_member_access) == (True, True, True)
    assert ask(carol, "put", at(resource), {"name": "other"})[0] == 200
    assert fresh(resource).paused is True


def test_a_provider_ends_what_nobody_uses_with_a_weeks_notice(
    ask: Callable[..., Any], resource: Resource, offering: Offering, carol: User, now: datetime
) -> None:
    action = at(resource, "set_end_date_by_provider/")
    soon = {"end_date": (now.date() + timedelta(days=2)).isoformat()}
    later = {"end_date": (now.date() + timedelta(days=20)).isoformat()}
    assert ask(carol, "post", action, soon) == (
        400,
        {"end_date": ["Please set at least 7 days in advance."]},
    )
    assert ask(carol, "post", action, later) == (200, None)
    ComponentUsageFactory(
        resource=resource,
        component=offering.components.first(),
        billing_period=now.date().replace(day=1),
    )
    message = (
        "Service provider can not set end date of the resource "
        "which has been used for the last 90 days."
    )
    assert ask(carol, "post", action, later) == (200, None)  # as it is already
    nearer = {"end_date": (now.date() + timedelta(days=19)).isoformat()}
    assert ask(carol, "post", action, nearer) == (400, {"end_date": [message]})
    assert ask(carol, "post", action, {"end_date": None}) == (200, None)
    assert ask(carol, "post", action, later) == (400, {"end_date": [message]})
    assert ask(carol, "post", at(resource, "set_end_date/"), soon) == (200, None)


def test_a_provider_orders_the_end_without_the_consumer(
    ask: Callable[..., Any], resource: Resource, carol: User
) -> None:
    status, body = ask(carol, "post", at(resource, "terminate/"), {"attributes": {"why": "x"}})
    order = Order.objects.get()
    assert (status, body) == (200, {"order_uuid": order.uuid.hex})
    assert (order.type, order.state) == (OrderType.TERMINATE, OrderState.PENDING_PROVIDER)
    assert order.consumer_reviewed_by == carol


def test_a_resource_with_usage_is_not_unlinked(
    ask: Callable[..., Any], resource: Resource, offering: Offering, dave: User
) -> None:
    ComponentUsageFactory(resource=resource, component=offering.components.first())
    assert ask(dave, "post", at(resource, "unlink/")) == (
        409,
        {"detail": "Usage was reported for this resource; terminate it instead."},
    )


def test_a_site_agent_reads_only_the_fields_it_asks_for(
    ask: Callable[..., Any], resource: Resource, carol: User
) -> None:
    OrderFactory(resource=resource, state=OrderState.DONE)
    path = f"{RESOURCES}?state=OK&state=Erred&field=uuid&field=backend_id&field=partitions"
    assert ask(carol, "get", path) == (200, [{"uuid": resource.uuid.hex, "backend_id": ""}])
