from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.agent import acts
from tests.agent.cluster import resident
from tests.agent.events import listening
from tests.agent.service import PROJECT, Service, run_service
from tests.agent.site import AGENT_ENV, Site
from tests.bus.broker import running_node

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pytest_django import DjangoDbBlocker

    from standalone.rabbitmq_node import BrokerNode


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark everything here, and leave it out where the agent is not installed; never in CI."""
    here = Path(__file__).parent
    missing = not (AGENT_ENV / "bin" / "waldur_site_agent").exists() and not os.environ.get("CI")
    for item in items:
        if item.path.is_relative_to(here):
            for mark in (pytest.mark.agent, pytest.mark.e2e, pytest.mark.slow):
                item.add_marker(mark)
            if missing:
                item.add_marker(pytest.mark.skip(reason="`make agent` installs the site agent"))


@pytest.fixture(scope="package")
def service(
    tmp_path_factory: pytest.TempPathFactory, django_db_blocker: DjangoDbBlocker
) -> Iterator[Service]:
    """One service for these tests of a process, and no longer; each test makes its own orders."""
    name = f"agent_{os.environ.get('PYTEST_XDIST_WORKER', 'main')}_{os.getpid()}"
    folder = tmp_path_factory.mktemp("service")
    with django_db_blocker.unblock(), run_service(name, folder) as running:
        yield running


@pytest.fixture(scope="package")
def commands() -> Iterator[Path]:
    """The folder with the commands of the cluster."""
    with resident(AGENT_ENV / "bin" / "python") as folder:
        yield folder


@pytest.fixture(scope="package")
def node(tmp_path_factory: pytest.TempPathFactory) -> Iterator[BrokerNode]:
    """A broker for the tests of a process."""
    with running_node(tmp_path_factory.mktemp("rabbitmq")) as running:
        yield running


@pytest.fixture(scope="package")
def bus_service(
    node: BrokerNode, tmp_path_factory: pytest.TempPathFactory, django_db_blocker: DjangoDbBlocker
) -> Iterator[Service]:
    """A service with a message bus."""
    name = f"bus_{os.environ.get('PYTEST_XDIST_WORKER', 'main')}_{os.getpid()}"
    bus = {"RABBITMQ_URL": node.url, "RABBITMQ_MANAGEMENT_URL": node.management_url}
    folder = tmp_path_factory.mktemp("bus_service")
    with django_db_blocker.unblock(), run_service(name, folder, bus) as running:
        yield running


@pytest.fixture
def bus_site(
    bus_service: Service, node: BrokerNode, tmp_path: Path, commands: Path
) -> Callable[..., Site]:
    """Make a site whose agent, in event mode, serves a new offering like one of the preset."""

    def make(like: str, **how: Any) -> Site:
        made = a_site(bus_service, tmp_path, like, **{"commands": commands, **how})
        made.configure(**listening(node))
        return made

    return make


@pytest.fixture
def bus_guest(bus_service: Service) -> Iterator[str]:
    """Somebody who joins the project for a test, and is out of it afterwards."""
    yield "cleo"
    acts.stay_out(bus_service, "cleo")


@pytest.fixture
def bus_program(bus_service: Service) -> Iterator[Callable[[str], dict[str, Any]]]:
    """Open accounts for programs of the project; they are closed afterwards."""
    pi, opened = bus_service.person("pi"), []
    path = "marketplace-project-service-accounts/"

    def make(name: str) -> dict[str, Any]:
        told = {"project": PROJECT, "email": "r@example.org", "preferred_identifier": name}
        opened.append(pi.post(path, told, expect=201))
        return dict(opened[-1])

    yield make
    for program in opened:
        pi.http.delete(f"/api/{path}{program['uuid']}/")


@pytest.fixture
def site(service: Service, tmp_path: Path, commands: Path) -> Callable[..., Site]:
    """Make a site whose agent serves a new offering like one of the preset."""

    def make(like: str, **how: Any) -> Site:
        return a_site(service, tmp_path, like, **{"commands": commands, **how})

    return make


def a_site(service: Service, folder: Path, like: str, **how: Any) -> Site:
    """Return a site for a new offering, with its cluster's qualities of service."""
    token, offering = service.person("site-agent").token, acts.put_up_offering(service, like)
    made = Site(folder / "site", service.base_url, token, offering, **how)
    if made.backend == "slurm":
        for name in ("limited", "paused"):
            made.run("sacctmgr", "--immediate", "add", "qos", name)
    return made


@pytest.fixture
def guest(service: Service) -> Iterator[str]:
    """Somebody who joins the project for a test, and is out of it afterwards."""
    yield "cleo"
    acts.stay_out(service, "cleo")
