"""What RabbitMQ does: the facts that the message bus rests on."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest

from allocations.bus.management import Management
from allocations.bus.passwords import hashed
from allocations.bus.publisher import NotPublished, OutgoingMessage, Publisher, Unroutable
from allocations.bus.topology import TOPICS, Difference, Login, difference, routing_key
from allocations.observables import Protocol
from standalone.rabbitmq_node import free_port
from tests.bus.readers import Refused, mqtt_reader, stomp_reader

if TYPE_CHECKING:
    from collections.abc import Iterator

    from standalone.rabbitmq_node import BrokerNode

SECRET = "the token of an agent"
TAG = "efp-facts"
NOTHING_TO_DO = Difference(frozenset(), frozenset(), frozenset(), frozenset())


@pytest.fixture
def management(node: BrokerNode) -> Management:
    return Management(node.management_url, publisher="guest", tag=TAG)


@pytest.fixture
def publisher(node: BrokerNode) -> Iterator[Publisher]:
    with Publisher(node.url) as open_one:
        yield open_one


def a_login(protocol: Protocol = Protocol.STOMP, vhost: str = "") -> Login:
    name = uuid4().hex
    return Login(
        name, hashed(SECRET), vhost or uuid4().hex, protocol, frozenset({f"consumer_{name}"})
    )


def bring_about(management: Management, login: Login) -> str:
    """Have a subscriber with its queue, and return its name."""
    management.put_vhost(login.vhost)
    for vhost, queue in login.own_queues:
        management.put_queue(vhost, queue)
    management.put_login(login)
    (queue,) = login.queues
    return queue


@pytest.fixture
def reader(management: Management) -> Iterator[tuple[Login, str]]:
    login = a_login()
    yield login, bring_about(management, login)
    management.remove_login(login.username)
    management.remove_vhost(login.vhost)


def message(login: Login, queue: str, number: int = 0) -> OutgoingMessage:
    body = json.dumps({"number": number}).encode()
    if login.protocol is Protocol.MQTT:
        return OutgoingMessage(login.vhost, TOPICS, routing_key(queue, "order"), body, str(number))
    return OutgoingMessage(login.vhost, "", queue, body, str(number))


def test_a_subscriber_reads_its_queue_with_the_password_of_which_only_a_digest_is_known(
    node: BrokerNode, publisher: Publisher, reader: tuple[Login, str]
) -> None:
    login, queue = reader
    for number in range(3):
        publisher.publish(message(login, queue, number))
    with stomp_reader(node, login.vhost, login.username, SECRET, queue) as (_, inbox):
        assert inbox.wait_for(3) == [{"number": number} for number in range(3)]


def test_it_is_let_in_by_nothing_else(node: BrokerNode, reader: tuple[Login, str]) -> None:
    login, _ = reader
    with pytest.raises(Refused), stomp_reader(node, login.vhost, login.username, "another"):
        pass
    with pytest.raises(Refused), stomp_reader(node, "/", login.username, SECRET):
        pass


@pytest.mark.parametrize("destination", ["/exchange/amq.topic/x", "/queue/mine", "/amq/queue/{}"])
def test_it_can_send_nothing(node: BrokerNode, reader: tuple[Login, str], destination: str) -> None:
    login, queue = reader
    with stomp_reader(node, login.vhost, login.username, SECRET) as (connection, inbox):
        connection.send(destination=destination.format(queue), body="{}")
        inbox.wait_until_cut_off()


@pytest.mark.parametrize("destination", ["/exchange/amq.topic/#", "/queue/mine", "/amq/queue/{}"])
def test_it_can_read_nothing_but_its_own_queue(
    node: BrokerNode, management: Management, reader: tuple[Login, str], destination: str
) -> None:
    login, _ = reader
    other = a_login(vhost=login.vhost)
    queue = bring_about(management, other)
    with stomp_reader(node, login.vhost, login.username, SECRET) as (connection, inbox):
        connection.subscribe(destination=destination.format(queue), id="1", ack="auto")
        inbox.wait_until_cut_off()
    management.remove_login(other.username)


def test_what_nobody_reads_waits_for_the_reader(
    node: BrokerNode, publisher: Publisher, reader: tuple[Login, str]
) -> None:
    login, queue = reader
    publisher.publish(message(login, queue, 1))
    with stomp_reader(node, login.vhost, login.username, SECRET, queue) as (_, inbox):
        inbox.wait_for(1)
    publisher.publish(message(login, queue, 2))
    with stomp_reader(node, login.vhost, login.username, SECRET, queue) as (_, inbox):
        assert inbox.wait_for(1) == [{"number": 2}]


def test_a_message_without_its_queue_or_place_is_not_taken(
    publisher: Publisher, reader: tuple[Login, str]
) -> None:
    login, queue = reader
    with pytest.raises(Unroutable, match="NO_ROUTE"):
        publisher.publish(message(login, "consumer_nobody"))
    publisher.publish(message(login, queue))
    with pytest.raises(Unroutable, match="not found"):
        publisher.publish(OutgoingMessage("nowhere", "", queue, b"{}", "1"))


def test_where_no_broker_is_nothing_is_published(reader: tuple[Login, str]) -> None:
    login, queue = reader
    with Publisher(f"amqp://guest:guest@127.0.0.1:{free_port()}") as nowhere:
        for _ in range(2):
            with pytest.raises(NotPublished, match="refused"):
                nowhere.publish(message(login, queue))


def test_a_full_queue_refuses_and_keeps_what_it_has(
    node: BrokerNode, management: Management, publisher: Publisher, monkeypatch: pytest.MonkeyPatch
) -> None:
    arguments = {"x-max-length": 2, "x-overflow": "reject-publish"}
    monkeypatch.setattr("allocations.bus.management.ARGUMENTS", arguments)
    login = a_login()
    queue = bring_about(management, login)
    for number in range(2):
        publisher.publish(message(login, queue, number))
    with pytest.raises(NotPublished, match="MessageNacked"):
        publisher.publish(message(login, queue, 2))
    with stomp_reader(node, login.vhost, login.username, SECRET, queue) as (_, inbox):
        assert inbox.wait_for(2) == [{"number": 0}, {"number": 1}]
    management.remove_vhost(login.vhost)
    management.remove_login(login.username)


def test_who_is_taken_away_is_cut_off(
    node: BrokerNode, management: Management, reader: tuple[Login, str]
) -> None:
    login, queue = reader
    with stomp_reader(node, login.vhost, login.username, SECRET, queue) as (_, inbox):
        management.remove_login(login.username)
        inbox.wait_until_cut_off()
    with pytest.raises(Refused), stomp_reader(node, login.vhost, login.username, SECRET):
        pass


def test_over_mqtt_a_session_outlives_its_connection(
    node: BrokerNode, management: Management, publisher: Publisher
) -> None:
    login = a_login(Protocol.MQTT)
    queue = bring_about(management, login)
    with pytest.raises(Unroutable, match="NO_ROUTE"):
        publisher.publish(message(login, queue))
    at = login.vhost, login.username, SECRET, f"efp/{queue}/#"
    with mqtt_reader(node, *at, client="site") as inbox:
        publisher.publish(message(login, queue, 1))
        assert inbox.wait_for(1) == [{"number": 1}]
        assert inbox.topics == [f"efp/{queue}/order"]
    publisher.publish(message(login, queue, 2))
    with mqtt_reader(node, *at, client="site") as inbox:
        assert inbox.wait_for(1) == [{"number": 2}]
    management.remove_login(login.username)
    management.remove_vhost(login.vhost)


def test_over_mqtt_nobody_reads_the_topics_of_another(
    node: BrokerNode, management: Management, publisher: Publisher
) -> None:
    login = a_login(Protocol.MQTT)
    other = a_login(Protocol.MQTT, vhost=login.vhost)
    bring_about(management, login)
    queue = bring_about(management, other)
    at = login.vhost, login.username, SECRET
    for topic in (f"efp/{queue}/#", "#", "efp/#"):
        with pytest.raises(Refused), mqtt_reader(node, *at, topic, client="curious"):
            pass
    for one in (login, other):
        management.remove_login(one.username)
    management.remove_vhost(login.vhost)


def test_what_was_brought_about_is_found_as_it_shall_be(
    management: Management, node: BrokerNode
) -> None:
    logins = [a_login(), a_login(Protocol.MQTT)]
    for login in logins:
        bring_about(management, login)
    found = difference(logins, [], management.actual())
    assert found == NOTHING_TO_DO

    others = Management(node.management_url, publisher="guest", tag="somebody-else")
    assert not others.actual().entries, "nobody sees what is another's"
    for login in logins:
        management.remove_login(login.username)
        management.remove_vhost(login.vhost)
    assert not management.actual().vhosts
