"""Migrations stand alone: what they have done does not change with today's code."""

from __future__ import annotations

import ast
from enum import StrEnum
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import models
from django.db.migrations.writer import MigrationWriter

from tests.rooms import PACKAGES

MIGRATIONS = sorted(Path(settings.BASE_DIR).glob("*/migrations/[0-9]*.py"))


def imported(file: Path) -> set[str]:
    """Return the packages at the top level that a file imports."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Import):
            found |= {name.name.split(".")[0] for name in node.names}
        elif isinstance(node, ast.ImportFrom):
            found.add(str(node.module).split(".")[0])
    return found


def test_no_migration_imports_anything_of_ours() -> None:
    """Values, functions and SQL are copied into it; our columns are Django's there."""
    ours = {*PACKAGES, "tests"}
    assert [str(file) for file in MIGRATIONS if imported(file) & ours] == []
    assert len(MIGRATIONS) > 40


class Colour(StrEnum):
    RED = "red"


@pytest.mark.django_db
def test_a_new_migration_has_the_values_of_enums() -> None:
    call_command("makemigrations", "--check", "--dry-run", verbosity=0)
    written, imports = MigrationWriter.serialize(models.TextField(default=Colour.RED))
    assert written == "models.TextField(default='red')"
    assert imports == {"from django.db import models"}
