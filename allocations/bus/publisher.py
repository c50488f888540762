"""Publishing to the broker, with its confirmation: what `publish` returned from is in a queue."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from threading import Lock
from typing import Any, Self

from amqp.exceptions import AccessRefused, MessageNacked, NotAllowed, NotFound
from kombu import Connection, Producer
from kombu.exceptions import OperationalError

from common.errors import DomainError

MOST_CONNECTIONS = 32
"""Connections that are kept: one for each virtual host, the one used last goes last."""

SECONDS = 5
"""How long to wait for a connection, and for a confirmation."""

_transport = Connection("amqp://")
BROKEN: tuple[type[BaseException], ...] = (
    MessageNacked,
    OperationalError,
    *_transport.connection_errors,
    *_transport.channel_errors,
)
"""What a broken connection or channel raises, and a message that the broker does not take."""


class NotPublished(DomainError):
    """The broker cannot be reached, or did not confirm that it has the message."""

    code = "not_published"


class Unroutable(NotPublished):
    """There is no queue for the message, or no virtual host: it has to be declared anew."""

    code = "unroutable"


@dataclass(frozen=True)
class OutgoingMessage:
    """A message on its way: where it goes, and what is in it."""

    vhost: str
    exchange: str
    routing_key: str
    body: bytes
    message_id: str


class Publisher:
    """Publishes over connections that are kept; usable by one thread at a time, others wait."""

    def __init__(self, url: str, *, most_connections: int = MOST_CONNECTIONS) -> None:
        """Take the broker's address: `amqp://user:password@host:5672`."""
        self._url, self._most_connections = url, most_connections
        self._open: OrderedDict[str, _Line] = OrderedDict()
        self._lock = Lock()

    def publish(self, message: OutgoingMessage) -> None:
        """Hand a message over, and return once the broker has it on disk.

        :raises Unroutable: there is no queue for it, or no virtual host.
        :raises NotPublished: the broker is not there, or does not take it.
        """
        with self._lock:
            try:
                self._line(message.vhost).publish(message)
            except (NotAllowed, AccessRefused, NotFound) as error:
                self._drop(message.vhost)
                raise Unroutable(f"{message.vhost}: {error}") from error
            except BROKEN as error:
                self._drop(message.vhost)
                raise NotPublished(f"{type(error).__name__}: {error}") from error

    def close(self) -> None:
        """End all connections."""
        for vhost in list(self._open):
            self._drop(vhost)

    def __enter__(self) -> Self:
        """Return the publisher itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """End all connections."""
        self.close()

    def _line(self, vhost: str) -> _Line:
        if vhost not in self._open:
            while len(self._open) >= self._most_connections:
                self._drop(next(iter(self._open)))
            self._open[vhost] = _Line(self._url, vhost)
        self._open.move_to_end(vhost)
        return self._open[vhost]

    def _drop(self, vhost: str) -> None:
        line = self._open.pop(vhost, None)
        if line is not None:
            line.close()


class _Line:
    """One connection to one virtual host, with its channel."""

    def __init__(self, url: str, vhost: str) -> None:
        self._returned: list[str] = []
        self._connection = Connection(
            url,
            virtual_host=vhost,
            connect_timeout=SECONDS,
            transport_options={"confirm_publish": True},
        )
        self._connection.ensure_connection(max_retries=1, timeout=SECONDS)
        self._producer = Producer(
            self._connection.channel(), auto_declare=False, on_return=self._note
        )

    def publish(self, message: OutgoingMessage) -> None:
        self._returned.clear()
        self._producer.publish(
            message.body,
            exchange=message.exchange,
            routing_key=message.routing_key,
            mandatory=True,
            delivery_mode=2,
            content_type="application/json",
            content_encoding="utf-8",
            message_id=message.message_id,
            timeout=SECONDS,
            confirm_timeout=SECONDS,
        )
        if self._returned:
            raise Unroutable(self._returned[0])

    def close(self) -> None:
        self._connection.release()

    def _note(self, error: Exception, *_: Any) -> None:
        """Keep what the broker says of a message that it had no queue for, before confirming it."""
        self._returned.append(str(error))
