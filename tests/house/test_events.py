"""Every kind of event that the code can record is heard by somebody, or declared unheard."""

from __future__ import annotations

import ast
import re
from functools import cache
from itertools import product
from pathlib import Path

import pytest
from django.conf import settings

from allocations.lifecycle import AccountState, ApiKeyAction, ProvisionState
from config.event_kinds import CATALOGUE
from config.presets.loader.sections import SECTIONS
from marketplace.lifecycle import RESOURCE, OfferingState, OrderState
from tests.rooms import PACKAGES

ROOT = Path(settings.BASE_DIR)
KIND = re.compile(r"[a-z_]+\.[a-z_-]+")

STATES = {
    "f'order.{order.state}'": [f"order.{state}" for state in OrderState],
    "f'api_key.{action}_requested'": [f"api_key.{action}_requested" for action in ApiKeyAction],
    "f'resource.{action}'": [f"resource.{action}" for action in RESOURCE._actions],
    "f'offering.{target.lower()}'": [f"offering.{state.lower()}" for state in OfferingState],
    "f'provision.{to}'": [f"provision.{state}" for state in ProvisionState],
    "f'{section.noun}.loaded'": [f"{section.noun}.loaded" for section in SECTIONS.values()],
}
"""What a kind that is put together can be, by its text in the code."""

ACCOUNTS = [state.lower().replace(" ", "_") for state in AccountState]


@cache
def modules() -> dict[str, ast.Module]:
    return {
        str(path.relative_to(ROOT)): ast.parse(path.read_text())
        for app in PACKAGES
        for path in (ROOT / app).rglob("*.py")
        if "services" in path.parts or "events.record(" in path.read_text()
    }


def constants(node: ast.AST) -> list[str]:
    """Return the texts that an expression may be: a constant, or either branch of a condition."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return [node.value]
    if isinstance(node, ast.IfExp):
        return constants(node.body) + constants(node.orelse)
    return []


class Recorder:
    """Follows a kind from the call of `events.record` to the texts that it can be."""

    def __init__(self, module: ast.Module) -> None:
        self.functions = [n for n in ast.walk(module) if isinstance(n, ast.FunctionDef)]
        self.calls = [n for n in ast.walk(module) if isinstance(n, ast.Call)]
        self.found: set[str] = set()
        self.unclear: set[str] = set()

    def all(self) -> None:
        for function in self.functions:
            for call in (n for n in ast.walk(function) if isinstance(n, ast.Call)):
                if called(call) in {"record", "of_resource", "of_order"} and call.args:
                    self.follow(call.args[0], function)

    def follow(self, kind: ast.AST, function: ast.FunctionDef) -> None:
        if isinstance(kind, ast.JoinedStr):
            self.found.update(self.put_together(kind, function))
        elif constants(kind):
            self.found.update(constants(kind))
        elif isinstance(kind, ast.Name):
            self.found.update(self.values(kind.id, function))
        else:
            self.unclear.add(ast.unparse(kind))

    def values(self, name: str, function: ast.FunctionDef) -> set[str]:
        """Return what a name may stand for: what it is assigned, or what callers pass for it."""
        found = self.assigned(name, function)
        names = [arg.arg for arg in (*function.args.args, *function.args.kwonlyargs)]
        for caller in self.functions if name in names else ():
            for call in (n for n in ast.walk(caller) if isinstance(n, ast.Call)):
                if called(call) == function.name:
                    found |= self.passed(call, name, names.index(name), caller)
        if not found:
            self.unclear.add(f"{function.name}: {name}")
        return found

    def assigned(self, name: str, function: ast.FunctionDef) -> set[str]:
        found: set[str] = set()
        for node in ast.walk(function):
            if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == name:
                if isinstance(node.value, ast.JoinedStr):
                    found |= self.put_together(node.value, function)
                found |= set(constants(node.value))
        return found

    def passed(self, call: ast.Call, name: str, place: int, caller: ast.FunctionDef) -> set[str]:
        given = next((k.value for k in call.keywords if k.arg == name), None)
        if given is None and place < len(call.args):
            given = call.args[place]
        if given is None:
            return set()
        if isinstance(given, ast.Name):
            return self.values(given.id, caller)
        if isinstance(given, ast.JoinedStr):
            return self.put_together(given, caller)
        if not constants(given):
            self.unclear.add(ast.unparse(given))
        return set(constants(given))

    def put_together(self, kind: ast.JoinedStr, function: ast.FunctionDef) -> set[str]:
        text = ast.unparse(kind)
        if text in STATES:
            return set(STATES[text])
        if "to.lower().replace" in text:
            return {f"account.{end}" for end in ACCOUNTS}
        parts: list[list[str]] = []
        for part in kind.values:
            if isinstance(part, ast.Constant):
                parts.append([str(part.value)])
            elif isinstance(part, ast.FormattedValue) and isinstance(part.value, ast.Name):
                parts.append(sorted(self.values(part.value.id, function)))
            else:
                self.unclear.add(text)
                return set()
        return {"".join(chosen) for chosen in product(*parts)}


def called(call: ast.Call) -> str:
    function = call.func
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")


@cache
def recorded() -> dict[str, set[str]]:
    """Return the kinds that each module can record."""
    kinds: dict[str, set[str]] = {}
    for name, module in modules().items():
        recorder = Recorder(module)
        recorder.all()
        if recorder.found or recorder.unclear:
            kinds[name] = {kind for kind in recorder.found if KIND.fullmatch(kind)}
            assert not (recorder.unclear - PASSED_ON), f"{name}: {recorder.unclear}"
    return kinds


PASSED_ON = {"of_resource: kind", "of_order: kind"}
"""The two functions that pass a kind on from other modules; those are looked at themselves."""


def test_the_search_finds_kinds_of_every_sort():
    found = set().union(*recorded().values())
    assert {
        "grant.given",  # a constant passed through a function of the module
        "grant.expired",  # one of two
        "order.executing",  # a state
        "resource.created",  # an action of the table
        "resource.backend_id_set",  # put together from what callers pass
        "account.requested_deletion",
        "usage.recorded",
    } <= found


@pytest.mark.parametrize("module", sorted(recorded()))
def test_every_kind_is_declared(module):
    assert sorted(recorded()[module] - set(CATALOGUE.by_name)) == []


def test_nothing_is_declared_that_is_never_recorded():
    found = set().union(*recorded().values())
    assert sorted(set(CATALOGUE.by_name) - found) == []
