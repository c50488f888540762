"""A class is found by its name alone: in the apps, no two have the same."""

from __future__ import annotations

import ast
from collections import Counter
from pathlib import Path

from django.conf import settings

from tests.rooms import APPS

ALIKE = {"Claim"}
"""What each queue of work calls its own, by design."""


def test_no_two_classes_of_the_apps_have_one_name() -> None:
    """Errors too: `TooManyAccounts` says of what, wherever it is caught."""
    found = Counter(
        node.name
        for app in APPS
        for module in Path(settings.BASE_DIR, app).rglob("*.py")
        if "migrations" not in module.parts
        for node in ast.parse(module.read_text()).body
        if isinstance(node, ast.ClassDef)
    )
    assert {name for name, times in found.items() if times > 1} <= ALIKE
