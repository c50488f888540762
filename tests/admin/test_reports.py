"""A Hosting Entity without a program of its own: from an order to its usage, by hand."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from accounting.models import ComponentUsage
from identity.models import Event
from marketplace.lifecycle import OrderState, ResourceState
from tests.admin.pages import buttons, do, page_of, text
from tests.factories.marketplace import OrderFactory, ResourceFactory

if TYPE_CHECKING:
    from django.test import Client

    from identity.models import User
    from marketplace.models import Offering

pytestmark = pytest.mark.django_db


def reported() -> dict[str, Decimal]:
    return dict(ComponentUsage.objects.values_list("component__type", "usage"))


def test_an_allocation_is_served_by_hand_from_the_order_to_the_usage(
    staff: Client, offering: Offering
) -> None:
    resource = ResourceFactory(offering=offering, state=ResourceState.CREATING, backend_id="")
    order = OrderFactory(
        resource=resource, offering=offering, state=OrderState.PENDING_PROVIDER, type="Create"
    )
    do(staff, "approve_by_provider", order, reason="It fits.")
    do(staff, "set_backend_id", resource, backend_id="hpc_x")
    do(staff, "complete", order, reason="The account is there.")
    resource.refresh_from_db()
    assert (resource.state, resource.backend_id) == (ResourceState.OK, "hpc_x")

    do(staff, "report_usage", resource, **{"used: cpu_k_hours": "1.5", "used: gpu_hours": ""})
    assert reported() == {"cpu_k_hours": Decimal("1.50")}
    do(staff, "report_usage", resource, **{"used: cpu_k_hours": "1.25"})  # replaces the first
    assert reported() == {"cpu_k_hours": Decimal("1.25")}


def test_a_report_says_who_made_it_and_shows_on_the_page(
    staff: Client, dave: User, offering: Offering
) -> None:
    resource = ResourceFactory(offering=offering)
    do(staff, "report_usage", resource, **{"used: cpu_k_hours": "7.25"})

    assert Event.objects.get(kind="usage.recorded").actor == dave
    assert "7.25" in text(staff.get(page_of(resource)))


@pytest.mark.parametrize(
    ("asked", "why"),
    [
        ({}, "Say how much was used of at least one component."),
        ({"used: cpu_k_hours": "-1"}, "greater than or equal to 0"),
        ({"used: cpu_k_hours": "1.234"}, "no more than 2 decimal places"),
        (
            {"used: cpu_k_hours": "1", "date": "2999-01-01"},
            "Usage cannot be reported ahead of its month.",
        ),
    ],
)
def test_a_report_that_cannot_be_kept_is_refused_on_its_page(
    staff: Client, offering: Offering, asked: dict[str, str], why: str
) -> None:
    resource = ResourceFactory(offering=offering)

    answer = do(staff, "report_usage", resource, **asked)

    assert why in text(answer)
    assert reported() == {}


def test_an_allocation_that_does_not_exist_at_its_site_yet_offers_no_report(
    staff: Client, offering: Offering
) -> None:
    resource = ResourceFactory(offering=offering, state=ResourceState.CREATING)
    assert "Report usage" not in buttons(staff, resource)
    ended = ResourceFactory(offering=offering, state=ResourceState.TERMINATED)
    assert "Report usage" in buttons(staff, ended)  # of its last month, until that is over
