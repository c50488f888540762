"""The running service that the tests of this folder talk to."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from drf_spectacular.generators import SchemaGenerator
from pytest_django import DjangoDbBlocker

from identity.models import Project
from tests.contract.cast import Cast, assemble, make_rows
from tests.contract.live import (
    LiveService,
    connected_to,
    create_database,
    drop_database,
    environment,
    serve,
)
from tests.contract.world import World, make_world
from tests.factories.allocations import CourseAccountFactory


@contextmanager
def service_of_its_own(
    request: pytest.FixtureRequest, var: Path, blocker: DjangoDbBlocker
) -> Iterator[LiveService]:
    """Start the production server on a new database, which is called after its folder."""
    worker = getattr(request.config, "workerinput", {}).get("workerid", "main")
    name = f"{connection.settings_dict['TEST']['NAME']}_{var.name}_{worker}"
    log = var / "server.log"
    env = environment(name, var)
    with blocker.unblock():
        create_database(name)
    try:
        with serve(env, log) as base_url:
            yield LiveService(base_url, name, log)
    finally:
        with blocker.unblock():
            drop_database(name)


@pytest.fixture(scope="session")
def start_service(
    request: pytest.FixtureRequest,
    tmp_path_factory: pytest.TempPathFactory,
    django_db_blocker: DjangoDbBlocker,
) -> Iterator[Callable[[str], LiveService]]:
    """Start services by their names; they run until the test process ends."""
    with ExitStack() as running:
        yield lambda name: running.enter_context(
            service_of_its_own(request, tmp_path_factory.mktemp(name), django_db_blocker)
        )


@pytest.fixture(scope="session")
def live_service(start_service: Callable[[str], LiveService]) -> LiveService:
    """A service whose database is empty at first, one for each test process."""
    return start_service("live")


@pytest.fixture(scope="session")
def demo_service(start_service: Callable[[str], LiveService]) -> LiveService:
    """Another one, for the demo catalogue: its rows would stand between those of the cast."""
    return start_service("demo")


@pytest.fixture(scope="session")
def cast(live_service: LiveService, django_db_blocker: DjangoDbBlocker) -> Iterator[Cast]:
    """Everybody, logged in, and an offering that can be ordered."""
    with django_db_blocker.unblock(), connected_to(live_service.database):
        rows = make_rows()
    with closing(assemble(live_service, rows)) as everybody:
        yield everybody


@pytest.fixture(scope="session")
def world(cast: Cast, django_db_blocker: DjangoDbBlocker) -> World:
    """One allocation with everything that belongs to it."""
    made = make_world(cast)
    project = made.objects["/api/projects/"]
    with django_db_blocker.unblock(), connected_to(cast.service.database):
        CourseAccountFactory.create(project=Project.objects.get(uuid=project))  # staff's, no API
    return made


@pytest.fixture(scope="session")
def published_schema() -> dict[str, Any]:
    """The OpenAPI document of the running code, made afresh."""
    schema: dict[str, Any] = SchemaGenerator().get_schema(request=None, public=True)
    return schema
