"""A data set to measure with: 2,000 projects, 5,000 allocations, 60,000 monthly usages."""

import json
from argparse import ArgumentParser
from time import perf_counter
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from bench.data import data_set, tokens


class Command(BaseCommand):
    """Stores the data set where it is missing, and prints tokens to use it with."""

    help = __doc__ or ""

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the size and what to do about a database in use."""
        parser.add_argument("--factor", type=float, default=1.0, help="as a multiple of that size")
        parser.add_argument(
            "--force", action="store_true", help="also into a database that holds other data"
        )
        parser.add_argument("--json", action="store_true", help="print the tokens as JSON alone")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Seed, and issue the tokens.

        :raises CommandError: for a bad factor, or a database that holds other data.
        """
        if not options["force"] and (others := data_set.strangers()):
            held = " and ".join(f"{count} {noun}" for noun, count in others.items())
            raise CommandError(
                f"This database holds {held} that are not of this data set. Give another database "
                "(DATABASE_URL), or --force to add the load to this one."
            )
        started, now = perf_counter(), timezone.now()
        try:
            people = data_set.seed(options["factor"], now=now)
        except ValueError as error:
            raise CommandError(str(error)) from error
        data_set.analyze()
        issued = tokens.issue(people, now)
        if options["json"]:
            self.stdout.write(json.dumps(issued))
            return
        self.stdout.write(f"Seeded in {perf_counter() - started:.1f} s. Tokens:")
        for role, token in issued.items():
            self.stdout.write(f"{role:<10} {token}")
