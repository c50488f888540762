"""A site whose agent hears of what happens, in event mode, instead of asking for it."""

from __future__ import annotations

import ast
import time
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tests.agent import acts
from tests.agent.service import PATIENCE, Impatient, eventually

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from standalone.rabbitmq_node import BrokerNode
    from tests.agent.service import Service
    from tests.agent.site import Agent, Said, Site

SOON = 60.0
"""Seconds for which an agent that hears nothing is waited for; on a quiet machine one is enough."""

LISTENS = "Started unified STOMP connection"
PATIENT = 4
RECEIVED = "Received a message "
AWAY = ("Failed to connect to STOMP server", "Disconnected from queue", "Reconnection failed")
"""What an agent says while its broker, or its queue there, is not there yet."""


def listening(node: BrokerNode) -> dict[str, Any]:
    """Return what an agent's configuration says of where it hears of events."""
    return {
        "stomp_enabled": True,
        "stomp_ws_host": "127.0.0.1",
        "stomp_ws_port": node.ports.web_stomp,
        "stomp_ws_path": "/ws",
        "websocket_use_tls": False,
        "resource_import_enabled": True,
    }


@dataclass(frozen=True)
class Listener:
    """An agent that runs and listens."""

    agent: Agent

    def received(self) -> list[dict[str, Any]]:
        """Return the messages that reached it, in order."""
        found = []
        for line in self.agent.said().lines:
            text = str(line.get("event", ""))
            if text.startswith(RECEIVED) and " on queue " in text:
                body = text.removeprefix(RECEIVED).rpartition(" on queue ")[0]
                found.append(_read(body))
        return found

    def hears(self, object_type: str, **wanted: Any) -> None:
        """See that a message comes in time in which all this stands, unless it has come already.

        The agent takes one message after the other, so the time is that in which it does nothing.

        :raises AssertionError: it does not come.
        """
        ends, idle_since, size = time.monotonic() + PATIENCE, time.monotonic(), 0
        while not self.has_heard(object_type, **wanted):
            now, written = time.monotonic(), self.agent.log.stat().st_size
            if written != size:
                idle_since, size = now, written
            if now - idle_since > SOON or now > ends:
                raise AssertionError((object_type, wanted, self.received()))
            time.sleep(0.05)

    def has_heard(self, object_type: str, **wanted: Any) -> bool:
        """Tell whether such a message has come."""
        wanted["object_type"] = object_type
        return any(wanted.items() <= body.items() for body in self.received())

    def carries_out_an_order_and_a_pause(self, service: Service, slurm: Site) -> str:
        """See that an allocation comes to be and is paused; return its account's name."""
        allocation = acts.order(service, slurm.offering, {"cpu": 10, "mem": 20})
        self.hears("order", order_uuid=allocation.order, order_state="pending-provider")
        self.does(lambda: allocation.order_now()["state"] == "done")
        account = str(allocation.now()["backend_id"])
        self.does(lambda: slurm.users(account) == acts.TEAM)
        path = f"marketplace-provider-resources/{allocation.uuid}/"
        allocation.provider.patch(path, {"paused": True})
        self.hears("resource", resource_uuid=allocation.uuid, paused=True)
        self.does(lambda: slurm.qos(account) == "paused")
        return account

    def said(self) -> Said:
        """Return what it wrote so far."""
        return self.agent.said()

    def does(self, happens: Callable[[], Any], what: str = "") -> Any:
        """Wait until the agent has done something."""
        return eventually(happens, what or "the agent does it")


@contextmanager
def listener(site: Site) -> Iterator[Listener]:
    """Run the agent in event mode, from when it listens; at its end, nobody is to blame."""
    with site.agent("event_process") as agent:
        running = Listener(agent)
        for _ in range(PATIENT):  # before it listens it works off whatever waits
            with suppress(Impatient):
                eventually(lambda: agent.said().mentions(LISTENS), "the agent listens")
                break
        assert agent.said().mentions(LISTENS), agent.said().lines[-5:]
        yield running
    assert agent.said().blames == []


def complaints(said: Said) -> list[str]:
    """Return what it complained of, but for the broker not being there yet."""
    return [text for text in said.complaints if not text.startswith(AWAY)]


def _read(body: str) -> dict[str, Any]:
    """Read a message as the agent's log has it: a dict of Python."""
    return dict(ast.literal_eval(body))
