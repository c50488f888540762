"""The cast that the tests play with, the clock, and clients that act as somebody.

Two organisations and an outsider's: `allocator` (with `project`) orders, `provider` delivers,
`elsewhere` has nothing to do with either. alice owns the allocator, pi manages and bob is a member
of its project, carol owns the provider, dave is staff, sam is support, mallory owns `elsewhere`.
"""

from __future__ import annotations

import gc
import os
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.contrib import admin
from django.core.cache import cache
from django.utils import timezone
from hypothesis import HealthCheck, settings
from rest_framework.test import APIClient

from identity.roles import RoleName
from identity.services import credentials
from tests import client_models
from tests.cases import case
from tests.factories.identity import (
    CustomerFactory,
    GrantFactory,
    ProjectFactory,
    UserFactory,
    all_roles,
)
from tests.factories.marketplace import HpcOfferingFactory
from tests.scheduling import Together, together
from tests.stack import with_room

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator
    from datetime import datetime

    from xdist.scheduler import LoadScopeScheduling

    from identity.models import Customer, Project, User
    from marketplace.models import Offering

__all__ = ["case"]
client_models.install()  # before a test imports one
# How long an example takes says how busy the machine is, and nothing about what is tested.
settings.register_profile(
    "any machine", deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("any machine")
gc.disable()  # until all modules are imported: looking for garbage took a third of the time


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Refuse a test that would begin first and empty the database for those that come after."""
    early = (item.nodeid for item in items if together(item.nodeid) != item.nodeid)
    on_database = {item.nodeid for item in items if item.get_closest_marker("django_db")}
    if wrong := on_database.intersection(early):
        message = f"tests.scheduling sends these first, which use the test database: {wrong}"
        raise pytest.UsageError(message)


def pytest_collection_finish() -> None:
    """Keep what was imported out of each later search for garbage: it stays to the end."""
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)  # as the service does
    gc.enable()


@pytest.hookimpl(wrapper=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> Generator[None, object, object]:
    """Let a test's calls stand on one large piece of stack."""
    test = pyfuncitem.obj
    pyfuncitem.obj = with_room(test)
    try:
        return (yield)
    finally:
        pyfuncitem.obj = test


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """Have two processes more than processors, for tests with servers: those wait, mostly."""
    return (os.cpu_count() or 1) + 2


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> LoadScopeScheduling:
    """Keep tests that share servers in one process, and let them begin first."""
    gc.enable()  # the process that hands out the tests collects none itself
    return Together(config, log)


@pytest.fixture(autouse=True)
def _empty_cache() -> Iterator[None]:
    """No test sees what another one cached."""
    yield
    cache.clear()


@pytest.fixture(autouse=True)
def _roles_survive_a_flush(request: pytest.FixtureRequest) -> None:
    """Tests with real transactions empty every table afterwards, the roles of the migration too."""
    marker = request.node.get_closest_marker("django_db")
    if (marker and marker.kwargs.get("transaction")) or "live_server" in request.fixturenames:
        request.getfixturevalue("transactional_db")
        all_roles()


@pytest.fixture
def now() -> datetime:
    """The moment of the test, to the second: what services are called with.

    It is the real one, since the database's own clock decides which grants are in force.
    """
    return timezone.now().replace(microsecond=0)


@pytest.fixture
def allocator(db: None) -> Customer:
    return CustomerFactory(name="LUMI Sweden", abbreviation="SWE", is_allocator=True)


@pytest.fixture
def project(allocator: Customer) -> Project:
    return ProjectFactory(customer=allocator, name="Climate model")


@pytest.fixture
def provider(db: None) -> Customer:
    return CustomerFactory(name="CSC", abbreviation="CSC")


@pytest.fixture
def elsewhere(db: None) -> Customer:
    return CustomerFactory(name="Elsewhere", abbreviation="ELS")


def holder(username: str, role: RoleName, scope: Customer | Project) -> User:
    """Return a new person who holds a role."""
    user: User = UserFactory(username=username)
    GrantFactory(user=user, role=role, scope=scope)
    return user


@pytest.fixture
def alice(allocator: Customer) -> User:
    return holder("alice", RoleName.CUSTOMER_OWNER, allocator)


@pytest.fixture
def pi(project: Project) -> User:
    return holder("pi", RoleName.PROJECT_MANAGER, project)


@pytest.fixture
def bob(project: Project) -> User:
    return holder("bob", RoleName.PROJECT_MEMBER, project)


@pytest.fixture
def carol(provider: Customer) -> User:
    return holder("carol", RoleName.CUSTOMER_OWNER, provider)


@pytest.fixture
def dave(db: None) -> User:
    return UserFactory(username="dave", is_staff=True)


@pytest.fixture
def sam(db: None) -> User:
    return UserFactory(username="sam", is_support=True)


@pytest.fixture
def mallory(elsewhere: Customer) -> User:
    return holder("mallory", RoleName.CUSTOMER_OWNER, elsewhere)


@pytest.fixture
def as_user(now: datetime, monkeypatch: pytest.MonkeyPatch) -> Callable[[User], APIClient]:
    """Return a maker of clients; each comes with a token of its own, as after a login.

    However long a test takes, its requests write no last use of a token: statements are counted.
    """
    monkeypatch.setattr(credentials, "TOUCHED_EVERY", timedelta(days=1))

    def client(user: User) -> APIClient:
        _, plaintext = credentials.issue(user=user, name="test", now=now)
        return APIClient(HTTP_AUTHORIZATION=f"Token {plaintext}")

    return client


@pytest.fixture
def without_sidebar(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave out of the admin's pages what is the same on each, and a third of what it renders."""
    monkeypatch.setattr(admin.site, "enable_nav_sidebar", False)


@pytest.fixture
def anonymous() -> APIClient:
    return APIClient()


@pytest.fixture
def offering(provider: Customer) -> Offering:
    """What `provider` offers: components of each kind, under one plan."""
    return HpcOfferingFactory(customer=provider, name="LUMI-C", slug="lumi-c-1")
