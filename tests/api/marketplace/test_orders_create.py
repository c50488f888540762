"""`POST /api/marketplace-orders/`: whole answers, and every refusal in Waldur's words."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from marketplace.models import Offering, Order, Resource
from tests.api.marketplace.conftest import AT, LEFT_OUT
from tests.cases import each
from tests.factories.identity import ProjectFactory
from tests.factories.marketplace import HpcOfferingFactory, PlanFactory, TermsOfServiceFactory

if TYPE_CHECKING:
    from collections.abc import Callable

    from rest_framework.test import APIClient

    from identity.models import Customer, Project, User

pytestmark = pytest.mark.django_db

ORDERS = "marketplace-orders/"
REQUIRED = ["This field is required."]


def test_the_answer_is_the_whole_order_and_where_it_is(
    as_user: Callable[[User], APIClient],
    order_body: Callable[..., dict[str, Any]],
    alice: User,
    offering: Offering,
    project: Project,
    provider: Customer,
) -> None:
    answer = as_user(alice).post("/api/marketplace-orders/", order_body(), format="json")

    order = Order.objects.get()
    plan = offering.plans.get()
    url = f"{AT}/marketplace-orders/{order.uuid.hex}/"
    assert (answer.status_code, answer["Location"]) == (201, url)
    body = answer.json()
    for moment in ("created", "modified", "consumer_reviewed_at"):
        assert datetime.fromisoformat(body.pop(moment)) - order.created < timedelta(minutes=1)
    assert body == {
        "activation_price": 0,
        "attributes": {"name": "climate-2026"},
        "auto_approved": False,
        "backend_id": "",
        "callback_url": None,
        "can_terminate": True,
        "category_title": offering.category.title,
        "category_uuid": offering.category.uuid.hex,
        "completed_at": None,
        "consumer_rejection_comment": "",
        "consumer_reviewed_by": "alice",
        "consumer_reviewed_by_full_name": "Alice Tester",
        "consumer_reviewed_by_username": "alice",
        "cost": "105.0000000000",
        "created_by_civil_number": None,
        "created_by_email": "alice@example.org",
        "created_by_full_name": "Alice Tester",
        "created_by_organization": "",
        "created_by_organization_address": "",
        "created_by_organization_country": "",
        "created_by_organization_registry_code": "",
        "created_by_organization_vat_code": "",
        "created_by_username": "alice",
        "customer_name": "LUMI Sweden",
        "customer_slug": project.customer.slug,
        "customer_uuid": project.customer.uuid.hex,
        "error_message": "",
        "error_updated_at": None,
        "fixed_price": 3,
        "limits": {"cpu_k_hours": 10, "gb_k_hours": 5},
        "marketplace_resource_uuid": order.resource.uuid.hex,
        "new_cost_estimate": 105,
        "new_plan_billing_mode": "inherit",
        "new_plan_name": "Standard",
        "new_plan_uuid": plan.uuid.hex,
        "offering": f"{AT}/marketplace-public-offerings/{offering.uuid.hex}/",
        "offering_billable": True,
        "offering_description": "",
        "offering_name": "LUMI-C",
        "offering_plugin_options": {},
        "offering_shared": True,
        "offering_type": "Marketplace.Slurm",
        "offering_uuid": offering.uuid.hex,
        "old_cost_estimate": 105,
        "old_plan_billing_mode": None,
        "old_plan_name": None,
        "old_plan_uuid": None,
        "output": "",
        "output_updated_at": None,
        "plan": (f"{AT}/marketplace-public-offerings/{offering.uuid.hex}/plans/{plan.uuid.hex}/"),
        "plan_description": "",
        "plan_name": "Standard",
        "plan_unit": "month",
        "plan_uuid": plan.uuid.hex,
        "project_description": "",
        "project_name": "Climate model",
        "project_slug": project.slug,
        "project_uuid": project.uuid.hex,
        "provider_description": "",
        "provider_name": "CSC",
        "provider_rejection_comment": "",
        "provider_reviewed_at": None,
        "provider_reviewed_by": None,
        "provider_reviewed_by_full_name": None,
        "provider_reviewed_by_username": None,
        "provider_slug": provider.slug,
        "provider_uuid": provider.uuid.hex,
        "request_comment": None,
        "resource_end_date": None,
        "resource_name": "climate-2026",
        "slug": order.slug,
        "start_date": None,
        "state": "pending-provider",
        "termination_comment": None,
        "type": "Create",
        "url": url,
        "uuid": order.uuid.hex,
    }


def test_all_that_an_order_may_say_is_kept(
    ask: Callable[..., Any], order_body: Callable[..., dict[str, Any]], bob: User, now: datetime
) -> None:
    start = (now.date() + timedelta(days=3)).isoformat()
    more = {
        "callback_url": "https://portal.example.org/done",
        "request_comment": "for the spring call",
        "start_date": start,
        "accepting_terms_of_service": True,
        "limits": {"cpu_k_hours": 10.0, "gb_k_hours": 5},
    }
    status, body = ask(bob, "post", ORDERS, order_body(**more, type="Create", unknown=1))
    assert status == 201
    assert {key: body[key] for key in (*more, "state") if key in body} == {
        "callback_url": "https://portal.example.org/done",
        "request_comment": "for the spring call",
        "start_date": start,
        "limits": {"cpu_k_hours": 10, "gb_k_hours": 5},
        "state": "pending-consumer",
    }
    assert isinstance(body["limits"]["cpu_k_hours"], int)


@pytest.mark.parametrize("form", ["public", "provider", "own"])
def test_a_plan_may_be_named_by_any_of_its_addresses(
    ask: Callable[..., Any],
    order_body: Callable[..., dict[str, Any]],
    alice: User,
    offering: Offering,
    form: str,
) -> None:
    plan = offering.plans.get().uuid
    addresses = {
        "public": f"{AT}/marketplace-public-offerings/{offering.uuid}/plans/{plan}/",
        "provider": f"{AT}/marketplace-plans/{plan.hex}/",
        "own": f"{AT}/marketplace-public-plans/{plan.hex}/",
    }
    status, body = ask(alice, "post", ORDERS, order_body(plan=addresses[form]))
    assert (status, body["plan_uuid"]) == (201, plan.hex)


@each(
    ("more", "body"),
    [
        ({"offering": LEFT_OUT}, {"offering": REQUIRED}),
        ({"project": LEFT_OUT}, {"project": REQUIRED}),
        ({"plan": None}, {"plan": ["This field may not be null."]}),
        ({"plan": "x"}, {"plan": ["Invalid hyperlink - No URL match."]}),
        ({"offering": "x"}, {"offering": ["Invalid hyperlink - No URL match."]}),
        ({"attributes": 7}, {"attributes": ['Expected a dictionary of items but got type "int".']}),
        ({"limits": []}, {"limits": ['Expected a dictionary of items but got type "list".']}),
        ({"limits": {"nope": 5}}, {"limits": ["Invalid types: nope"]}),
        (
            {"limits": {"cpu_k_hours": "abc"}},
            {"limits": {"cpu_k_hours": ["A valid integer is required."]}},
        ),
        (
            {"limits": {"cpu_k_hours": 5000}},
            {"non_field_errors": ["The limit 5000 value cannot be more than 1000."]},
        ),
        (
            {"limits": {"cpu_k_hours": 10**40}},
            {"limits": [f"Numbers must be between -{2**53 - 1} and {2**53 - 1}."]},
        ),
        ({"attributes": {"name": ["x"]}}, {"name": ["Not a valid string."]}),
        (
            {"attributes": {"name": "a\x00b"}},
            {"attributes": ["Null characters are not allowed."]},
        ),
        ({"callback_url": "ftp"}, {"callback_url": ["Enter a valid URL."]}),
        (
            {"start_date": "2020-01-01"},
            {"start_date": ["Cannot be earlier than the current date."]},
        ),
    ],
)
def test_a_wish_that_cannot_be_is_refused(
    ask: Callable[..., Any],
    order_body: Callable[..., dict[str, Any]],
    alice: User,
    more: dict[str, Any],
    body: Any,
) -> None:
    assert ask(alice, "post", ORDERS, order_body(**more)) == (400, body)
    assert not Order.objects.exists()
    assert not Resource.objects.exists()


def test_an_empty_wish_is_told_what_is_missing(ask: Callable[..., Any], alice: User) -> None:
    assert ask(alice, "post", ORDERS, {}) == (400, {"offering": REQUIRED, "project": REQUIRED})


def test_what_one_does_not_see_cannot_be_ordered(
    ask: Callable[..., Any],
    order_body: Callable[..., dict[str, Any]],
    alice: User,
    mallory: User,
    offering: Offering,
) -> None:
    hidden = ["Invalid hyperlink - Object does not exist."]
    assert ask(mallory, "post", ORDERS, order_body()) == (400, {"project": hidden})
    foreign = f"{AT}/projects/{ProjectFactory().uuid.hex}/"
    assert ask(alice, "post", ORDERS, order_body(project=foreign)) == (400, {"project": hidden})
    provider_url = f"{AT}/marketplace-provider-offerings/{offering.uuid.hex}/"
    assert ask(alice, "post", ORDERS, order_body(offering=provider_url)) == (
        400,
        {"offering": ["Invalid hyperlink - Incorrect URL match."]},
    )


@pytest.mark.parametrize("state", ["Draft", "Archived", "Paused"])
def test_an_offering_that_is_not_on_offer_is_not_available(
    ask: Callable[..., Any],
    order_body: Callable[..., dict[str, Any]],
    alice: User,
    offering: Offering,
    state: str,
) -> None:
    offering.state = state
    offering.save()
    status, body = ask(alice, "post", ORDERS, order_body(plan=LEFT_OUT))
    assert (status, body) == (400, {"offering": ["Offering is not available."]})


def test_a_plan_of_another_offering_is_not_available(
    ask: Callable[..., Any],
    order_body: Callable[..., dict[str, Any]],
    alice: User,
    offering: Offering,
) -> None:
    other = HpcOfferingFactory().plans.get()
    address = f"{AT}/marketplace-plans/{other.uuid.hex}/"
    refusal = {"plan": ["This plan is not available for selected offering."]}
    assert ask(alice, "post", ORDERS, order_body(plan=address)) == (400, refusal)
    PlanFactory(offering=offering)
    assert ask(alice, "post", ORDERS, order_body(plan=LEFT_OUT)) == (400, {"plan": REQUIRED})


def test_the_terms_of_service_are_accepted_with_the_order(
    ask: Callable[..., Any],
    order_body: Callable[..., dict[str, Any]],
    alice: User,
    offering: Offering,
) -> None:
    TermsOfServiceFactory(offering=offering)
    message = "Terms of service for offering 'LUMI-C' have not been accepted."
    assert ask(alice, "post", ORDERS, order_body()) == (400, {"non_field_errors": [message]})
    status, _ = ask(alice, "post", ORDERS, order_body(accepting_terms_of_service=True))
    assert status == 201


def test_an_expired_project_orders_nothing(
    ask: Callable[..., Any],
    order_body: Callable[..., dict[str, Any]],
    alice: User,
    project: Project,
    now: datetime,
) -> None:
    project.end_date = now.date()
    project.save()
    message = "Project 'Climate model | LUMI Sweden' is expired."
    assert ask(alice, "post", ORDERS, order_body()) == (400, [message])


def test_the_same_request_with_its_key_makes_one_allocation(
    as_user: Callable[[User], APIClient], order_body: Callable[..., dict[str, Any]], alice: User
) -> None:
    client = as_user(alice)
    answers = [
        client.post(
            "/api/marketplace-orders/", order_body(), format="json", HTTP_IDEMPOTENCY_KEY="spring-1"
        )
        for _ in range(2)
    ]
    assert [answer.status_code for answer in answers] == [201, 201]
    assert answers[0].json() == answers[1].json()
    assert Order.objects.count() == 1
