"""Keys that people choose are never steps of a path into JSON: digits would count entries."""

from __future__ import annotations

import ast

from tests.house.test_structure import ROOT
from tests.rooms import PACKAGES

READER = "common/json_column.py"
"""How a JSON column is read, whatever path leads into it."""

STEPS = {"KeyTransform", "KeyTextTransform", "KT"}


def test_no_path_into_json_is_built_of_keys() -> None:
    strangers = [
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for app in PACKAGES
        for path in sorted((ROOT / app).rglob("*.py"))
        if path != ROOT / READER
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.ImportFrom) and STEPS & {one.name for one in node.names}
    ]
    assert strangers == []
