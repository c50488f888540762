"""Making the database that is measured on: migrated and seeded once, copied for each run."""

from __future__ import annotations

import json
import sys

from django.conf import settings
from django.db import connection

from bench import database
from standalone.processes import run_to_end


def seeded_copy(factor: float) -> tuple[dict[str, str], database.BenchDatabase]:
    """Seed a database, and return the tokens of its people and a copy to measure on.

    :raises Failed: it cannot be seeded.
    """
    seed, copy = database.seeded(factor), database.measured()
    seed.create()
    manage("migrate", "--verbosity", "0", to=seed)
    printed = manage("seed_load", "--factor", str(factor), "--json", to=seed)
    copy.create(template=seed)
    connection.close()
    tokens: dict[str, str] = json.loads(printed)
    return tokens, copy


def manage(*arguments: str, to: database.BenchDatabase) -> str:
    """Run a command of ours on a bench database and return what it prints.

    :raises Failed: when it fails.
    """
    command = [sys.executable, str(settings.BASE_DIR / "manage.py"), *arguments]
    return run_to_end(command, to.environment)
