"""Whatever people do to an allocation in whatever order, what is stored stays consistent."""

from __future__ import annotations

from contextlib import contextmanager
from datetime import timedelta
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from common.errors import Conflict, Invalid, Missing
from identity.models import Event, Project
from marketplace.components import OfferingType
from marketplace.lifecycle import (
    OPEN,
    ORDER,
    RESOURCE,
    OrderState,
    OrderType,
    ResourceState,
)
from marketplace.models import Order, Resource
from marketplace.services import (
    amendments,
    delivery,
    orders,
    placing,
    resource_orders,
    resources,
)
from tests.factories.marketplace import PlanFactory

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime

    from identity.models import User
    from marketplace.models import Offering

pytestmark = pytest.mark.django_db

ON_ORDER: dict[str, Callable[..., Any]] = {
    "approve_by_consumer": orders.approve_by_consumer,
    "approve_by_provider": orders.approve_by_provider,
    "reject_by_consumer": orders.reject_by_consumer,
    "reject_by_provider": orders.reject_by_provider,
    "set_state_executing": orders.set_state_executing,
    "start": orders.start,
    "complete": orders.complete,
    "fail": orders.fail,
    "retry": orders.retry,
    "cancel": orders.cancel,
    "delete": orders.delete,
    "unlink": orders.unlink,
    "amend": lambda order, **by: amendments.amend(order, limits={"cpu_k_hours": 3}, **by),
}
ON_RESOURCE: dict[str, Callable[..., Any]] = {
    "more": lambda held, **by: resource_orders.update_limits(held, {"cpu_k_hours": 9}, **by),
    "less": lambda held, **by: resource_orders.update_limits(held, {"cpu_k_hours": 1}, **by),
    "terminate": resource_orders.terminate,
    "restore": resource_orders.restore,
    "set_as_ok": resources.set_as_ok,
    "set_as_erred": resources.set_as_erred,
    "set_limits": lambda held, **by: delivery.set_limits(held, {"cpu_k_hours": 4}, **by),
}
ACTIONS = (*ON_ORDER, *ON_RESOURCE, "switch")
LIKELY = st.sampled_from(
    ("approve_by_consumer", "approve_by_provider", "complete", "fail", "retry", "terminate", "more")
)
WALKS = st.lists(st.one_of(st.sampled_from(ACTIONS), LIKELY, LIKELY), min_size=1, max_size=25)


@contextmanager
def undone() -> Iterator[None]:
    """Undo what one example did before the next."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


class Walk:
    """One allocation, those who act on it, and what must hold after each action."""

    def __init__(self, offering: Offering, project: Project, actor: User, now: datetime) -> None:
        self.offering, self.project, self.actor, self.now = offering, project, actor, now
        self.premium = PlanFactory(offering=offering, name="Premium")
        requested = placing.OrderRequest(
            offering=offering,
            project=project,
            plan=offering.plans.order_by("pk").first(),
            limits={"cpu_k_hours": 2},
        )
        self.resource = placing.place(requested, actor=actor, now=now).resource

    def take(self, action: str, actor: User) -> None:
        """Do something, which may be refused but may not crash; then look whether all is well."""
        self.now += timedelta(minutes=1)
        before = self.states()
        try:
            with transaction.atomic():
                self._do(action, {"actor": actor, "now": self.now})
        except (Conflict, Invalid, Missing):
            assert self.states() == before
        self.check()

    def _do(self, action: str, by: dict[str, Any]) -> None:
        held = Resource.objects.get(pk=self.resource.pk)
        if action in ON_RESOURCE:
            ON_RESOURCE[action](held, **by)
        elif action == "switch":
            other = (
                self.premium if held.plan != self.premium else self.offering.plans.earliest("pk")
            )
            resource_orders.switch_plan(held, other, **by)
        elif (order := Order.objects.order_by("-pk").first()) is not None:
            ON_ORDER[action](order, **by)

    def states(self) -> Any:
        """Return all that a refused action must leave as it was."""
        return (
            list(Order.objects.order_by("pk").values_list("pk", "state", "limits")),
            list(Resource.objects.values_list("state", "limits", "plan")),
            Event.objects.count(),
        )

    def check(self) -> None:
        """See that the tables, the log, the periods and the counts tell one story."""
        held = Resource.objects.get(pk=self.resource.pk)
        open_order = Order.objects.filter(state__in=OPEN).first()
        assert Order.objects.filter(state__in=OPEN).count() <= 1
        self._check_log(held)
        self._check_progress(held, open_order)
        periods = held.plan_periods.filter(end__isnull=True)
        if held.state == ResourceState.TERMINATED:
            assert not periods.exists()
        elif held.state in {ResourceState.OK, ResourceState.UPDATING}:
            assert [period.plan for period in periods] in ([held.plan], [])
        counted = Project.objects.get(pk=self.project.pk).resources_count
        assert counted == int(held.state != ResourceState.TERMINATED)

    def _check_log(self, held: Resource) -> None:
        """The last state that the log knows is the present one, and each step was in the table."""
        steps = Event.objects.filter(subject_uuid=held.uuid).exclude(target="").order_by("pk")
        legal = {(source.value, target.value) for _, source, target in RESOURCE.edges()}
        assert {(step.source, step.target) for step in steps} <= legal
        for order in Order.objects.all():
            told = Event.objects.filter(subject_uuid=order.uuid).exclude(kind="order.amended")
            path = [(step.source, step.target) for step in told.order_by("pk")]
            assert path[0][0] == ""
            assert path[-1][1] == order.state
            edges = {(source.value, target.value) for _, source, target in ORDER.edges()}
            assert set(path[1:]) <= edges
            assert all(one[1] == two[0] for one, two in pairwise(path))

    def _check_progress(self, held: Resource, order: Order | None) -> None:
        """A resource is in between two states only while an order brings it on."""
        executing = order is not None and order.state == OrderState.EXECUTING
        wanted = {
            ResourceState.UPDATING: OrderType.UPDATE,
            ResourceState.TERMINATING: OrderType.TERMINATE,
        }
        if held.state in wanted:
            assert executing
            assert order is not None
            assert order.type == wanted[ResourceState(held.state)]
        if held.state == ResourceState.CREATING:
            assert order is not None
            assert order.type in {OrderType.CREATE, OrderType.RESTORE}


@pytest.mark.parametrize("kind", OfferingType)
@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(walk=WALKS)
def test_no_walk_leaves_the_tables_or_an_orphan(
    kind: OfferingType,
    walk: list[str],
    offering: Offering,
    project: Project,
    dave: User,
    bob: User,
    now: datetime,
) -> None:
    with undone():
        offering.type = kind
        offering.plugin_options = {"can_restore_resource": True}
        offering.save()
        story = Walk(offering, project, bob if len(walk) % 2 else dave, now)
        story.check()
        for action in walk:
            story.take(action, dave)
