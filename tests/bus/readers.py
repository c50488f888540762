"""Subscribers as agents are: over STOMP in a WebSocket, and over MQTT."""

from __future__ import annotations

import json
import threading
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import paho.mqtt.client as mqtt
import stomp
from paho.mqtt.enums import CallbackAPIVersion
from stomp.exception import StompException

if TYPE_CHECKING:
    from collections.abc import Iterator

    from standalone.rabbitmq_node import BrokerNode

PATIENCE = 120.0


class Inbox(stomp.ConnectionListener):  # type: ignore[misc]
    """What a subscriber has received so far, and whether the broker has had enough of it."""

    def __init__(self) -> None:
        self.messages: list[dict[str, Any]] = []
        self.topics: list[str] = []
        self.errors: list[str] = []
        self.is_cut_off = threading.Event()

    def on_disconnected(self) -> None:
        self.is_cut_off.set()

    def on_message(self, frame: Any) -> None:
        self.messages.append(json.loads(frame.body))

    def on_error(self, frame: Any) -> None:
        self.errors.append(f"{frame.headers.get('message', '')} {frame.body}".strip())

    def wait_for(self, count: int) -> list[dict[str, Any]]:
        """Return the messages once there are as many, or fail."""
        deadline = time.monotonic() + PATIENCE
        while len(self.messages) < count and time.monotonic() < deadline:
            time.sleep(0.02)
        assert len(self.messages) >= count, (count, self.messages, self.errors)
        return self.messages

    def wait_until_cut_off(self) -> None:
        """Wait until the broker has ended the connection, as it does without a word, or fail."""
        assert self.is_cut_off.wait(PATIENCE), "the broker did not mind"


class Line(stomp.ConnectionListener):  # type: ignore[misc]
    """The WebSocket of a connection, which stomp.py leaves open where the broker has ended it."""

    def __init__(self, transport: Any) -> None:
        self.transport = transport
        self.socket: Any = None

    def on_connecting(self, *_: Any) -> None:
        self.socket = self.transport.socket

    def close(self) -> None:
        if self.socket is not None:
            self.socket.shutdown()


class Refused(Exception):
    """The broker does not let the subscriber in."""


@contextmanager
def stomp_reader(
    node: BrokerNode, vhost: str, username: str, password: str, queue: str = ""
) -> Iterator[tuple[stomp.WSStompConnection, Inbox]]:
    """Read a queue as the agent does.

    :raises Refused: the broker does not let the reader in.
    """
    inbox = Inbox()
    connection = stomp.WSStompConnection(
        host_and_ports=[("127.0.0.1", node.ports.web_stomp)],
        ws_path="/ws",
        vhost=vhost,
        reconnect_attempts_max=1,
        heartbeats=(10000, 10000),
    )
    connection.set_listener("inbox", inbox)
    connection.set_listener("line", line := Line(connection.transport))
    try:
        connection.connect(username, password, wait=True, headers={"accept-version": "1.2"})
        if queue:
            connection.subscribe(destination=f"/amq/queue/{queue}", id=queue, ack="auto")
        yield connection, inbox
    except StompException as error:
        raise Refused(inbox.errors) from error
    finally:
        if connection.is_connected():
            # What comes before the broker knows that it was left would be taken for read.
            connection.disconnect(receipt="left")
            inbox.wait_until_cut_off()
        line.close()


@contextmanager
def mqtt_reader(
    node: BrokerNode, vhost: str, username: str, password: str, topic: str, *, client: str
) -> Iterator[Inbox]:
    """Read a topic with a session that outlives the connection.

    :raises Refused: the broker does not let the reader in, or not to the topic.
    """
    inbox = Inbox()
    answers: list[str] = []
    reader = mqtt.Client(CallbackAPIVersion.VERSION2, client_id=client, clean_session=False)
    reader.username_pw_set(f"{vhost}:{username}", password)
    reader.on_connect = lambda _c, _u, _f, reason, _p: answers.append(str(reason))
    reader.on_subscribe = lambda _c, _u, _m, reasons, _p: answers.append(str(reasons[0]))

    def keep(_client: Any, _userdata: Any, message: mqtt.MQTTMessage) -> None:
        inbox.topics.append(message.topic)
        inbox.messages.append(json.loads(message.payload))

    reader.on_message = keep
    reader.connect("127.0.0.1", node.ports.mqtt)
    reader.loop_start()
    try:
        _expect(answers, 1, "Success")
        reader.subscribe(topic, qos=1)
        _expect(answers, 2, "Granted QoS 1")
        yield inbox
    finally:
        reader.disconnect()
        reader.loop_stop()


def _expect(answers: list[str], count: int, word: str) -> None:
    deadline = time.monotonic() + PATIENCE
    while len(answers) < count and time.monotonic() < deadline:
        time.sleep(0.02)
    if len(answers) < count or answers[count - 1] != word:
        raise Refused(answers)
