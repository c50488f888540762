"""`make bus`: a RabbitMQ of one's own in the foreground, for trying event mode."""

import time
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from standalone.processes import Processes
from standalone.rabbitmq_node import BrokerNode, NoBroker, Ports

PORTS = Ports(
    amqp=35672,
    management=35673,
    web_stomp=35674,
    stomp=35675,
    mqtt=35676,
    distribution=35677,
    names=35678,
)


class Command(BaseCommand):
    """Starts RabbitMQ from the installed package, with its data below VAR_DIR; Ctrl-C stops it."""

    help = __doc__ or ""
    requires_system_checks = []

    def handle(self, *_args: Any, **_options: Any) -> None:
        """Run the broker until it is asked to stop.

        :raises CommandError: it is not installed, does not start, or has ended.
        """
        try:
            with Processes(), BrokerNode(settings.VAR_DIR / "rabbitmq", PORTS) as node:
                self.announce(node)
                while True:
                    node.check()
                    time.sleep(0.5)
        except NoBroker as error:
            raise CommandError(str(error)) from error

    def announce(self, node: BrokerNode) -> None:
        """Print what the service and an agent have to be told."""
        self.stdout.write(
            "\nRabbitMQ is running. Ctrl-C stops it. For the service:\n\n"
            f"  RABBITMQ_URL={node.url} RABBITMQ_MANAGEMENT_URL={node.management_url} make run\n\n"
            "For an offering in the agent's configuration:\n\n"
            "  stomp_enabled: true\n"
            "  stomp_ws_host: localhost\n"
            f"  stomp_ws_port: {node.ports.web_stomp}\n"
            "  stomp_ws_path: /ws\n"
            "  websocket_use_tls: false\n"
        )
        self.stdout.flush()
