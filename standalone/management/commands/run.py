"""`make run`: the whole service on one machine, in the foreground, with the demo catalogue.

The catalogue is loaded into an empty database, once: what people edit later stays as it is. With
`DATABASE_URL` it is refused before anything is touched: the demo's people are for nobody's real
database.
"""

import socket
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from common.ports import bind_address, stream_port, web_port
from standalone.embedded_postgres import CannotStart, hold
from standalone.identity_provider import IdentityProvider, NoIdentityProvider, installed
from standalone.processes import ChildDied, Processes
from standalone.rabbitmq_node import free_port, listens
from standalone.readiness import NotReady, wait_until_ready

# Workers need not know of each other: the database says what is to be done, and by whom.
ALONE = ["--without-gossip", "--without-mingle", "--without-heartbeat"]

BEYOND = 2000
"""How far beyond the web server's port the identity provider's is."""


class Command(BaseCommand):
    """Starts database, web server and worker; Ctrl-C stops all of them."""

    help = __doc__ or ""
    requires_system_checks = []

    def handle(self, *_args: Any, **_options: Any) -> None:
        """Run the service until it is asked to stop.

        :raises CommandError: the database is not the embedded one, the port is taken, the database
            does not start, or a process dies.
        """
        refuse_database_of_its_own()
        address, port, port_of_streams = bind_address(), web_port(), stream_port()
        refuse_taken_port(address, port, f"`PORT={port + 1} make run`")
        refuse_taken_port(
            address,
            port_of_streams,
            f"`EVENT_STREAM_PORT={port_of_streams + 1} make run`",
            "streams",
        )
        host = "localhost" if address in {"127.0.0.1", "0.0.0.0"} else address  # noqa: S104
        url, streams = f"http://{host}:{port}", f"http://{host}:{port_of_streams}"
        try:
            with Processes() as processes, identity_provider(port) as provider:
                self.prepare()
                variables = provider.variables() if provider else {}
                start(processes, settings.EVENT_STREAM_URL or streams, variables)
                for answering in (port, port_of_streams):
                    wait_until_ready(processes, f"http://{address}:{answering}/health/ready")
                self.announce(url, settings.EVENT_STREAM_URL or streams)
                self.announce_login(url, provider)
                processes.wait()
        except (CannotStart, ChildDied, NotReady, NoIdentityProvider) as error:
            raise CommandError(str(error)) from error
        self.stderr.write("Stopped.")

    def prepare(self) -> None:
        """Start the database, and bring it to what this version and the demo need."""
        if settings.EMBEDDED_CLUSTER:
            hold(settings.EMBEDDED_CLUSTER)
        call_command("prepare_demo", stdout=self.stderr)

    def announce(self, url: str, streams: str) -> None:
        """Print where the service is and how to get in."""
        self.stdout.write(
            f"\nEFP Allocations {settings.VERSION} is running. Ctrl-C stops it.\n\n"
            f"  api             {url}/api/\n"
            f"  events          {streams}/api/event-feed/stream/"
        )
        try:
            call_command("issue_demo_tokens", url=url, stdout=self.stdout)
        except CommandError as error:
            self.stdout.write(f"  {error} What is in the database was left as it is.")
        self.stdout.flush()

    def announce_login(self, url: str, provider: IdentityProvider | None) -> None:
        """Say how a login by an institution is seen."""
        if provider is not None:
            self.stdout.write(f"Log in by an institution: {url}/login/ (nothing there is secret)\n")
        elif not settings.OIDC_PROVIDERS:
            self.stdout.write("`make idp` once, and the next run has a login by an institution.\n")
        self.stdout.flush()


def refuse_database_of_its_own() -> None:
    """See that the database is the embedded one.

    :raises CommandError: it is not.
    """
    if not settings.ON_ONE_MACHINE:
        raise CommandError(
            "DATABASE_URL is set, and `make run` is a trial with people of its own, staff among "
            "them. Nothing was changed. Unset DATABASE_URL to try the service, or start `make "
            "serve`, `make streams` and `make worker` (docs/operations.md)."
        )


def refuse_taken_port(address: str, port: int, instead: str, of: str = "web server") -> None:
    """Find out before anything starts whether the port is free.

    :raises CommandError: somebody listens there, or we may not.
    """
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((address.strip("[]"), port))
        except OSError as error:
            whose = "" if of == "web server" else f" for the {of}"
            raise CommandError(
                f"Port {port} cannot be used ({error.strerror}){whose}: stop what listens there, "
                f"or choose another one, for example {instead}."
            ) from error


@contextmanager
def identity_provider(port: int) -> Iterator[IdentityProvider | None]:
    """Run the provider by whom people log in, if it was built and no other one is declared."""
    if installed() is None or settings.OIDC_PROVIDERS:
        yield None
        return
    folder = settings.VAR_DIR / "identity_provider"
    its_port = free_port() if listens(port + BEYOND) else port + BEYOND
    with IdentityProvider(folder, its_port, f"http://localhost:{port}") as provider:
        yield provider


def start(processes: Processes, streams: str, variables: Mapping[str, str]) -> None:
    """Start the web server, the streams and the worker, which runs the timetable too."""
    python = sys.executable
    processes.start(
        "web server",
        [python, "-m", "gunicorn", "--config", "config/gunicorn.py", "config.wsgi"],
        {"EVENT_STREAM_URL": streams, **variables},
    )
    processes.start(
        "stream server",
        [python, "-m", "gunicorn", "--config", "config/gunicorn_streams.py", "config.streams.wsgi"],
        {},
    )
    processes.start(
        "worker",
        [python, "-m", "celery", "--quiet", "--app", "config.celery", "worker", *ALONE, "--beat"],
        # On one machine, for a trial, the worker may well be root.
        {"PYTHONWARNINGS": "ignore:You're running the worker with superuser privileges"},
    )
