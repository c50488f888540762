"""What staff do to the catalogue in the admin: it all goes through the services."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from identity.models import Event, Grant
from identity.roles import RoleName
from marketplace.lifecycle import OfferingState
from marketplace.models import (
    Category,
    Offering,
    OfferingComponent,
    Plan,
    PlanComponent,
    ServiceProvider,
    TermsOfService,
)
from tests.admin.pages import address, buttons, change, do, page_of, said, sent, text
from tests.factories.identity import all_roles
from tests.factories.marketplace import (
    CategoryFactory,
    HpcOfferingFactory,
    OfferingFactory,
    ResourceFactory,
    ServiceProviderFactory,
    TermsOfServiceFactory,
)

if TYPE_CHECKING:
    from django.test import Client

    from identity.models import Customer, User

pytestmark = pytest.mark.django_db

WHY = "Asked for by the Hosting Entity."


def event_of(kind: str) -> Event:
    return Event.objects.get(kind=kind)


@pytest.mark.parametrize(
    ("action", "source", "target"),
    [
        ("activate", OfferingState.DRAFT, OfferingState.ACTIVE),
        ("pause", OfferingState.ACTIVE, OfferingState.PAUSED),
        ("unpause", OfferingState.PAUSED, OfferingState.ACTIVE),
        ("archive", OfferingState.ACTIVE, OfferingState.ARCHIVED),
        ("draft", OfferingState.ARCHIVED, OfferingState.DRAFT),
    ],
)
def test_an_offering_goes_along_the_table(
    staff: Client, dave: User, action: str, source: OfferingState, target: OfferingState
) -> None:
    row = HpcOfferingFactory(state=source.value)
    do(staff, action, row, reason=WHY)
    row.refresh_from_db()
    event = event_of(f"offering.{target.lower()}")
    assert row.state == target
    assert (event.actor, event.source, event.payload["reason"]) == (dave, source, WHY)


def test_a_paused_offering_says_why(staff: Client) -> None:
    row = OfferingFactory()
    do(staff, "pause", row, reason=WHY)
    row.refresh_from_db()
    assert row.paused_reason == WHY


def test_an_organisation_is_registered_as_a_provider_once(
    staff: Client, dave: User, provider: Customer
) -> None:
    asked = {"customer": provider.pk, "description": "Hosts LUMI"}
    staff.post(address(ServiceProvider, "add"), asked)
    assert ServiceProvider.objects.get().description == "Hosts LUMI"
    assert event_of("provider.registered").actor == dave

    again = staff.post(address(ServiceProvider, "add"), asked)
    assert again.status_code == 200
    assert "already exists" in text(again)
    assert ServiceProvider.objects.count() == 1


def test_a_registration_ends_only_without_offerings(staff: Client) -> None:
    row = ServiceProviderFactory()
    OfferingFactory(customer=row.customer)
    response = do(staff, "remove", row, reason=WHY)
    assert "Service provider has active offerings." in text(response)
    Offering.objects.update(state=OfferingState.ARCHIVED)

    response = do(staff, "remove", row, reason=WHY)
    assert response["Location"] == address(ServiceProvider, "changelist")
    assert not ServiceProvider.objects.exists()


def test_an_offering_is_made_as_a_draft_and_filled(
    staff: Client, dave: User, provider: Customer
) -> None:
    category = CategoryFactory()
    asked = {
        "customer": provider.pk,
        "category": category.pk,
        "name": "LUMI-C",
        "type": "Marketplace.Slurm",
        "slug": "",
        "shared": "on",
    }
    response = staff.post(address(Offering, "add"), asked)
    offering = Offering.objects.get()
    assert response.status_code == 302
    assert (offering.state, offering.slug) == (OfferingState.DRAFT, "lumi-c")
    assert event_of("offering.created").actor == dave

    component = {
        "offering": offering.pk,
        "type": "node_hours",
        "name": "Node-hours",
        "billing_type": "limit",
        "unit_factor": 1,
        "limit_decimal_places": 0,
    }
    add = address(OfferingComponent, "add")
    assert staff.post(add, component).status_code == 302
    again = staff.post(add, component)
    assert "already exists" in text(again)

    plan = {
        "offering": offering.pk,
        "name": "Standard",
        "unit": "month",
        "unit_price": 0,
        "billing_mode": "inherit",
    }
    staff.post(address(Plan, "add"), plan)
    price = PlanComponent.objects.get()
    assert (price.plan.name, price.component.type, price.price) == (
        "Standard",
        "node_hours",
        Decimal(0),
    )


def test_an_offering_s_settings_are_objects(staff: Client) -> None:
    row = OfferingFactory()
    form = staff.get(page_of(row)).context["adminform"].form
    asked = sent(form) | {"plugin_options": "[1]"}
    response = staff.post(page_of(row), asked)
    assert "This must be an object" in text(response)
    pattern = '{"options": {"a": {"type": "string", "pattern": "("}}, "order": ["a"]}'
    response = staff.post(page_of(row), asked | {"plugin_options": "", "options": pattern})
    assert "is not a regular expression" in text(response)


def test_a_change_of_an_offering_is_recorded_with_its_fields(staff: Client, dave: User) -> None:
    row = OfferingFactory()
    form = staff.get(page_of(row)).context["adminform"].form
    asked = sent(form)
    asked |= {"description": "Fast", "plugin_options": '{"can_restore_resource": true}'}
    asked |= {"options": "", "resource_options": "{}"}
    response = staff.post(page_of(row), asked)
    assert response.status_code == 302, text(response)
    row.refresh_from_db()
    assert (row.description, row.plugin_options) == ("Fast", {"can_restore_resource": True})
    event = event_of("offering.updated")
    assert event.actor == dave
    assert event.payload["changed"] == ["description", "plugin_options"]


def test_prices_are_set_by_component_and_wait_where_allocations_are(
    staff: Client, dave: User
) -> None:
    plan = HpcOfferingFactory().plans.get()
    page = text(staff.get(f"{address(Plan, 'do', 'set_prices')}?rows={plan.pk}"))
    assert "Per kh; now 10." in page

    do(staff, "set_prices", plan, price_cpu_k_hours="12.5", reason=WHY)
    price = plan.components.get(component__type="cpu_k_hours")
    assert (price.price, price.future_price) == (Decimal("12.5"), None)
    assert event_of("plan.prices_set").payload["reason"] == WHY

    ResourceFactory(offering=plan.offering)
    do(staff, "set_prices", plan, price_cpu_k_hours="13")
    price.refresh_from_db()
    assert (price.price, price.future_price) == (Decimal("12.5"), 13)


@pytest.mark.parametrize("price", ["", "-1", "NaN", "1e400", "a"])
def test_a_price_that_is_none_is_refused(staff: Client, price: str) -> None:
    plan = HpcOfferingFactory().plans.get()
    response = do(staff, "set_prices", plan, price_cpu_k_hours=price)
    assert response.status_code == 200
    assert plan.components.get(component__type="cpu_k_hours").price == 10


def test_a_component_that_is_held_is_not_removed(staff: Client) -> None:
    resource = ResourceFactory()
    component = resource.offering.components.get(type="cpu_k_hours")
    response = do(staff, "remove", component, reason=WHY)
    assert "Offering component is used by resources." in text(response)
    assert OfferingComponent.objects.filter(pk=component.pk).exists()


def test_providers_components_and_plans_are_changed_by_their_services(
    staff: Client, dave: User
) -> None:
    plan = HpcOfferingFactory().plans.get()
    component = plan.offering.components.get(type="cpu_k_hours")
    provider = ServiceProviderFactory()
    for row, name in ((plan, "name"), (component, "name"), (provider, "description")):
        response = change(staff, row, **{name: "Another"})
        assert response.status_code == 302, text(response)
        row.refresh_from_db()
        assert getattr(row, name) == "Another"
    kinds = set(Event.objects.values_list("kind", "actor"))
    assert kinds == {(f"{noun}.updated", dave.pk) for noun in ("plan", "component", "provider")}


def test_a_plan_is_archived_once(staff: Client) -> None:
    plan = HpcOfferingFactory().plans.get()
    do(staff, "archive", plan, reason=WHY)
    plan.refresh_from_db()
    assert plan.archived
    assert buttons(staff, plan) == ["Remove"]


def test_terms_are_put_into_force_and_withdrawn(staff: Client, dave: User) -> None:
    former = TermsOfServiceFactory()
    asked = {"offering": former.offering.pk, "version": "2.0", "terms_of_service": "Be kinder."}
    asked |= {"grace_period_days": 30}
    staff.post(address(TermsOfService, "add"), asked)
    former.refresh_from_db()
    terms = TermsOfService.objects.get(version="2.0")
    assert (former.is_active, terms.is_active) == (False, True)
    assert event_of("terms.published").actor == dave

    response = do(staff, "withdraw", terms, reason=WHY)
    assert said(response)[-1] == f"Withdrawn: Terms 2.0 of {former.offering.name}."
    terms.refresh_from_db()
    assert not terms.is_active


def test_a_shelf_with_offerings_stays(staff: Client) -> None:
    row = OfferingFactory().category
    assert "Category has offerings." in text(do(staff, "remove", row, reason=WHY))
    assert Category.objects.get() == row


def test_a_role_is_given_in_an_offering(staff: Client, carol: User) -> None:
    all_roles()
    row = OfferingFactory()
    page = staff.get(f"{address(Offering, 'do', 'give_role')}?rows={row.pk}")
    role = page.context["form"].fields["role"].queryset.get()
    assert role.name == RoleName.OFFERING_MANAGER
    do(staff, "give_role", row, user="carol", role=role.pk)
    assert Grant.objects.filter(user=carol, scope_uuid=row.uuid, role=role).exists()
