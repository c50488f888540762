"""Whatever people and a policy do to flags in whatever order, both keep their own."""

from __future__ import annotations

from contextlib import contextmanager
from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounting.models import PolicyState
from accounting.services import evaluation
from accounting.services.usage import Reported, set_usage
from identity.models import Event
from marketplace.services import delivery
from tests.factories.accounting import PolicyFactory
from tests.factories.marketplace import HpcOfferingFactory, ResourceFactory

if TYPE_CHECKING:
    from collections.abc import Iterator

    from identity.models import Customer, Project, User

pytestmark = pytest.mark.django_db

BEGUN = datetime(2026, 1, 22, 12, tzinfo=UTC)
NOVEMBER = datetime(2026, 11, 22, 12, tzinfo=UTC)
FLAGS = {"paused": 120, "downscaled": 100}
USES = st.tuples(st.just("use"), st.sampled_from([0, 50, 99, 100, 110, 120, 200]))
SETS = st.tuples(st.sampled_from(sorted(FLAGS)), st.booleans())
LOOKS = st.just(("evaluate", None))
WALKS = st.lists(st.one_of(USES, SETS, LOOKS, LOOKS), min_size=1, max_size=14)


@contextmanager
def undone() -> Iterator[None]:
    """Undo what one example did before the next."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


class Model:
    """What ought to be: who set each flag that is set."""

    def __init__(self) -> None:
        self.used = 0
        self.by: dict[str, str | None] = dict.fromkeys(FLAGS)

    def set(self, flag: str, *, is_set: bool) -> None:
        """A person says something; saying what is so already says nothing."""
        if is_set and self.by[flag] is None:
            self.by[flag] = "person"
        elif not is_set:
            self.by[flag] = None

    def evaluate(self) -> None:
        """The policy sets what is not set, and clears what is its own."""
        for flag, threshold in FLAGS.items():
            if self.used >= threshold:
                self.by[flag] = self.by[flag] or "policy"
            elif self.by[flag] == "policy":
                self.by[flag] = None


@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(walk=WALKS)
def test_the_flags_are_those_of_the_model_at_every_step(
    walk: list[tuple[str, Any]], project: Project, provider: Customer, carol: User
) -> None:
    with undone():
        options = {"supports_pausing": True, "supports_downscaling": True}
        offering = HpcOfferingFactory(customer=provider, plugin_options=options)
        resource = ResourceFactory(
            project=project, offering=offering, limits={"cpu_k_hours": 100}, created=BEGUN
        )
        PolicyFactory(offering=offering)
        model = Model()
        for action, value in walk:
            changes = Event.objects.filter(kind="resource.flags_set").count()
            before = dict(model.by)
            if action == "use":
                report = [Reported("cpu_k_hours", Decimal(value))]
                set_usage(resource, report, actor=carol, now=NOVEMBER)
                model.used = value
            elif action == "evaluate":
                evaluation.evaluate_resource(resource, now=NOVEMBER)
                model.evaluate()
            else:
                delivery.set_flags(resource, {action: value}, actor=carol, now=NOVEMBER)
                model.set(action, is_set=value)
            resource.refresh_from_db()
            assert {flag: getattr(resource, flag) for flag in FLAGS} == {
                flag: by is not None for flag, by in model.by.items()
            }
            is_changed = any((before[f] is None) != (model.by[f] is None) for f in FLAGS)
            now_changes = Event.objects.filter(kind="resource.flags_set").count()
            assert now_changes - changes == int(is_changed)
        evaluation.evaluate_resource(resource, now=NOVEMBER)
        model.evaluate()
        state = PolicyState.objects.get()
        assert {flag: getattr(state, f"{flag}_by_id") is not None for flag in FLAGS} == {
            flag: by == "policy" for flag, by in model.by.items()
        }
