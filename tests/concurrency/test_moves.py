"""Projects that are moved while other things happen to them."""

from __future__ import annotations

import time
from functools import partial
from itertools import pairwise
from threading import Event as Signal
from typing import TYPE_CHECKING, Any

import pytest
from django.db import connection, transaction

from identity.models import Customer, Event, Grant, Project, User
from identity.roles import RoleName
from identity.services import members, moves, organisations
from marketplace.models import Order
from marketplace.services import availability, placing
from tests.concurrency.racing import RACERS, lost, race, race_each
from tests.factories.identity import CustomerFactory, GrantFactory, RoleFactory, UserFactory
from tests.factories.marketplace import HpcOfferingFactory

if TYPE_CHECKING:
    from datetime import datetime

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_project_goes_to_one_organization_after_the_other(
    project: Project, dave: User, now: datetime
) -> None:
    """Half of them ask for the same one: that is where it goes once."""
    there = [CustomerFactory() for _ in range(RACERS // 2)]

    got = race_each(
        lambda n: moves.move(
            Project.objects.get(pk=project.pk),
            customer=there[n % len(there)],
            preserve_permissions=n > 2,
            actor=dave,
            now=now,
        )
    )

    assert all(isinstance(one, Project | moves.SameOrganisation) for one in got), got
    went = Event.objects.filter(kind="project.moved").order_by("pk")
    assert went.count() == RACERS - lost(got, moves.SameOrganisation)
    last = went.latest("pk").payload["to_customer"]
    assert Project.objects.get().customer.uuid.hex == last
    stops = [(event.payload["from_customer"], event.payload["to_customer"]) for event in went]
    assert all(before[1] == after[0] for before, after in pairwise(stops))


def test_nothing_is_lost_that_happens_to_a_project_while_it_moves(
    project: Project,
    elsewhere: Customer,
    provider: Customer,
    alice: User,
    dave: User,
    now: datetime,
) -> None:
    """A role is taken, others are given, something is ordered, and where it goes is removed."""
    offering = HpcOfferingFactory(customer=provider)
    member = RoleFactory(name=RoleName.PROJECT_MEMBER.value)
    leaving, coming = UserFactory(), UserFactory()
    GrantFactory(user=leaving, scope=project, role=RoleName.PROJECT_MEMBER)
    role: dict[str, Any] = {"scope": project, "role": member, "actor": alice, "now": now}
    wanted = placing.OrderRequest(
        offering=offering, project=project, plan=offering.plans.first(), accepting_terms=True
    )

    moved, revoked, given, placed, removed = race(
        partial(
            moves.move,
            project,
            customer=elsewhere,
            preserve_permissions=True,
            actor=dave,
            now=now,
        ),
        partial(members.revoke, user=leaving, **role),
        partial(members.grant, user=coming, **role),
        partial(placing.place, wanted, actor=alice, now=now),
        partial(organisations.remove, elsewhere, actor=dave, now=now),
    )

    found = Project.objects.get()
    went = isinstance(moved, Project)
    assert revoked is None
    assert not Grant.objects.filter(user=leaving, is_active=True).exists()
    assert isinstance(given, Grant | members.ScopeGone)
    assert went or isinstance(moved, moves.MoveHindered | organisations.CustomerGone)
    assert isinstance(placed, Order | availability.NotOnOffer) or "Order" in repr(placed)
    assert (removed is None) is not went or isinstance(removed, organisations.HasProjects)
    assert found.customer == (elsewhere if went else project.customer)
    held = Grant.objects.filter(project=found, is_active=True)
    assert set(held.values_list("customer", flat=True)) <= {found.customer_id}


def test_where_a_project_goes_that_somebody_moved_just_before_is_locked_where_it_is_now(
    project: Project, elsewhere: Customer, dave: User, now: datetime
) -> None:
    """The second move waits for the first, and then holds the organization that has it by then."""
    third = CustomerFactory()
    is_moved, may_end = Signal(), Signal()

    def first() -> None:
        with transaction.atomic():
            moves.move(project, customer=elsewhere, preserve_permissions=True, actor=dave, now=now)
            is_moved.set()
            may_end.wait(60)

    def second() -> set[int]:
        is_moved.wait(60)
        with transaction.atomic():
            asked.set()
            moves.hold_both(project, third)
            free: list[set[int]] = race(unlocked)
            held: set[int] = set(Customer.objects.values_list("pk", flat=True)).difference(*free)
            return held

    def let_end() -> None:
        asked.wait(60)
        until = time.monotonic() + 60
        while not somebody_waits_for_a_lock() and time.monotonic() < until:
            time.sleep(0.02)
        may_end.set()

    asked = Signal()
    _, held, _ = race(first, second, let_end)

    assert held == {elsewhere.pk, third.pk}


def unlocked() -> set[int]:
    with transaction.atomic():
        rows = Customer.objects.select_for_update(no_key=True, skip_locked=True)
        return {row.pk for row in rows}


def somebody_waits_for_a_lock() -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT EXISTS (SELECT FROM pg_stat_activity"
            " WHERE datname = current_database() AND wait_event_type = 'Lock')"
        )
        return bool(cursor.fetchone()[0])
