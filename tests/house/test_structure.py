"""The architecture as tests: sizes, names, and that every route says who may call it."""

from __future__ import annotations

import ast
from pathlib import Path

from django.conf import settings

from config.documents.routes import Route, all_routes
from tests.rooms import PACKAGES

ROOT = Path(settings.BASE_DIR)
MODULES = sorted(
    path.relative_to(ROOT)
    for app in PACKAGES
    for path in (ROOT / app).rglob("*.py")
    if "migrations" not in path.parts
)
TESTS = sorted(path.relative_to(ROOT) for path in (ROOT / "tests").rglob("*.py"))
FORBIDDEN_NAMES = {"utils", "helpers", "handlers", "misc", "common_utils", "manager2"}


def test_a_module_has_at_most_400_lines() -> None:
    """A test module too; migrations are as long as what they do."""
    modules = [*MODULES, *TESTS]
    lengths = {str(module): len((ROOT / module).read_text().splitlines()) for module in modules}
    assert MODULES
    assert TESTS
    assert {module: lines for module, lines in lengths.items() if lines > 400} == {}


def test_nothing_is_called_utils() -> None:
    assert [str(m) for m in MODULES if {m.stem, *m.parts[:-1]} & FORBIDDEN_NAMES] == []


def test_an_action_is_at_most_fourteen_lines_below_its_docstring() -> None:
    """A longer body does the work of a service; the docstring is published, and may be longer."""
    long = []
    for module in MODULES:
        tree = ast.parse((ROOT / module).read_text())
        if module.name != "views.py" and not declares_viewset(tree):
            continue
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef):
                code = node.body[1:] if ast.get_docstring(node) else node.body
                lines = (node.end_lineno or 0) - code[0].lineno + 1
                if lines > 14:
                    long.append(f"{module}:{node.name} has {lines} lines")
    assert long == []


def declares_viewset(tree: ast.Module) -> bool:
    return any(isinstance(n, ast.ClassDef) and n.name.endswith("ViewSet") for n in tree.body)


def test_what_takes_a_request_says_of_which_type() -> None:
    """Else nothing that an action does with it, or with who calls, is checked."""
    untyped = [
        f"{module}:{argument.lineno}"
        for module in MODULES
        if "api" in module.parts
        for argument in ast.walk(ast.parse((ROOT / module).read_text()))
        if isinstance(argument, ast.arg)
        and argument.arg == "request"
        and (argument.annotation is None or ast.unparse(argument.annotation) == "Any")
    ]
    assert untyped == []


def test_every_action_declares_who_may_call_it() -> None:
    routes = all_routes()
    assert routes
    assert [str(route) for route in routes if not declares_access(route)] == []


def declares_access(route: Route) -> bool:
    shared = {"partial_update": "update", "update": "partial_update"}
    names = {route.action, shared.get(route.action, route.action)}
    return bool(names & set(route.viewset.access))


def test_no_viewset_declares_access_to_an_action_that_it_has_not() -> None:
    viewsets = {route.viewset for route in all_routes()}
    stale = [
        f"{viewset.__name__}.{action}"
        for viewset in viewsets
        for action in viewset.access
        if not hasattr(viewset, action)
    ]
    assert stale == []


def test_no_model_signal_is_connected() -> None:
    """ADR 0004; the linter bans the import, this the receiver by any other name."""
    for module in MODULES:
        text = (ROOT / module).read_text()
        assert ".connect(" not in text or "connection" in text, module
        assert "@receiver" not in text, module
