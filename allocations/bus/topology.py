"""What the broker must have for a subscriber, and what differs from that. Pure.

Each person has a virtual host, called by the person's UUID (Waldur's rule). A subscriber has a user
there whose password is the token with which it registered, and which may read its own queues and
do nothing else: facts of RabbitMQ that `tests/bus/test_facts.py` shows.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from allocations.observables import Protocol, topic

if TYPE_CHECKING:
    from collections.abc import Iterable

NOTHING = "^$"
ROOM = 100_000
"""How many messages a queue takes; those beyond it wait in the database until it is read."""

ARGUMENTS = {"x-max-length": ROOM, "x-overflow": "reject-publish"}
TOPICS = "amq.topic"
"""The exchange by which RabbitMQ's MQTT plugin passes messages on."""

SESSION = "mqtt-subscription-"
"""How the queues begin that the plugin makes for its sessions; then comes the client's name."""


@dataclass(frozen=True)
class Rights:
    """What a user may do in its virtual host: regular expressions of names."""

    configure: str = NOTHING
    write: str = NOTHING
    read: str = NOTHING


ALL = Rights(".*", ".*", ".*")
"""What the service itself may do in the virtual hosts of its subscribers."""


@dataclass(frozen=True)
class BrokerUser:
    """A user as the broker has it: its password's digest, and its rights by virtual host."""

    username: str
    password_hash: str
    rights: frozenset[tuple[str, Rights]] = frozenset()
    topics: frozenset[tuple[str, Rights]] = frozenset()


@dataclass(frozen=True)
class Login:
    """A subscriber's user at the broker, and its queues there."""

    username: str
    password_hash: str
    vhost: str
    protocol: Protocol
    queues: frozenset[str] = field(default=frozenset())

    @property
    def rights(self) -> Rights:
        """What it may do: read its queues or, over MQTT, bind sessions of its own to topics."""
        if self.protocol is Protocol.MQTT:
            sessions = f"^{SESSION}"
            return Rights(sessions, sessions, f"^({re.escape(TOPICS)}|{SESSION}.*)$")
        names = "|".join(map(re.escape, sorted(self.queues)))
        return Rights(read=f"^({names})$" if names else NOTHING)

    @property
    def topics(self) -> Rights | None:
        """Which topics it may read, over MQTT: `/` is `.` to the broker."""
        if self.protocol is not Protocol.MQTT:
            return None
        keys = "|".join(re.escape(routing_key(name)) for name in sorted(self.queues))
        return Rights(configure="", read=f"^({keys})\\.")

    @property
    def entry(self) -> BrokerUser:
        """The user as the broker shall have it."""
        topics = {(self.vhost, self.topics)} if self.topics else frozenset()
        rights = {(self.vhost, self.rights)}
        return BrokerUser(self.username, self.password_hash, frozenset(rights), frozenset(topics))

    @property
    def own_queues(self) -> frozenset[tuple[str, str]]:
        """The queues that the service has to declare; MQTT's sessions bring their own."""
        names = self.queues if self.protocol is Protocol.STOMP else ()
        return frozenset((self.vhost, name) for name in names)


@dataclass(frozen=True)
class Actual:
    """What the broker has of this instance; in `served` virtual hosts the service may publish."""

    entries: frozenset[BrokerUser] = frozenset()
    vhosts: frozenset[str] = frozenset()
    served: frozenset[str] = frozenset()
    queues: frozenset[tuple[str, str]] = frozenset()


@dataclass(frozen=True)
class Difference:
    """What to bring about, and what to take away: queues and virtual hosts that nobody has."""

    lacking: frozenset[str]
    logins: frozenset[str]
    queues: frozenset[tuple[str, str]]
    vhosts: frozenset[str]


def routing_key(queue: str, object_type: str = "") -> str:
    """Return the key under which a message for a subscriber over MQTT is published."""
    path = topic(queue) + (f"/{object_type}" if object_type else "")
    return path.replace("/", ".")


def difference(wanted: Iterable[Login], shut_out: Iterable[Login], actual: Actual) -> Difference:
    """Compare what shall be with what is.

    `wanted` may log in; `shut_out` may not at present, but their queues stay. `lacking` are the
    user names of those for whom something has to be brought about.
    """
    wanted, shut_out = frozenset(wanted), frozenset(shut_out)
    everybody = wanted | shut_out
    queues = frozenset(queue for login in everybody for queue in login.own_queues)
    vhosts = frozenset(login.vhost for login in everybody)
    lacking = {
        login.username
        for login in everybody
        if (login in wanted and login.entry not in actual.entries)
        or login.vhost not in actual.served
        or not login.own_queues <= actual.queues
    }
    strangers = {entry.username for entry in actual.entries} - {login.username for login in wanted}
    return Difference(
        lacking=frozenset(lacking),
        logins=frozenset(strangers),
        queues=frozenset(
            (vhost, name) for vhost, name in actual.queues - queues if vhost in vhosts
        ),
        vhosts=actual.vhosts - vhosts,
    )
