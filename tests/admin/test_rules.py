"""What the API refuses, the staff's pages refuse too; and they say what is missing."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from django.contrib import admin

from accounting.models import ComponentUserUsageLimit
from allocations.models import BackendResourceRequest
from common.admin.records import RecordAdmin
from config.pages.rules import inputs, validating_fields
from identity.models import PlatformTerms, RoleConcealment
from marketplace.lifecycle import OfferingState, OrderState, OrderType
from marketplace.models import OfferingComponent, TermsOfService
from tests.admin.pages import action_address, address, change, do, said, text
from tests.factories.marketplace import (
    HpcOfferingFactory,
    OfferingComponentFactory,
    OfferingFactory,
    OrderFactory,
    PlanFactory,
)

if TYPE_CHECKING:
    from django.test import Client

pytestmark = pytest.mark.django_db

SLIPS: tuple[tuple[str, Any, str], ...] = (
    ("plugin_options", {"username_generation_polcy": "full_name"}, "username_generation_policy?"),
    ("plugin_options", {"no_such_option": True}, "There is no such option."),
    ("plugin_options", {"username_generation_policy": "by_hand"}, "is not a valid choice"),
    ("plugin_options", {"supports_pausing": "yes"}, "Must be a valid boolean"),
    ("resource_options", {"options": {"a": {"type": "integer"}}, "order": []}, "required"),
    ("latitude", 200, "Ensure this value is less than or equal to 90"),
)


def test_settings_that_the_api_refuses_are_not_saved(staff: Client) -> None:
    offering = HpcOfferingFactory(plugin_options={"supports_pausing": True})
    for field, value, why in SLIPS:
        response = change(staff, offering, **{field: json.dumps(value)})
        assert response.status_code == 200, value
        assert why in text(response), value
    offering.refresh_from_db()
    assert offering.plugin_options == {"supports_pausing": True}

    wanted = {"username_generation_policy": "full_name"}
    assert change(staff, offering, plugin_options=json.dumps(wanted)).status_code == 302
    offering.refresh_from_db()
    assert offering.plugin_options == wanted


def test_what_stands_there_already_does_not_keep_the_rest_from_being_saved(staff: Client) -> None:
    offering = HpcOfferingFactory(plugin_options={"of another program": 1})
    assert change(staff, offering, description="Fast").status_code == 302
    offering.refresh_from_db()
    assert offering.description == "Fast"


@pytest.mark.parametrize("kind", ["gpu hours!", "Ω", "a b"])
def test_a_component_is_called_what_clients_can_name(staff: Client, kind: str) -> None:
    offering = HpcOfferingFactory()
    before = offering.components.count()
    body = {
        "offering": offering.pk,
        "type": kind,
        "name": "GPU",
        "measured_unit": "h",
        "unit_factor": 1,
        "billing_type": "limit",
        "limit_period": "total",
        "limit_decimal_places": 0,
    }
    response = staff.post(address(OfferingComponent, "add"), body)
    assert "Enter a valid value." in text(response)
    assert offering.components.count() == before
    staff.post(address(OfferingComponent, "add"), body | {"type": "gpu_hours_2"})
    assert offering.components.count() == before + 1


BY_THEIR_MODEL_ALONE = {
    BackendResourceRequest,
    ComponentUserUsageLimit,
    PlatformTerms,
    RoleConcealment,
    TermsOfService,
}
"""Models whose pages have no column that an input of the API has, or but rows to choose."""


def test_every_page_on_which_something_is_written_is_held_to_the_api() -> None:
    written = {
        model
        for model, pages in admin.site._registry.items()
        if isinstance(pages, RecordAdmin) and (pages.asked or pages.editable)
    }
    assert written == set(inputs()) | BY_THEIR_MODEL_ALONE
    for model in inputs():
        pages = admin.site._registry[model]
        asked = {*getattr(pages, "asked", ()), *getattr(pages, "editable", ())}
        assert asked & set(validating_fields(model)), model


def test_an_offering_of_which_nothing_can_be_ordered_is_not_activated(staff: Client) -> None:
    offering = OfferingFactory(state=OfferingState.DRAFT)
    for add, missing in (
        (None, "no component and no plan"),
        (lambda: PlanFactory(offering=offering, archived=True), "no component and no plan"),
        (lambda: OfferingComponentFactory(offering=offering), "no plan"),
    ):
        if add:
            add()
        response = do(staff, "activate", offering, reason="Ready.")
        told = " ".join([*said(response), text(response)])
        assert f"The offering has {missing}, so nothing can be ordered." in told
        offering.refresh_from_db()
        assert offering.state == OfferingState.DRAFT

    PlanFactory(offering=offering)
    do(staff, "activate", offering, reason="Ready.")
    offering.refresh_from_db()
    assert offering.state == OfferingState.ACTIVE


def test_who_finishes_an_order_says_what_the_site_calls_the_allocation(staff: Client) -> None:
    order = OrderFactory(state=OrderState.EXECUTING, type=OrderType.CREATE, resource__backend_id="")
    assert "Backend ID of the allocation" in text(staff.get(action_address("complete", order)))

    do(staff, "complete", order, reason="", resource_backend_id="hpc_folding")

    order.refresh_from_db()
    order.resource.refresh_from_db()
    assert (order.state, order.resource.backend_id) == (OrderState.DONE, "hpc_folding")
    later = OrderFactory(state=OrderState.EXECUTING, type=OrderType.UPDATE, resource=order.resource)
    assert "Backend ID of the allocation" not in text(staff.get(action_address("complete", later)))


def test_a_refusal_says_in_which_state_it_is(staff: Client) -> None:
    order = OrderFactory(state=OrderState.DONE)
    response = do(staff, "complete", order, reason="")
    assert "while it is done" in " ".join([*said(response), text(response)])
