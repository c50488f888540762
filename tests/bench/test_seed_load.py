"""`manage.py seed_load`: the sizes, the second run, and databases that it leaves alone."""

from __future__ import annotations

import json
from io import StringIO
from typing import TYPE_CHECKING

import pytest
from django.core.management import CommandError, call_command
from django.db.models import Count, Model

from accounting.models import ComponentUsage, ComponentUserUsage, PlanPeriodUsage
from allocations.models import OfferingUser
from bench.data import data_set
from bench.data.sizes import COMPONENTS, MONTHS, OFFERINGS, Sizes
from identity.models import Customer, Event, Grant, Project, Token, User
from identity.services import credentials
from marketplace.models import Offering, Order, Plan, Resource, ResourcePlanPeriod, ServiceProvider
from tests.factories.identity import CustomerFactory

if TYPE_CHECKING:
    from datetime import datetime

FACTOR = 0.01
COUNTED: tuple[type[Model], ...] = (
    User,
    Customer,
    Project,
    Grant,
    ServiceProvider,
    Offering,
    Plan,
    Resource,
    Order,
    ResourcePlanPeriod,
    OfferingUser,
    ComponentUsage,
    ComponentUserUsage,
    PlanPeriodUsage,
)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _no_vacuum(monkeypatch: pytest.MonkeyPatch) -> None:
    """A test runs in a transaction, in which tables cannot be vacuumed."""
    monkeypatch.setattr(data_set, "analyze", lambda: None)


def seeded(*arguments: str) -> dict[str, str]:
    out = StringIO()
    call_command("seed_load", "--factor", str(FACTOR), "--json", *arguments, stdout=out)
    tokens: dict[str, str] = json.loads(out.getvalue())
    return tokens


def counts() -> dict[str, int]:
    return {model.__name__: model._default_manager.count() for model in COUNTED}


def test_at_one_it_is_the_data_set_that_waldur_was_measured_with() -> None:
    sizes = Sizes.of(1)
    assert (sizes.projects, sizes.customers, sizes.large_projects) == (2000, 96, 100)
    assert (sizes.resources, sizes.large_resources, sizes.usages) == (5000, 275, 60_000)
    of_large = [n for n in range(sizes.resources) if sizes.project_of_resource(n) < 100]
    assert len(of_large) == 275
    assert sizes.customer_of_project(99) == 0
    assert sizes.customer_of_project(100) == 1
    assert sizes.customer_of_project(1999) == 95


@pytest.mark.parametrize("factor", [0.0, -1.0, float("nan"), float("inf")])
def test_a_factor_must_be_positive(factor: float) -> None:
    with pytest.raises(CommandError, match="must be positive"):
        call_command("seed_load", "--factor", str(factor))


def test_every_noun_has_its_number_of_rows() -> None:
    seeded()
    sizes = Sizes.of(FACTOR)
    found = counts()
    assert found["Project"] == sizes.projects
    assert found["Customer"] == sizes.customers + 2
    assert found["Offering"] == OFFERINGS
    assert found["Resource"] == found["Order"] == found["ComponentUserUsage"] == sizes.resources
    assert found["ComponentUsage"] == sizes.usages == sizes.resources * len(COMPONENTS) * MONTHS
    assert Event.objects.exclude(kind__startswith="token.").count() == 2 * sizes.resources
    per_resource = Resource.objects.annotate(
        orders_n=Count("orders", distinct=True), usages_n=Count("component_usages", distinct=True)
    ).values_list("state", "orders_n", "usages_n")
    assert set(per_resource) == {("OK", 1, len(COMPONENTS) * MONTHS)}


def test_what_projects_have_written_down_is_true() -> None:
    seeded()
    for project in Project.objects.annotate(held=Count("resources")):
        assert project.resources_count == project.held
        assert sum(project.marketplace_resource_count.values()) == project.held


def test_some_values_are_missing_as_they_are_in_life() -> None:
    seeded()
    assert Resource.objects.filter(plan=None).exists()
    assert Resource.objects.filter(end_date=None).exists()
    assert Resource.objects.exclude(end_date=None).exists()
    assert Order.objects.filter(provider_reviewed_by=None).exists()
    without_period = Resource.objects.exclude(plan_periods__end=None)
    assert not without_period.exclude(plan=None).exists()


def test_a_second_run_doubles_nothing_and_replaces_the_tokens(now: datetime) -> None:
    first, before = seeded(), counts()
    second = seeded()
    assert counts() == before
    assert set(first) == set(second)
    assert not set(first.values()) & set(second.values())
    assert Token.objects.count() == len(second)
    with pytest.raises(credentials.UnknownToken):
        credentials.find(first["staff"], now=now)
    assert credentials.find(second["staff"], now=now).user.is_staff


def test_each_role_sees_what_the_role_is_for(now: datetime) -> None:
    users = {role: credentials.find(token, now=now).user for role, token in seeded().items()}
    sizes = Sizes.of(FACTOR)
    assert Project.objects.visible_to(users["staff"]).count() == sizes.projects
    assert Project.objects.visible_to(users["owner"]).count() == sizes.large_projects
    assert Project.objects.visible_to(users["owner-4"]).count() == sizes.other_projects
    assert Offering.objects.provided_by(users["provider"]).count() == OFFERINGS / 2
    assert not Offering.objects.provided_by(users["owner"]).exists()
    assert Resource.objects.consumed_by(users["member"]).exists()


def test_a_database_in_use_is_left_alone_unless_forced() -> None:
    CustomerFactory()
    with pytest.raises(CommandError, match="holds 1 organisations"):
        seeded()
    assert not Project.objects.exists()
    seeded("--force")
    assert Project.objects.exists()


def test_another_factor_is_refused() -> None:
    seeded()
    before = counts()
    with pytest.raises(CommandError, match="Give that factor"):
        call_command("seed_load", "--factor", "0.05")
    assert counts() == before


def test_nothing_waits_to_be_dispatched_that_happened_long_ago() -> None:
    seeded()
    waiting = Event.objects.filter(dispatched_at=None).values_list("kind", flat=True)
    assert set(waiting) == {"token.issued"}
