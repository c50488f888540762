"""Seeds a database of its own, serves it as in production, and measures every list."""

import re
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from bench import database, measure, preparing, report, server
from bench.client import Client
from bench.data.sizes import Sizes
from bench.endpoints import Endpoint, endpoints
from standalone.embedded_postgres import CannotStart
from standalone.processes import ChildDied, Failed, Processes

LONGEST_SECONDS = 30.0


class Command(BaseCommand):
    """Prints a table; what takes longer than it may is marked in it."""

    help = __doc__ or ""

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the size of the data set, the time for each line, and which lines."""
        parser.add_argument("--factor", type=float, default=1.0, help="as seed_load's")
        parser.add_argument("--seconds", type=float, default=2.0, help="for each line")
        parser.add_argument("--only", default="", metavar="PATTERN", help="lines that match")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Run the bench.

        :raises CommandError: for options that make no sense, or an endpoint that is not there.
        """
        seconds = min(max(options["seconds"], 0.1), LONGEST_SECONDS)
        try:
            sizes = Sizes.of(options["factor"])
            chosen = matching(endpoints(sizes), options["only"])
            tokens, copy = self.prepare(options["factor"])
            counted = self.count(copy, tokens, chosen)
            self.measure(copy, tokens, counted, seconds)
            copy.drop()
        except (ValueError, CannotStart, ChildDied, Failed, measure.Unexpected) as error:
            raise CommandError(str(error)) from error

    def prepare(self, factor: float) -> tuple[dict[str, str], database.BenchDatabase]:
        """Seed, and return the tokens and a copy to measure on."""
        self.stderr.write("Seeding ...")
        return preparing.seeded_copy(factor)

    def count(
        self, copy: database.BenchDatabase, tokens: dict[str, str], chosen: list[Endpoint]
    ) -> list[tuple[Endpoint, measure.Counts]]:
        """Look at every endpoint once, with statements counted; that also finds what is missing.

        :raises CommandError: when endpoints are missing, or answer otherwise than expected, or
            somebody stops it.
        """
        self.stderr.write("Counting ...")
        counted, wrong = [], []
        with Processes() as processes:
            port = server.start(processes, copy, counting=True)
            for endpoint in chosen:
                client = Client(port, tokens[endpoint.role])
                try:
                    counted.append((endpoint, measure.count(client, endpoint)))
                except measure.Unexpected as error:
                    wrong.append(str(error))
                client.close()
        if len(counted) + len(wrong) < len(chosen):
            raise CommandError("Stopped.")
        if wrong:
            raise CommandError("These cannot be measured:\n  " + "\n  ".join(wrong))
        return counted

    def measure(
        self,
        copy: database.BenchDatabase,
        tokens: dict[str, str],
        counted: list[tuple[Endpoint, measure.Counts]],
        seconds: float,
    ) -> None:
        """Take the times and print them."""
        self.stdout.write(report.head())
        measured = []
        with Processes() as processes:
            port = server.start(processes, copy, counting=False)
            for endpoint, counts in counted:
                times = measure.take_times(port, tokens[endpoint.role], endpoint, seconds)
                measured.append((endpoint, counts, times))
                self.stdout.write(report.line(*measured[-1]))
                self.stdout.flush()
        self.stdout.write(report.summary(measured))


def matching(found: Any, pattern: str) -> list[Endpoint]:
    """Return the endpoints that a pattern matches.

    :raises CommandError: when there is none, or the pattern is none.
    """
    try:
        chosen = [one for one in found if re.search(pattern, f"{one.name} {one.role}")]
    except re.error as error:
        raise CommandError(f"--only {pattern}: {error}") from error
    if not chosen:
        raise CommandError(f"--only {pattern} matches no endpoint.")
    return chosen
