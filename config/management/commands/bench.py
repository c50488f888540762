"""Seeds a database of its own, serves it as in production, and measures every list."""

import json
import re
import sys
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import connection

from config.embedded_postgres import CannotStart
from config.load.bench import database, measure, report, server
from config.load.bench.client import Client
from config.load.bench.endpoints import Endpoint, endpoints
from config.load.sizes import Sizes
from config.processes import ChildDied, Failed, Processes, run_to_end

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
        return seeded_copy(factor)

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


def seeded_copy(factor: float) -> tuple[dict[str, str], database.BenchDatabase]:
    """Seed a database, and return the tokens of its people and a copy to measure on.

    :raises Failed: it cannot be seeded.
    """
    seed, copy = database.seeded(factor), database.measured()
    seed.create()
    manage("migrate", "--verbosity", "0", to=seed)
    told = manage("seed_load", "--factor", str(factor), "--json", to=seed)
    copy.create(template=seed)
    connection.close()
    tokens: dict[str, str] = json.loads(told)
    return tokens, copy


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


def manage(*arguments: str, to: database.BenchDatabase) -> str:
    """Run a command of ours on a bench database and return what it prints.

    :raises Failed: when it fails.
    """
    command = [sys.executable, str(settings.BASE_DIR / "manage.py"), *arguments]
    return run_to_end(command, to.environment)
