"""What sites are told of resources, their orders and keys."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from allocations.models import QueueMessage
from allocations.services import accounts, api_key_reports, api_keys, imports, membership
from config.wiring import dispatch_events
from identity import events
from marketplace.event_kinds import RESOURCE_FLAGS_SET
from marketplace.lifecycle import OrderState
from marketplace.services import delivery, end_dates, offerings, orders
from tests.factories.allocations import OfferingUserFactory, ResourceApiKeyFactory
from tests.factories.identity import GrantFactory, UserFactory
from tests.factories.marketplace import OrderFactory, ResourceFactory
from tests.services.announcements.messages import told

pytestmark = pytest.mark.django_db


def test_an_order_is_told_of_from_when_it_is_the_provider_s_business(
    queue, offering, project, alice, carol, now
):
    resource = ResourceFactory(project=project, offering=offering, state="Creating")
    order = OrderFactory(resource=resource, created_by=alice, state=OrderState.PENDING_CONSUMER)
    orders.approve_by_consumer(order, actor=alice, now=now)
    orders.approve_by_provider(order, actor=carol, now=timezone.now())
    orders.complete(order, actor=carol, now=timezone.now())

    uuid = order.uuid.hex
    assert [body for body in told(queue) if body["object_type"] == "order"] == [
        {"object_type": "order", "order_uuid": uuid, "order_state": state}
        for state in ("pending-provider", "executing", "done")
    ]


def test_a_new_resource_is_looked_at_after_its_members_have_accounts(
    queue, offering, project, bob, alice, carol, now
):
    resource = ResourceFactory(
        project=project, offering=offering, state="Creating", backend_id="hpc_new"
    )
    order = OrderFactory(resource=resource, created_by=alice)
    orders.approve_by_provider(order, actor=carol, now=now)
    orders.complete(order, actor=carol, now=now)
    dispatch_events()

    told_of = [(message.object_type, message.object_uuid) for message in QueueMessage.objects.all()]
    assert ("resource", resource.uuid) in told_of
    assert accounts.live(bob, offering) is not None


def test_a_site_is_not_told_to_look_again_at_what_it_has_just_made_for_nothing(
    queue, offering, project, bob, alice, carol, resource
):
    """Only where somebody came, or a flag was set, while it was at work."""
    for user in membership.members(project):
        OfferingUserFactory(offering=offering, user=user)
    actions = {
        "nothing": lambda _: None,
        "a flag": lambda held: delivery.set_flags(
            held, {"paused": True}, actor=carol, now=timezone.now()
        ),
        "a member": lambda _: GrantFactory(user=UserFactory(), scope=project),
    }
    for meanwhile, action in actions.items():
        told()
        made = ResourceFactory(project=project, offering=offering, state="Creating")
        order = OrderFactory(resource=made, created_by=alice)
        orders.approve_by_provider(order, actor=carol, now=timezone.now())
        action(made)
        told()
        orders.complete(order, actor=carol, now=timezone.now())
        looks = [body for body in told(queue) if body["object_type"] == "resource"]
        assert bool(looks) is (meanwhile != "nothing"), meanwhile


def test_flags_of_a_resource_are_told_as_they_stand(queue, resource, carol, now):
    delivery.set_flags(resource, {"paused": True}, actor=carol, now=now)
    assert told() == [
        {
            "object_type": "resource",
            "resource_uuid": resource.uuid.hex,
            "paused": True,
            "downscaled": False,
            "restrict_member_access": False,
        }
    ]
    delivery.set_flags(resource, {"paused": True}, actor=carol, now=now)
    assert told() == []


def test_what_the_agent_itself_reports_of_a_resource_is_not_told_back(queue, resource, carol, now):
    delivery.set_backend_metadata(resource, {"qos": "normal"}, actor=carol, now=now)
    delivery.set_limits(resource, {}, actor=carol, now=now)
    delivery.set_endpoints(resource, [{"name": "ssh", "url": "ssh://x"}], actor=carol, now=now)
    assert told() == []


def test_a_terminated_resource_is_not_told_of(queue, offering, project, carol, now):
    gone = ResourceFactory(project=project, offering=offering, state="Terminated")
    events.record(
        RESOURCE_FLAGS_SET,
        gone,
        actor=carol,
        now=now,
        payload={"offering_uuid": offering.uuid.hex},
    )
    assert told() == []


def test_another_end_says_who_wants_it(queue, resource, alice, now):
    day = (now + timedelta(days=90)).date()
    end_dates.set_by_consumer(resource, day, actor=alice, now=now)
    assert told() == [
        {
            "object_type": "resource",
            "resource_uuid": resource.uuid.hex,
            "paused": False,
            "downscaled": False,
            "restrict_member_access": False,
            "action": "end_date_updated",
            "end_date": day.isoformat(),
            "end_date_requested_by_full_name": alice.full_name,
            "end_date_requested_by_uuid": alice.uuid.hex,
        }
    ]


def test_a_site_is_asked_for_what_it_has_and_to_bring_all_in_line(queue, offering, carol, now):
    asked = imports.request(offering=offering, actor=carol, now=now)
    offerings.ask_to_sync(offering, actor=carol, now=timezone.now())
    assert told() == [
        {"object_type": "importable_resources", "backend_resource_request_uuid": asked.uuid.hex},
        {
            "object_type": "offering_resources_sync",
            "offering_uuid": offering.uuid.hex,
            "requested_by_user_uuid": carol.uuid.hex,
        },
    ]


def test_a_rotation_is_told_with_what_the_site_needs_for_it(queue, resource, pi, carol, now):
    key = ResourceApiKeyFactory(resource=resource, client_id="c-1")
    api_keys.rotate(key, actor=pi, now=now)
    wanted = {
        "object_type": "resource_api_key_rotation",
        "action": "rotate",
        "resource_uuid": resource.uuid.hex,
        "resource_backend_id": "hpc_climate",
        "api_key_uuid": key.uuid.hex,
        "client_id": "c-1",
    }
    assert told() == [wanted]

    api_key_reports.set_erred(key, error_message="down", actor=carol, now=now)
    api_keys.retry(key, actor=pi, now=now)
    assert told() == [wanted]

    api_keys.reveal(key, actor=pi, now=now)
    api_key_reports.set_key(key, api_key="sk-new", actor=carol, now=now)
    assert told() == []


def test_a_rotation_that_was_answered_or_cannot_be_told_is_not_told(
    queue, resource, project, pi, carol, now
):
    done = ResourceApiKeyFactory(resource=resource)
    api_keys.rotate(done, actor=pi, now=now)
    api_key_reports.set_key(done, api_key="sk-new", actor=carol, now=now)
    nameless = ResourceFactory(project=project, offering=resource.offering, backend_id="")
    api_keys.rotate(ResourceApiKeyFactory(resource=nameless), actor=pi, now=now)
    assert told() == []
