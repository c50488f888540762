"""Subscriptions to changes and their queues, the agents' of both kinds among them."""

from __future__ import annotations

import pytest
from waldur_api_client.models import AgentQueueRegistrationResponse as ClientQueue
from waldur_api_client.models import EventSubscription as ClientSubscription
from waldur_api_client.models import EventSubscriptionQueue as ClientSubscriptionQueue

from allocations.models import EventConsumer, EventSubscription, EventSubscriptionQueue
from allocations.observables import ObjectType
from identity.models import Event
from tests.factories.agents import EventSubscriptionFactory, EventSubscriptionQueueFactory
from tests.factories.identity import UserFactory
from tests.factories.marketplace import HpcOfferingFactory

pytestmark = pytest.mark.django_db

IDENTITIES = "/api/marketplace-site-agent-identities/"
SUBSCRIPTIONS = "/api/event-subscriptions/"
QUEUES = "/api/event-subscription-queues/"


def told():
    return Event.objects.exclude(subject_type="token").order_by("pk")


def kinds():
    return list(told().values_list("kind", flat=True))


def test_an_agent_gets_one_queue_for_the_types_that_it_names(agent, identity, offering, carol):
    at = f"{IDENTITIES}{identity.uuid}/register_queue/"

    response = agent.post(at, {"object_types": ["order", "user_role"]}, format="json")

    consumer = EventConsumer.objects.get()
    assert response.status_code == 201
    assert response.json() == {
        "rmq_username": consumer.uuid.hex,
        "queue_name": f"consumer_{consumer.uuid.hex}",
        "vhost": carol.uuid.hex,
        "observable_object_types": ["order", "user_role"],
        "protocol": "stomp",
        "topic": f"efp/consumer_{consumer.uuid.hex}",
    }
    assert ClientQueue.from_dict(response.json()).vhost == carol.uuid.hex
    assert told().get().payload == {
        "agent_uuid": identity.uuid.hex,
        "offering_uuid": offering.uuid.hex,
        "user_uuid": carol.uuid.hex,
        "object_types": ["order", "user_role"],
        "queue_name": f"consumer_{consumer.uuid.hex}",
        "rmq_username": consumer.uuid.hex,
        "vhost": carol.uuid.hex,
        "is_new": True,
    }


def test_registering_again_is_the_same_queue_and_its_types_follow_what_is_said(agent, identity):
    at = f"{IDENTITIES}{identity.uuid}/register_queue/"
    every = sorted(kind.value for kind in ObjectType)

    first = agent.post(at, {"object_types": ["order"]}, format="json")
    as_before = agent.post(at, {}, format="json")
    of_all = agent.post(at, {"object_types": []}, format="json")
    narrowed = agent.post(at, {"object_types": ["resource", "resource"]}, format="json")

    answers = (first, as_before, of_all, narrowed)
    assert [answer.status_code for answer in answers] == [201, 200, 200, 200]
    assert len({answer.json()["queue_name"] for answer in answers}) == 1
    assert [sorted(answer.json()["observable_object_types"]) for answer in answers] == [
        ["order"], ["order"], every, ["resource"],
    ]  # fmt: skip
    assert kinds() == ["queue.registered"] * 4
    assert [event.payload["is_new"] for event in told()] == [True, False, False, False]


@pytest.mark.parametrize("types", [["orders"], "order", [None], [["order"]], ["order"] * 100])
def test_types_must_be_known(agent, identity, types):
    response = agent.post(
        f"{IDENTITIES}{identity.uuid}/register_queue/", {"object_types": types}, format="json"
    )
    assert (response.status_code, list(response.json())) == (400, ["object_types"])
    assert not EventConsumer.objects.exists()


def test_another_person_s_agent_has_a_queue_in_a_virtual_host_of_its_own(
    agent, identity, dave, as_user
):
    at = f"{IDENTITIES}{identity.uuid}/register_queue/"
    mine, other = (client.post(at, {}, format="json").json() for client in (agent, as_user(dave)))
    assert mine["queue_name"] != other["queue_name"]
    assert other["vhost"] == dave.uuid.hex


