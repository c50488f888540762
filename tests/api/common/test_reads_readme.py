"""The page about the read machinery is true: its example runs, and does what it says."""

from __future__ import annotations

import doctest
from pathlib import Path

import pytest
from django.conf import settings

README = Path(settings.BASE_DIR) / "common" / "api" / "reads" / "README.md"


@pytest.mark.django_db
def test_the_example_of_the_page_is_true() -> None:
    result = doctest.testfile(str(README), module_relative=False, encoding="utf-8")
    assert result.attempted > 10
    assert result.failed == 0


def test_the_page_names_every_module() -> None:
    modules = {path.name for path in README.parent.glob("*.py")} - {"__init__.py"}
    text = README.read_text()
    assert {name for name in modules if f"| `{name}` |" not in text} == set()
