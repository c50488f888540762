"""What subscribers are told of what happens: one message for each queue, once."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from allocations import tasks
from allocations.lifecycle import AccountState
from allocations.models import MessageQueue, QueueMessage
from allocations.observables import ObjectType
from allocations.services import (
    accounts,
    announcements,
    api_key_reports,
    api_keys,
    imports,
    membership,
    shared_accounts,
    subscriptions,
)
from allocations.services.membership import MANAGED
from config.wiring import HANDLERS, dispatch_events
from identity import events
from identity.models import Event, EventDelivery
from identity.roles import RoleName
from identity.services import members, users
from marketplace.event_kinds import RESOURCE_FLAGS_SET
from marketplace.lifecycle import OrderState
from marketplace.services import delivery, end_dates, offerings, orders
from tests.factories.agents import (
    AgentIdentityFactory,
    EventConsumerFactory,
    EventSubscriptionFactory,
    EventSubscriptionQueueFactory,
    MessageQueueFactory,
)
from tests.factories.allocations import OfferingUserFactory, ResourceApiKeyFactory
from tests.factories.identity import GrantFactory, ProjectFactory, RoleFactory, UserFactory
from tests.factories.marketplace import HpcOfferingFactory, OrderFactory, ResourceFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _there_is_a_bus(settings, monkeypatch):
    """Messages are written; who sends them is not asked here."""
    settings.RABBITMQ_URL = "amqp://nowhere"
    monkeypatch.setattr("config.wiring.tell_bus", lambda: None)
    yield
    assert list(EventDelivery.objects.exclude(last_error="").values_list("last_error")) == []


@pytest.fixture
def offering(provider):
    return HpcOfferingFactory(customer=provider, plugin_options={MANAGED: True})


@pytest.fixture
def queue(offering, carol):
    """The queue of carol's agent, for all types."""
    agent = AgentIdentityFactory(offering=offering)
    return MessageQueueFactory(consumer=EventConsumerFactory(identity=agent, user=carol))


@pytest.fixture
def resource(project, offering):
    return ResourceFactory(project=project, offering=offering, backend_id="hpc_climate")


def told(queue=None):
    """Dispatch what has happened, and return what was written since the last time."""
    dispatch_events()
    found = QueueMessage.objects.order_by("pk")
    found = found.filter(queue=queue) if queue else found
    bodies = [message.body for message in found]
    found.delete()
    return bodies


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


def a_role(user, project, *, granted, name="PROJECT.MEMBER"):
    return {
        "object_type": "user_role",
        "user_uuid": user.uuid.hex,
        "user_username": user.username,
        "project_uuid": project.uuid.hex,
        "project_name": project.name,
        "role_name": name,
        "granted": granted,
    }


def test_a_role_is_told_of_after_the_account_is_there(queue, resource, project, pi, now):
    cleo, role = UserFactory(username="cleo"), RoleFactory(name=RoleName.PROJECT_MEMBER)
    members.grant(scope=project, user=cleo, role=role, actor=pi, now=now)

    first, *others = told()
    assert first == a_role(cleo, project, granted=True)
    assert [(body["action"], body["user_uuid"]) for body in others] == [("create", cleo.uuid.hex)]
    assert accounts.live(cleo, resource.offering) is not None

    members.revoke(scope=project, user=cleo, role=role, actor=pi, now=timezone.now())
    assert a_role(cleo, project, granted=False) in told()


def test_an_account_that_is_opened_with_its_name_lets_its_person_in(
    queue, resource, project, offering, pi, now
):
    offering.plugin_options |= {"username_generation_policy": "waldur_username"}
    offering.save()
    cleo, role = UserFactory(username="cleo"), RoleFactory(name=RoleName.PROJECT_MEMBER)
    members.grant(scope=project, user=cleo, role=role, actor=pi, now=now)

    _, *others = told()
    assert [
        (body["action"], body["username"], body["resource_backend_ids"]) for body in others
    ] == [
        ("create", "cleo", ["hpc_climate"]),
        ("username_set", "cleo", ["hpc_climate"]),
    ]


def test_a_role_where_the_site_has_nothing_is_not_told_of(queue, project, offering, pi, now):
    ResourceFactory(project=project, offering=offering, state="Terminated")
    role = RoleFactory(name=RoleName.PROJECT_MEMBER)
    members.grant(scope=project, user=UserFactory(), role=role, actor=pi, now=now)
    assert told() == []


