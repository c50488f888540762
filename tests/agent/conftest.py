from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.agent import acts
from tests.agent.service import Service, run_service
from tests.agent.site import AGENT_ENV, Site

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pytest_django import DjangoDbBlocker


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


@pytest.fixture(scope="session")
def service(
    tmp_path_factory: pytest.TempPathFactory, django_db_blocker: DjangoDbBlocker
) -> Iterator[Service]:
    """One service for the tests of a process; each test makes its own orders."""
    name = f"agent_{os.environ.get('PYTEST_XDIST_WORKER', 'main')}_{os.getpid()}"
    folder = tmp_path_factory.mktemp("service")
    with django_db_blocker.unblock(), run_service(name, folder) as running:
        yield running


@pytest.fixture
def site(service: Service, tmp_path: Path) -> Callable[..., Site]:
    """Make a site whose agent serves a new offering like one of the preset."""

    def make(like: str, **how: object) -> Site:
        token, offering = service.person("site-agent").token, acts.put_up_offering(service, like)
        made = Site(tmp_path / "site", service.base_url, token, offering, **how)  # type: ignore[arg-type]
        if made.backend == "slurm":
            for name in ("limited", "paused"):
                made.run("sacctmgr", "--immediate", "add", "qos", name)
        return made

    return make


@pytest.fixture
def guest(service: Service) -> Iterator[str]:
    """Somebody who joins the project for a test, and is out of it afterwards."""
    yield "cleo"
    acts.stay_out(service, "cleo")
