"""A class is found by its name alone: no two have the same."""

from __future__ import annotations

import ast
from collections import Counter
from pathlib import Path

from django.conf import settings

from tests.rooms import PACKAGES

ALIKE = {
    "Claim",  # each queue of work has its own
    "Command",  # so Django wants it
    "NotAllowed",  # of a rule, and of a webhook's address, whose attempts say it
    "Plan",  # an offering's, and that of a read
    "Principal",  # who acts, and what the read machinery needs to know of them
}


def test_no_two_classes_have_one_name() -> None:
    """Errors too: `TooManyAccounts` says of what, wherever it is caught."""
    found = Counter(
        node.name
        for package in PACKAGES
        for module in Path(settings.BASE_DIR, package).rglob("*.py")
        if "migrations" not in module.parts
        for node in ast.parse(module.read_text()).body
        if isinstance(node, ast.ClassDef)
    )
    assert {name for name, times in found.items() if times > 1} <= ALIKE