def test_who_is_shut_out_loses_their_roles_at_the_sites_and_gets_them_back(
    queue, resource, project, bob, dave, now
):
    users.deactivate(bob, reason="left", actor=dave, now=now)
    assert a_role(bob, project, granted=False) in told()
    users.activate(bob, actor=dave, now=timezone.now())
    assert a_role(bob, project, granted=True) in told()


def test_a_new_username_names_the_resources_that_it_is_for(queue, resource, bob, carol, now):
    account = OfferingUserFactory(offering=resource.offering, user=bob, username="")
    ResourceFactory(project=resource.project, offering=resource.offering, backend_id="")
    ResourceFactory(project=ProjectFactory(), offering=resource.offering, backend_id="hpc_other")
    told()

    accounts.set_username(account, username="bob1", actor=carol, now=now)

    (body,) = [body for body in told() if body["action"] == "username_set"]
    assert body == {
        "object_type": "offering_user",
        "offering_user_uuid": account.uuid.hex,
        "user_uuid": bob.uuid.hex,
        "username": "bob1",
        "offering_uuid": resource.offering.uuid.hex,
        "action": "username_set",
        "attributes": {
            "username": "bob", "full_name": bob.full_name, "email": bob.email,
        },
        "changed_attributes": [],
        "resource_backend_ids": ["hpc_climate"],
    }  # fmt: skip


def test_who_comes_back_is_let_in_by_their_old_name(queue, resource, bob, now):
    account = OfferingUserFactory(offering=resource.offering, user=bob, username="bob1")
    accounts.advance(account, "leave", AccountState.DELETION_REQUESTED, actor=None, now=now)
    told()
    accounts.advance(account, "come_back", AccountState.OK, actor=None, now=now)
    assert [
        (body["action"], body["username"], body["resource_backend_ids"]) for body in told()
    ] == [("update", "bob1", ["hpc_climate"]), ("username_set", "bob1", ["hpc_climate"])]


def test_who_is_shut_out_is_named_for_no_resource_and_their_teams_are_looked_at(
    queue, resource, bob, carol, now
):
    account = OfferingUserFactory(offering=resource.offering, user=bob, username="bob1")
    ResourceFactory(project=resource.project, offering=resource.offering, backend_id="hpc_2")
    told()

    accounts.set_restricted(account, is_restricted=True, actor=carol, now=now)
    update, team = told()
    assert (update["action"], update["resource_backend_ids"]) == ("update", [])
    assert team == {
        "object_type": "user_role",
        "user_uuid": None,
        "user_username": None,
        "project_uuid": resource.project.uuid.hex,
        "project_name": resource.project.name,
        "role_name": "",
        "granted": None,
    }
    accounts.set_username(account, username="bob2", actor=carol, now=now)
    assert [body["resource_backend_ids"] for body in told()] == [[]]


def test_what_the_site_sees_of_a_person_is_told_when_it_changes(queue, resource, bob, dave, now):
    OfferingUserFactory(offering=resource.offering, user=bob, username="bob1")
    told()
    change = {"email": "bob@new.example.org"}  # staff vouch for it: it counts at once
    users.update(bob, actor=dave, now=now, wanted=change, agree_with_policy=True)

    (body,) = [body for body in told() if body["object_type"] == "offering_user"]
    assert (body["action"], body["changed_attributes"]) == ("attribute_update", ["email"])
    assert body["attributes"]["email"] == "bob@new.example.org"


def test_accounts_of_programs_are_told_to_each_site_of_the_project(
    queue, resource, project, pi, dave, now
):
    account, _ = shared_accounts.open_for_project(
        project=project, username="robot", email="r@example.org", actor=pi, now=now
    )
    there = {
        "object_type": "service_account",
        "account_uuid": account.uuid.hex,
        "account_username": account.username,
        "scope_type": "project",
        "project_uuid": project.uuid.hex,
        "project_name": project.name,
        "action": "create",
    }
    assert told() == [there]
    shared_accounts.close(account, actor=pi, now=timezone.now())
    assert told() == [{**there, "action": "delete"}]


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


