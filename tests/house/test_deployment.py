"""What stands in the Makefile, the container files and the lock files agrees with the code."""

from __future__ import annotations

import re
import tomllib
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from django.conf import settings

from tests.rooms import PACKAGES

if TYPE_CHECKING:
    from pathlib import Path

ROOT: Path = settings.BASE_DIR
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
MAKEFILE = (ROOT / "Makefile").read_text().replace("$(PY)", "python")
DOCKERFILE = (ROOT / "Dockerfile").read_text()
EXAMPLE = (ROOT / ".env.example").read_text()
EXAMPLE_VALUES = dict(re.findall(r"^([A-Z_]+)=(.*)$", EXAMPLE, re.MULTILINE))
COMPOSE_ONLY = {"POSTGRES_PASSWORD", "REDIS_PASSWORD", "RABBITMQ_PASSWORD"}
LOCKS = sorted((ROOT / "requirements").glob("*.lock"))


def command(service: str) -> str:
    return str(COMPOSE["services"][service]["command"])


def test_the_containers_run_the_commands_of_the_makefile() -> None:
    assert command("web") in MAKEFILE
    assert command("streams") in MAKEFILE
    worker = command("worker").removesuffix(" --exclude-queues hooks")
    assert f"{worker} --beat" in MAKEFILE
    assert command("hooks") == f"{worker} --queues hooks --concurrency 2"
    assert command("migrate") in MAKEFILE


def test_the_image_serves_as_the_web_container_does() -> None:
    words = ", ".join(f'"{word}"' for word in command("web").split())
    assert f"CMD [{words}]" in DOCKERFILE


def test_every_package_but_the_bench_is_in_the_image() -> None:
    assert [name for name in PACKAGES if f"COPY {name} {name}\n" not in DOCKERFILE] == ["bench"]


@pytest.mark.parametrize("service", sorted(COMPOSE["services"]))
def test_every_container_that_stays_has_a_health_check(service: str) -> None:
    definition = COMPOSE["services"][service]
    assert "healthcheck" in definition or definition["restart"] == "no"


def test_the_containers_set_only_variables_that_the_service_reads() -> None:
    known = set(re.findall(r"^([A-Z_]+)=", EXAMPLE, re.MULTILINE))
    assert set(COMPOSE["x-service"]["environment"]) - known == set()


def test_no_secret_is_written_in_the_container_file() -> None:
    text = (ROOT / "docker-compose.yml").read_text()
    values = re.findall(r"(?:SECRET_KEY|ENCRYPTION_KEYS|PASSWORD|REDISCLI_AUTH): (.+)", text)
    assert values
    assert [value for value in values if not re.fullmatch(r"\$\{[A-Z_]+:[-?]\}", value)] == []


def test_every_variable_of_the_example_reaches_the_containers() -> None:
    """But for those that compose decides itself, and those that mean nothing in a container."""
    given: dict[str, str] = COMPOSE["x-service"]["environment"]
    decided = {"DATABASE_URL", "CELERY_BROKER_URL", "CACHE_URL", "BIND_ADDRESS"}
    decided |= {"PORT", "EVENT_STREAM_PORT"}
    without_meaning = {"VAR_DIR", "STATIC_ROOT", "EMBEDDED_POSTGRES_DIR", "CELERY_POLLING_INTERVAL"}
    passed_on = {name for name, value in given.items() if str(value).startswith(f"${{{name}:")}
    assert set(EXAMPLE_VALUES) - passed_on - decided - without_meaning - COMPOSE_ONLY == set()
    assert decided <= set(given)


def test_what_is_passed_on_has_the_default_of_the_example() -> None:
    given: dict[str, str] = COMPOSE["x-service"]["environment"]
    defaults = {
        name: found[1]
        for name, value in given.items()
        if (found := re.fullmatch(rf"\$\{{{name}:-(.*)\}}", str(value)))
    }
    computed = {"HTTPS_ONLY", "BEHIND_PROXY"}  # a proxy stands in front of containers
    computed |= {"SITE_NAME"}  # an empty value counts as unset
    assert {
        name: default for name, default in defaults.items() if default != EXAMPLE_VALUES[name]
    }.keys() <= computed


def test_compose_refuses_to_start_without_a_password_or_a_key() -> None:
    text = (ROOT / "docker-compose.yml").read_text()
    needed = {"POSTGRES_PASSWORD", "REDIS_PASSWORD", "SECRET_KEY", "ENCRYPTION_KEYS"}
    for name in needed | {"ALLOWED_HOSTS"}:
        uses = re.findall(rf"\$\{{{name}\b[^}}]*\}}", text)
        assert set(uses) == {f"${{{name}:?}}"}, name
    named = set(re.findall(r"\$\{([A-Z_]+)", text))
    assert named - set(EXAMPLE_VALUES) == set()


@pytest.mark.parametrize("service", sorted(COMPOSE["services"]))
def test_no_container_has_or_gains_rights_that_it_does_not_need(service: str) -> None:
    definition = COMPOSE["services"][service]
    assert definition["cap_drop"] == ["ALL"]
    assert definition["security_opt"] == ["no-new-privileges:true"]
    assert not {"privileged", "cap_add", "devices", "pid", "network_mode"} & set(definition)


@pytest.mark.parametrize("service", sorted(COMPOSE["services"]))
def test_images_of_others_are_named_by_their_digest(service: str) -> None:
    definition = COMPOSE["services"][service]
    digest = re.compile(r"\S+@sha256:[0-9a-f]{64}")
    assert "build" in definition or digest.fullmatch(definition["image"])
    (base,) = re.findall(r"^ARG BASE=(.*)$", DOCKERFILE, re.MULTILINE)
    assert digest.fullmatch(base)
    assert re.findall(r"^FROM (.*)$", DOCKERFILE, re.MULTILINE) == ["${BASE}"]


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.name)
def test_a_lock_file_pins_everything_with_hashes_and_names_no_source(lock: Path) -> None:
    text = lock.read_text()
    requirements = re.findall(r"^\S.*$", text, re.MULTILINE)
    assert [
        line for line in requirements if not re.match(r"[a-z0-9._-]+==\S+ (;.*)?\\$", line)
    ] == []
    assert len(re.findall(r"==\S+ (?:;.*)?\\\n    --hash=sha256:", text)) == len(requirements)
    assert not re.search(r"://|--index|--find-links|file:", text)


def test_the_development_lock_holds_what_runs_in_production() -> None:
    run, dev = (
        {line for line in lock.read_text().splitlines() if "==" in line}
        for lock in (ROOT / "requirements" / "run.lock", ROOT / "requirements" / "dev.lock")
    )
    assert run - dev == set()


def test_the_version_is_the_newest_of_the_changelog() -> None:
    assert f"\n## {settings.VERSION}\n" in (ROOT / "CHANGELOG.md").read_text()
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert "version" in project["dynamic"]
