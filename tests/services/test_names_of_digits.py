"""Component types that are numbers: keys like any other."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from accounting.services.usage import Reported, set_usage
from marketplace.lifecycle import OfferingState
from marketplace.limits import InvalidLimits
from marketplace.models import Offering
from marketplace.services import components, placing
from marketplace.services.components import ComponentInUse
from tests.factories.marketplace import (
    OfferingComponentFactory,
    OfferingFactory,
    PlanFactory,
    ResourceFactory,
)

if TYPE_CHECKING:
    from datetime import datetime

    from identity.models import Customer, Project, User

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("name", ["0", "1", "9" * 20])
def test_a_type_of_digits_is_capped_counted_and_kept_while_it_is_held(
    name: str, project: Project, provider: Customer, dave: User, now: datetime
) -> None:
    offering = OfferingFactory(customer=provider, state=OfferingState.ACTIVE.value)
    component = OfferingComponentFactory(
        offering=offering, type=name, billing_type="limit", max_available_limit=10
    )
    plan = PlanFactory(offering=offering)
    held = ResourceFactory(project=project, offering=offering, plan=plan, limits={name: 7})

    def order(much: int) -> None:
        fresh = Offering.objects.get(pk=offering.pk)
        requested = placing.OrderRequest(fresh, project, plan, {name: much}, {"name": "more"})
        placing.place(requested, actor=dave, now=now)

    order(3)
    with pytest.raises(InvalidLimits):
        order(1)
    with pytest.raises(ComponentInUse):
        components.remove(component, actor=dave, now=now)
    set_usage(held, [Reported(name, Decimal(5))], actor=dave, now=now)
    held.refresh_from_db()
    assert held.limit_usage == {name: 5}