def test_an_older_agent_subscribes_to_one_type_and_gets_a_queue_for_it(
    agent, identity, offering, carol
):
    at = f"{IDENTITIES}{identity.uuid}/register_event_subscription/"
    body = {"observable_object_type": "order", "description": "orders of LUMI"}

    first, again = (agent.post(at, body, format="json") for _ in range(2))

    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == again.json()
    subscription = EventSubscription.objects.get()
    assert first.json() == {
        "uuid": subscription.uuid.hex,
        "url": f"http://testserver{SUBSCRIPTIONS}{subscription.uuid.hex}/",
        "user": f"http://testserver/api/users/{carol.uuid.hex}/",
        "user_uuid": carol.uuid.hex,
        "user_username": "carol",
        "user_full_name": carol.full_name,
        "description": "orders of LUMI",
        "observable_objects": [{"object_type": "order", "offering_uuid": offering.uuid.hex}],
        "protocol": "stomp",
        "source_ip": "127.0.0.1",
        "created": first.json()["created"],
        "modified": first.json()["modified"],
    }
    assert ClientSubscription.from_dict(first.json()).uuid == subscription.uuid

    wanted = {"offering_uuid": str(offering.uuid), "object_type": "order"}
    at = f"{SUBSCRIPTIONS}{subscription.uuid}/create_queue/"
    first, again = (agent.post(at, wanted, format="json") for _ in range(2))

    assert (first.status_code, again.status_code) == (201, 200)
    queue = EventSubscriptionQueue.objects.get()
    name = f"subscription_{subscription.uuid.hex}_offering_{offering.uuid.hex}_order"
    assert first.json() == again.json() == {
        "uuid": queue.uuid.hex,
        "url": f"http://testserver{QUEUES}{queue.uuid.hex}/",
        "event_subscription": f"http://testserver{SUBSCRIPTIONS}{subscription.uuid.hex}/",
        "event_subscription_uuid": subscription.uuid.hex,
        "offering_uuid": offering.uuid.hex,
        "object_type": "order",
        "queue_name": name,
        "topic": f"efp/{name}",
        "vhost": carol.uuid.hex,
        "created": first.json()["created"],
    }  # fmt: skip
    assert ClientSubscriptionQueue.from_dict(first.json()).queue_name == name
    assert kinds() == ["subscription.created", "subscription_queue.created"]
    assert told().last().payload == {
        "subscription_uuid": subscription.uuid.hex,
        "offering_uuid": offering.uuid.hex,
        "object_type": "order",
        "queue_name": name,
        "vhost": carol.uuid.hex,
    }


def test_each_type_is_a_subscription_of_its_own(agent, identity):
    at = f"{IDENTITIES}{identity.uuid}/register_event_subscription/"
    for kind in ("order", "resource", "order"):
        agent.post(at, {"observable_object_type": kind}, format="json")
    wrong = agent.post(at, {"observable_object_type": "orders"}, format="json")

    assert sorted(EventSubscription.objects.values_list("object_type", flat=True)) == [
        "order", "resource",
    ]  # fmt: skip
    assert (wrong.status_code, list(wrong.json())) == (400, ["observable_object_type"])


def test_a_person_subscribes_to_what_they_name_and_to_everything_when_they_name_nothing(
    agent, offering
):
    some = agent.post(
        SUBSCRIPTIONS,
        {
            "description": "mine",
            "observable_objects": [
                {"object_type": "resource"},
                {"object_type": "order", "object_id": 123, "offering_uuid": str(offering.uuid)},
            ],
        },
        format="json",
    )
    everything = agent.post(SUBSCRIPTIONS, {}, format="json")

    assert (some.status_code, everything.status_code) == (201, 201)
    assert some.json()["observable_objects"] == [
        {"object_type": "resource"},
        {"object_type": "order", "object_id": 123, "offering_uuid": offering.uuid.hex},
    ]
    assert everything.json()["observable_objects"] == []
    assert some["Location"] == some.json()["url"]
    assert agent.get(some.json()["url"]).json() == some.json()


def test_what_cannot_be_observed_is_refused_in_its_place(agent, alice, as_user, offering):
    foreign = HpcOfferingFactory()
    wanted = [
        {"object_type": "order", "offering_uuid": offering.uuid.hex},
        {"object_type": "order", "offering_uuid": foreign.uuid.hex},
    ]

    unknown = agent.post(
        SUBSCRIPTIONS, {"observable_objects": [{"object_type": "orders"}]}, format="json"
    )
    not_mine = agent.post(SUBSCRIPTIONS, {"observable_objects": wanted}, format="json")
    consumer = as_user(alice).post(SUBSCRIPTIONS, {"observable_objects": wanted[:1]}, format="json")

    assert [answer.status_code for answer in (unknown, not_mine, consumer)] == [400, 400, 400]
    assert list(unknown.json()["observable_objects"][0]) == ["object_type"]
    refusal = {"offering_uuid": ["Object does not exist."]}
    assert not_mine.json() == {"observable_objects": [{}, refusal]}
    assert consumer.json() == {"observable_objects": [refusal]}
    assert not EventSubscription.objects.exists()