# --- who hears of it ------------------------------------------------------------------------------


def test_a_queue_carries_the_types_that_were_asked_for(offering, carol, resource, now):
    agent = AgentIdentityFactory(offering=offering)
    consumer = EventConsumerFactory(identity=agent, user=carol, object_types=["order"])
    MessageQueueFactory(consumer=consumer)
    delivery.set_flags(resource, {"paused": True}, actor=carol, now=now)
    assert told() == []


def test_a_subscription_s_queue_carries_its_type_of_its_offering(offering, carol, resource, now):
    subscription = EventSubscriptionFactory(user=carol)
    for kind in (ObjectType.RESOURCE, ObjectType.ORDER):
        owner = EventSubscriptionQueueFactory(
            event_subscription=subscription, offering=offering, object_type=kind
        )
        MessageQueueFactory(consumer=None, subscription_queue=owner)
    elsewhere = EventSubscriptionQueueFactory(
        event_subscription=subscription, object_type="resource"
    )
    MessageQueueFactory(consumer=None, subscription_queue=elsewhere)

    delivery.set_flags(resource, {"paused": True}, actor=carol, now=now)

    dispatch_events()
    (message,) = QueueMessage.objects.all()
    assert message.queue.name.endswith(f"_offering_{offering.uuid.hex}_resource")


@pytest.mark.parametrize("who", ["mallory", "alice", "bob"])
def test_who_does_not_provide_the_offering_hears_nothing(
    who, request, offering, resource, carol, now
):
    """Also not somebody who did when they registered."""
    outsider = request.getfixturevalue(who)
    agent = AgentIdentityFactory(offering=offering)
    MessageQueueFactory(consumer=EventConsumerFactory(identity=agent, user=outsider))
    delivery.set_flags(resource, {"paused": True}, actor=carol, now=now)
    assert told() == []


def test_who_was_shut_out_hears_nothing(queue, resource, carol, dave, now):
    users.deactivate(carol, reason="left", actor=dave, now=now)
    delivery.set_flags(resource, {"paused": True}, actor=dave, now=now)
    assert told() == []


def test_every_agent_of_the_offering_hears_it(queue, offering, provider, resource, carol, now):
    second = UserFactory()
    GrantFactory(user=second, role=RoleName.CUSTOMER_OWNER, scope=provider)
    agent = AgentIdentityFactory(offering=offering, name="another")
    other = MessageQueueFactory(consumer=EventConsumerFactory(identity=agent, user=second))

    delivery.set_flags(resource, {"paused": True}, actor=carol, now=now)

    dispatch_events()
    assert set(QueueMessage.objects.values_list("queue", flat=True)) == {queue.pk, other.pk}


def test_an_event_that_comes_again_is_told_once(queue, resource, carol, now):
    delivery.set_flags(resource, {"paused": True}, actor=carol, now=now)
    dispatch_events()
    event = Event.objects.get(kind="resource.flags_set")
    tasks.enqueue_agent_messages(event.uuid)
    tasks.enqueue_agent_messages(event.uuid)
    assert QueueMessage.objects.count() == 1


def test_without_a_bus_nothing_is_written(queue, resource, carol, now, settings):
    settings.RABBITMQ_URL = ""
    delivery.set_flags(resource, {"paused": True}, actor=carol, now=now)
    assert told() == []


def test_the_wiring_has_heard_what_is_told():
    tells = {
        tasks.enqueue_agent_messages,
        tasks.follow_created_resource,
        tasks.follow_grant,
        tasks.follow_user,
    }
    assert {kind.name for kind, several in HANDLERS.items() if tells & set(several)} == set(
        announcements.message_builders()
    )


def test_registering_opens_the_queue_and_again_has_it_declared_anew(offering, carol, now):
    agent = AgentIdentityFactory(offering=offering)
    subscriptions.register_consumer(agent, object_types=None, actor=carol, now=now)
    queue = MessageQueue.objects.get()
    assert queue.declared_at is None
    MessageQueue.objects.update(declared_at=now, failures=3, last_error="away")

    subscriptions.register_consumer(agent, object_types=None, actor=carol, now=now)

    queue = MessageQueue.objects.get()
    assert (queue.declared_at, queue.failures, queue.last_error) == (None, 0, "")


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
