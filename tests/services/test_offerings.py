"""The life of an offering, and what of it can be changed when."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from common.machine import IllegalTransition
from identity.models import Event
from identity.roles import RoleName
from marketplace.lifecycle import OFFERING, OfferingState
from marketplace.models import Offering
from marketplace.services import components, offerings
from tests.cases import each
from tests.factories.identity import GrantFactory
from tests.factories.marketplace import CategoryFactory, OfferingFactory, ResourceFactory

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from identity.models import Customer, User
    from marketplace.models import Category

pytestmark = pytest.mark.django_db

CPU = {"type": "cpu", "name": "CPU", "measured_unit": "kh", "billing_type": "limit"}


@pytest.fixture
def category() -> Category:
    return CategoryFactory(title="HPC")


def create(**more: Any) -> Offering:
    return offerings.create(**{"name": "HPC allocation", "type": "Marketplace.Slurm", **more})


def kinds() -> list[str]:
    return list(Event.objects.order_by("pk").values_list("kind", flat=True))


def test_a_new_offering_is_a_draft_with_its_components_and_plans(
    provider: Customer, category: Category, carol: User, now: datetime
) -> None:
    offering = create(
        customer=provider,
        category=category,
        actor=carol,
        now=now,
        description="Cluster",
        component_drafts=[CPU, {**CPU, "type": "gpu", "billing_type": "usage"}],
        plan_drafts=[{"name": "Standard"}, {"name": "Premium"}],
        bounds={"cpu": {"min_value": 1, "max_value": 1000}},
    )

    offering.refresh_from_db()
    assert offering.state == OfferingState.DRAFT
    assert offering.slug == "hpc-alloca"
    assert offering.options == offering.resource_options == {"options": {}, "order": []}
    assert list(
        offering.components.order_by("pk").values_list("type", "billing_type", "max_value")
    ) == [("cpu", "limit", 1000), ("gpu", "usage", None)]
    assert [(plan.name, plan.components.count()) for plan in offering.plans.order_by("name")] == [
        ("Premium", 2),
        ("Standard", 2),
    ]
    assert kinds() == [
        "component.added",
        "component.added",
        "plan.created",
        "plan.created",
        "offering.created",
    ]
    event = Event.objects.get(kind="offering.created")
    assert (event.actor, event.provider, event.created) == (carol, provider, now)


def test_slugs_count_up(provider: Customer, category: Category, carol: User, now: datetime) -> None:
    made = [create(customer=provider, category=category, actor=carol, now=now) for _ in range(2)]
    assert [offering.slug for offering in made] == ["hpc-alloca", "hpc-alloca-2"]


def test_only_staff_choose_a_slug(
    provider: Customer, category: Category, carol: User, dave: User, now: datetime
) -> None:
    scope = {"customer": provider, "category": category, "now": now, "slug": "lumi-c"}
    assert create(actor=carol, **scope).slug == "hpc-alloca"
    assert create(actor=dave, **scope).slug == "lumi-c"
    with pytest.raises(offerings.OfferingSlugTaken) as refused:
        create(actor=dave, **scope)
    assert refused.value.detail == {"slug": ["offering with this slug already exists."]}


def test_an_empty_list_of_plans_is_refused(
    provider: Customer, category: Category, carol: User, now: datetime
) -> None:
    with pytest.raises(offerings.NoPlans) as refused:
        create(customer=provider, category=category, actor=carol, now=now, plan_drafts=[])
    assert refused.value.detail == {"plans": {"plans": "At least one plan should be specified."}}
    assert not Offering.objects.exists()


def test_a_repeated_component_leaves_nothing_behind(
    provider: Customer, category: Category, carol: User, now: datetime
) -> None:
    with pytest.raises(components.RepeatedComponent) as refused:
        create(
            customer=provider,
            category=category,
            actor=carol,
            now=now,
            component_drafts=[CPU, CPU],
        )
    assert refused.value.detail == {
        "components": [{}, {"type": ["Component with this type already exists."]}]
    }
    assert not Offering.objects.exists()
    assert not Event.objects.exists()


def test_bounds_of_a_component_that_is_not_there_are_refused(
    provider: Customer, category: Category, carol: User, now: datetime
) -> None:
    with pytest.raises(offerings.UnknownLimits) as refused:
        create(
            customer=provider,
            category=category,
            actor=carol,
            now=now,
            bounds={"gpu": {"max_value": 1}},
        )
    assert refused.value.detail == {"limits": ["Invalid types: gpu"]}


MOVES: dict[str, Callable[..., Offering]] = {
    "activate": offerings.activate,
    "pause": offerings.pause,
    "unpause": offerings.unpause,
    "archive": offerings.archive,
    "draft": offerings.draft,
}


@each("state", OfferingState)
@each("action", MOVES)
def test_each_move_is_made_with_one_event_or_refused(
    action: str, state: OfferingState, dave: User, now: datetime
) -> None:
    offering = OfferingFactory(state=state)
    if not OFFERING.allows(action, state):
        with pytest.raises(IllegalTransition):
            MOVES[action](offering, actor=dave, now=now)
        assert Offering.objects.get().state == state
        assert not Event.objects.exists()
        return

    MOVES[action](offering, actor=dave, now=now)

    (target,) = OFFERING.targets(action)
    offering.refresh_from_db()
    assert (offering.state, offering.modified) == (target, now)
    event = Event.objects.get()
    assert (event.kind, event.source, event.target) == (
        f"offering.{target.lower()}",
        state,
        target,
    )
    assert (event.actor, event.provider) == (dave, offering.customer)


def test_a_move_that_was_overtaken_is_refused(dave: User, now: datetime) -> None:
    offering = OfferingFactory(state=OfferingState.ACTIVE)
    Offering.objects.update(state=OfferingState.ARCHIVED)

    with pytest.raises(IllegalTransition) as refused:
        offerings.pause(offering, actor=dave, now=now)

    assert refused.value.detail == "Offering is no longer Active."
    assert not Event.objects.exists()


def test_the_reason_of_a_pause_is_kept_until_it_ends(carol: User, now: datetime) -> None:
    offering = OfferingFactory(state=OfferingState.ACTIVE)
    offerings.pause(offering, actor=carol, now=now, reason="maintenance")
    offering.refresh_from_db()
    assert offering.paused_reason == "maintenance"
    assert Event.objects.get().message == "maintenance"

    offerings.unpause(offering, actor=carol, now=now)
    offering.refresh_from_db()
    assert offering.paused_reason == ""


def test_a_change_is_recorded_with_what_changed(carol: User, now: datetime) -> None:
    offering = OfferingFactory(latitude=None, longitude=2.0)
    offerings.change(offering, actor=carol, now=now, latitude=61.0, longitude=2.0)

    offering.refresh_from_db()
    assert (offering.latitude, offering.modified) == (61.0, now)
    assert Event.objects.get().payload == {"name": offering.name, "changed": ["latitude"]}

    offerings.change(offering, actor=carol, now=now, latitude=61.0)
    assert Event.objects.count() == 1


def test_the_overview_of_a_draft_is_its_providers_to_change(carol: User, now: datetime) -> None:
    offering = OfferingFactory(state=OfferingState.DRAFT, slug="before")
    offerings.change_overview(offering, actor=carol, now=now, name="New", slug="chosen")
    offering.refresh_from_db()
    assert (offering.name, offering.slug) == ("New", "before")


def test_the_overview_of_an_active_offering_is_staffs_to_change(
    carol: User, dave: User, now: datetime
) -> None:
    offering = OfferingFactory(state=OfferingState.ACTIVE, name="Old")
    with pytest.raises(offerings.NotADraft):
        offerings.change_overview(offering, actor=carol, now=now, name="New")
    offerings.change_overview(offering, actor=dave, now=now, name="New", slug="chosen")
    offering.refresh_from_db()
    assert (offering.name, offering.slug) == ("New", "chosen")


def test_a_taken_slug_is_refused_on_change_too(dave: User, now: datetime) -> None:
    OfferingFactory(slug="taken")
    offering = OfferingFactory(slug="mine")
    with pytest.raises(offerings.OfferingSlugTaken):
        offerings.change_overview(offering, actor=dave, now=now, slug="taken")
    assert Offering.objects.get(pk=offering.pk).slug == "mine"


def test_an_offering_with_allocations_is_not_removed(carol: User, now: datetime) -> None:
    offering = ResourceFactory(state="Terminated").offering
    with pytest.raises(offerings.OfferingInUse) as refused:
        offerings.remove(offering, actor=carol, now=now)
    assert refused.value.detail == "Offering was not deleted since it has resources."


def test_an_unused_offering_is_removed_and_the_roles_in_it_end(carol: User, now: datetime) -> None:
    offering = OfferingFactory()
    grant = GrantFactory(role=RoleName.OFFERING_MANAGER, scope=offering)
    offerings.remove(offering, actor=carol, now=now)
    assert not Offering.objects.exists()
    grant.refresh_from_db()
    assert (grant.is_active, grant.revoke_reason) == (False, "offering removed")
    assert kinds() == ["grant.revoked", "offering.removed"]
