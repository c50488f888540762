"""Measures what hundreds of idle and slow connections cost everybody else."""

from argparse import ArgumentParser
from statistics import median, quantiles
from time import perf_counter
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from bench import endpoints, measure, server
from bench.client import Client
from bench.data.sizes import Sizes
from bench.preparing import seeded_copy
from bench.slow_clients import SlowClients
from standalone.embedded_postgres import CannotStart
from standalone.processes import ChildDied, Failed, Processes

MOST_CONNECTIONS = 900
"""What `select` and the usual limit of open files allow."""
LONGEST_SECONDS = 60.0
NAME = "GET marketplace-orders"


class Command(BaseCommand):
    """Prints the times of a list alone and beside such clients, by turns, on this machine alone."""

    help = __doc__ or ""

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take how many clients there are, and for how long each round is measured."""
        parser.add_argument("--factor", type=float, default=0.1, help="as seed_load's")
        parser.add_argument("--seconds", type=float, default=8.0, help="for each round")
        parser.add_argument("--rounds", type=int, default=3)
        parser.add_argument("--idle", type=int, default=500)
        parser.add_argument("--slow", type=int, default=50)
        parser.add_argument("--worker-class", default="", help="another one of gunicorn's")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Measure.

        :raises CommandError: for options that make no sense, or a server that does not answer.
        """
        if not 0 <= options["idle"] + options["slow"] <= MOST_CONNECTIONS:
            raise CommandError(f"There may be at most {MOST_CONNECTIONS} clients.")
        seconds = min(max(options["seconds"], 0.1), LONGEST_SECONDS)
        try:
            tokens, copy = seeded_copy(options["factor"])
            with Processes() as processes:
                port = server.start(
                    processes, copy, counting=False, worker_class=options["worker_class"]
                )
                self.measure(port, tokens, seconds, options)
            copy.drop()
        except (ValueError, OSError, CannotStart, ChildDied, Failed, measure.Unexpected) as error:
            raise CommandError(str(error)) from error

    def measure(
        self, port: int, tokens: dict[str, str], seconds: float, options: dict[str, Any]
    ) -> None:
        """Take the times by turns, so that what else the machine does hits both alike."""
        (endpoint,) = [
            one for one in endpoints.endpoints(Sizes.of(options["factor"])) if one.name == NAME
        ][:1]
        self.stdout.write(f"{NAME} as {endpoint.role}, milliseconds: p50 p95 (requests)")
        alone: list[float] = []
        beside: list[float] = []
        still = 0
        for _ in range(min(max(options["rounds"], 1), 10)):
            alone += taken(port, tokens[endpoint.role], endpoint, seconds)
            with SlowClients(port, idle=options["idle"], slow=options["slow"]) as clients:
                beside += taken(port, tokens[endpoint.role], endpoint, seconds)
                still = clients.open
        self.stdout.write(f"alone                              {shown(alone)}")
        self.stdout.write(
            f"beside {options['idle']} idle and {options['slow']} slow       {shown(beside)}"
            f"   {still} of them still connected"
        )


def taken(port: int, token: str, endpoint: endpoints.Endpoint, seconds: float) -> list[float]:
    """Return how long requests take that are sent for so many seconds, one after the other."""
    client = Client(port, token)
    for _ in range(measure.WARM_UP):
        measure.send(client, endpoint, next(endpoint.requests))
    times: list[float] = []
    until = perf_counter() + seconds
    while len(times) < measure.FEWEST or perf_counter() < until:
        times.append(measure.send(client, endpoint, next(endpoint.requests)).seconds)
    client.close()
    return times


def shown(times: list[float]) -> str:
    """Return the middle and the 95th percentile of some times."""
    return f"{median(times) * 1000:8.2f} {quantiles(times, n=20)[-1] * 1000:8.2f} ({len(times)})"