def test_a_queue_is_for_what_its_subscription_observes(agent, carol, offering, provider):
    other = HpcOfferingFactory(customer=provider)
    subscription = EventSubscriptionFactory(
        user=carol,
        observable_objects=[{"object_type": "order", "offering_uuid": offering.uuid.hex}],
    )
    at = f"{SUBSCRIPTIONS}{subscription.uuid}/create_queue/"

    for wanted, field in (
        ({"offering_uuid": offering.uuid.hex, "object_type": "resource"}, "object_type"),
        ({"offering_uuid": other.uuid.hex, "object_type": "order"}, "object_type"),
        ({"offering_uuid": HpcOfferingFactory().uuid.hex, "object_type": "order"}, "offering_uuid"),
        ({"offering_uuid": offering.uuid.hex, "object_type": "x"}, "object_type"),
        ({"offering_uuid": offering.uuid.hex}, "object_type"),
        ({"object_type": "order"}, "offering_uuid"),
    ):
        answer = agent.post(at, wanted, format="json")
        assert (answer.status_code, list(answer.json())) == (400, [field]), wanted
    assert not EventSubscriptionQueue.objects.exists()


def test_staff_make_no_queue_that_shows_somebody_what_they_may_not_see(dave, as_user, offering):
    subscription = EventSubscriptionFactory(user=UserFactory(), observable_objects=[])
    answer = as_user(dave).post(
        f"{SUBSCRIPTIONS}{subscription.uuid}/create_queue/",
        {"offering_uuid": offering.uuid.hex, "object_type": "order"},
        format="json",
    )
    assert (answer.status_code, list(answer.json())) == (400, ["offering_uuid"])


def test_a_subscription_ends_once_with_its_queues(agent, carol, offering):
    subscription = EventSubscriptionFactory(user=carol)
    queue = EventSubscriptionQueueFactory(event_subscription=subscription, offering=offering)

    assert agent.delete(f"{SUBSCRIPTIONS}{subscription.uuid}/").status_code == 204
    assert agent.delete(f"{SUBSCRIPTIONS}{subscription.uuid}/").status_code == 404
    assert agent.get(f"{QUEUES}{queue.uuid}/").status_code == 404
    assert kinds() == ["subscription_queue.removed", "subscription.removed"]


def test_a_queue_is_given_up_once(agent, carol, offering):
    queue = EventSubscriptionQueueFactory(event_subscription__user=carol, offering=offering)
    assert agent.delete(f"{QUEUES}{queue.uuid}/").status_code == 204
    assert agent.delete(f"{QUEUES}{queue.uuid}/").status_code == 404
    assert kinds() == ["subscription_queue.removed"]
    assert EventSubscription.objects.count() == 1


def test_subscriptions_and_queues_are_filtered_and_ordered(dave, carol, as_user, offering):
    staff = as_user(dave)
    mine = EventSubscriptionFactory(user=carol)
    other = EventSubscriptionFactory()
    order = EventSubscriptionQueueFactory(event_subscription=mine, offering=offering)
    resource = EventSubscriptionQueueFactory(event_subscription=other, object_type="resource")

    for path, query, expected in (
        (SUBSCRIPTIONS, {"user_username": "carol"}, [mine]),
        (SUBSCRIPTIONS, {"user_uuid": str(carol.uuid)}, [mine]),
        (SUBSCRIPTIONS, {"o": "-created"}, [other, mine]),
        (QUEUES, {"event_subscription_uuid": mine.uuid.hex}, [order]),
        (QUEUES, {"offering_uuid": str(offering.uuid)}, [order]),
        (QUEUES, {"object_type": "resource"}, [resource]),
        (QUEUES, {"o": "-created"}, [resource, order]),
        (QUEUES, {"o": "created"}, [order, resource]),
    ):
        rows = staff.get(path, query).json()
        assert [row["uuid"] for row in rows] == [row.uuid.hex for row in expected], query


def test_one_person_has_so_many_subscriptions_and_is_told_what_to_do(
    agent, identity, offering, settings
):
    settings.SUBSCRIPTIONS_PER_PERSON = 1
    at = f"{IDENTITIES}{identity.uuid}/register_event_subscription/"
    order = {"observable_object_type": "order"}
    assert agent.post(at, order, format="json").status_code == 201

    refused = agent.post(SUBSCRIPTIONS, {}, format="json")
    also = agent.post(at, {"observable_object_type": "resource"}, format="json")

    assert (refused.status_code, also.status_code) == (409, 409)
    assert refused.json()["detail"].startswith("carol has 1 event subscriptions, and may have no")
    assert agent.post(at, order, format="json").status_code == 200, "the same is not one more"
