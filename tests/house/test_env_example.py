"""`.env.example` lists every variable that the code reads, with the default it has there."""

from __future__ import annotations

import ast
import re
import shlex
import subprocess
from typing import TYPE_CHECKING

from django.conf import settings

from tests.rooms import PACKAGES

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

ROOT: Path = settings.BASE_DIR
READERS = {"env_str", "env_bool", "env_int", "env_float", "env_list", "env_secret"}
CODE = tuple(package for package in PACKAGES if package != "bench")  # it sets its own alone
COMPOSE_ONLY = {"POSTGRES_PASSWORD", "REDIS_PASSWORD", "RABBITMQ_PASSWORD"}
COMPUTED = ""  # a default that depends on other values is left empty in the example


def read_variables() -> Iterator[tuple[str, str, str]]:
    for app in CODE:
        for file in sorted((ROOT / app).rglob("*.py")):
            for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
                if (
                    isinstance(node, ast.Call)
                    and isinstance(node.func, ast.Name)
                    and node.func.id in READERS
                    and file.name != "env.py"
                ):
                    where = f"{file.relative_to(ROOT)}:{node.lineno}"
                    yield where, *name_and_default(node, where)


def name_and_default(call: ast.Call, where: str) -> tuple[str, str]:
    name = call.args[0]
    assert isinstance(name, ast.Constant), f"{where}: the name of a variable must be written out"
    defaults = call.args[1:] + [word.value for word in call.keywords if word.arg == "default"]
    if not defaults:
        return str(name.value), COMPUTED
    default = defaults[0]
    if not isinstance(default, ast.Constant):
        return str(name.value), COMPUTED
    value = default.value
    return str(name.value), str(value).lower() if isinstance(value, bool) else str(value)


def listed(beginning: str) -> list[tuple[str, str]]:
    lines = (ROOT / ".env.example").read_text(encoding="utf-8").splitlines()
    found = [line.removeprefix("# ") for line in lines if re.match(beginning, line)]
    return [line.partition("=")[::2] for line in found]


def of_several() -> dict[str, str]:
    """Variables that each of several has: no shell could set `OIDC_<NAME>_ISSUER`."""
    pairs = listed(r"# [A-Z_]+<NAME>[A-Z_]*=")
    assert len(pairs) == len(dict(pairs)), "a variable is listed twice"
    return {name: value.strip('"') for name, value in pairs}


def example() -> dict[str, str]:
    pairs = listed(r"[A-Z]")
    names = [name for name, _ in pairs]
    assert len(names) == len(set(names)), "a variable is listed twice"
    return {name: value.strip('"') for name, value in pairs}


def test_a_shell_reads_the_example_as_compose_does() -> None:
    file = shlex.quote(str(ROOT / ".env.example"))
    said = subprocess.check_output(["/bin/sh", "-euc", f"set -a; . {file}; exec env -0"], env={})
    read = dict(row.split("=", 1) for row in said.decode().split("\0") if row)
    assert {name: read[name] for name in example()} == example()


def test_the_example_lists_every_variable_with_its_default_and_no_other() -> None:
    read = {name: default for _, name, default in read_variables()}
    named = example()
    assert {name: named.pop(name) for name in COMPOSE_ONLY} == dict.fromkeys(COMPOSE_ONLY, "")
    assert named | of_several() == read


def test_a_variable_read_in_two_places_has_one_default() -> None:
    defaults: dict[str, set[str]] = {}
    for _, name, default in read_variables():
        defaults.setdefault(name, set()).add(default)
    assert {name: found for name, found in defaults.items() if len(found) > 1} == {}


def test_the_environment_is_read_through_one_module_alone() -> None:
    # The supervisor hands its whole environment on, and the tests' settings mark their run in it.
    allowed = {
        "common/env.py",
        "standalone/processes.py",
        "config/settings_test.py",
        "config/wsgi.py",
    }
    allowed |= {
        "config/gunicorn.py",
        "standalone/rabbitmq_node.py",
        "standalone/identity_provider.py",
        "config/streams/wsgi.py",
    }
    allowed |= {"config/celery.py", "standalone/embedded_postgres/cluster.py"}
    allowed |= {"config/backups/programs.py"}
    offenders = [
        str(file.relative_to(ROOT))
        for app in CODE
        for file in (ROOT / app).rglob("*.py")
        if re.search(r"\bos\.(environ|getenv)\b", file.read_text(encoding="utf-8"))
        and str(file.relative_to(ROOT)) not in allowed
    ]
    assert offenders == []
