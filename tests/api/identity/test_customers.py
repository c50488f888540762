from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from identity.models import Customer, Project, User
from identity.roles import RoleName
from tests.api.times import iso
from tests.cases import each
from tests.factories.identity import (
    CustomerFactory,
    GrantFactory,
    OrganizationGroupFactory,
    ProjectFactory,
)
from tests.factories.marketplace import OfferingFactory, ResourceFactory, ServiceProviderFactory

if TYPE_CHECKING:
    from collections.abc import Callable

    from rest_framework.test import APIClient

pytestmark = pytest.mark.django_db

AT = "/api/customers/"


def url(noun: Any, row: Any) -> Any:
    return f"http://testserver/api/{noun}/{row.uuid.hex}/"


@pytest.fixture
def here(allocator: Customer) -> str:
    return f"{AT}{allocator.uuid.hex}/"


EMPTY = (
    "access_subnets",
    "address",
    "agreement_number",
    "apartment_nr",
    "backend_id",
    "bank_account",
    "bank_name",
    "city",
    "contact_details",
    "description",
    "domain",
    "email",
    "homepage",
    "house_nr",
    "household",
    "native_name",
    "notification_emails",
    "parish",
    "phone_number",
    "postal",
    "originated_id",
    "registration_code",
    "state",
    "street",
    "vat_code",
)


def test_staff_register_an_organisation(as_user: Callable[[User], APIClient], dave: User) -> None:
    body = {"name": "Consumer Org", "abbreviation": "CO", "country": "EE", "latitude": 58.4}

    answer = as_user(dave).post(AT, body, format="json")

    customer = Customer.objects.get()
    assert answer.status_code == 201
    assert answer["Location"] == url("customers", customer)
    assert answer.json() == {
        **dict.fromkeys(EMPTY, ""),
        "url": url("customers", customer),
        "uuid": customer.uuid.hex,
        "created": iso(customer.created),
        "name": "Consumer Org",
        "slug": "consumer-o",
        "abbreviation": "CO",
        "display_name": "CO",
        "country": "EE",
        "country_name": "Estonia",
        "accounting_start_date": iso(customer.accounting_start_date),
        "archived": False,
        "blocked": False,
        "default_affiliations": [],
        "default_tax_percent": "0.00",
        "display_billing_info_in_projects": False,
        "grace_period_days": None,
        "is_service_provider": False,
        "is_service_provider_manager_only": False,
        "latitude": 58.4,
        "longitude": None,
        "max_service_accounts": None,
        "organization_groups": [],
        "payment_profiles": [],
        "project_slug_template": None,
        "projects_count": 0,
        "service_provider": None,
        "service_provider_uuid": None,
        "sponsor_number": None,
        "user_affiliations": [],
        "user_email_patterns": [],
        "user_identity_sources": [],
        "users_count": 0,
    }


def test_a_country_that_is_not_known_is_left_out(
    as_user: Callable[[User], APIClient], alice: User, here: str
) -> None:
    shown = as_user(alice).get(here).json()

    assert "country" not in shown
    assert "country_name" not in shown


def test_what_is_wrong_is_told_in_waldurs_words(
    as_user: Callable[[User], APIClient], dave: User, allocator: Customer
) -> None:
    cases = [
        ({}, {"name": ["This field is required."]}),
        ({"name": "Bad", "country": "ZZ"}, {"country": ['"ZZ" is not a valid choice.']}),
        ({"name": "Bad", "email": "x"}, {"email": ["Enter a valid email address."]}),
        ({"name": "Bad", "latitude": "NaN"}, {"latitude": ["A valid number is required."]}),
        (
            {"name": "Bad", "latitude": 91},
            {"latitude": ["Ensure this value is less than or equal to 90."]},
        ),
        (
            {"name": "Bad", "default_tax_percent": "100.00"},
            {"default_tax_percent": ["Ensure that there are no more than 4 digits in total."]},
        ),
        (
            {"name": "Bad", "slug": allocator.slug},
            {"slug": ["customer with this slug already exists."]},
        ),
        (
            {"name": "Bad", "project_metadata_checklist": "0" * 32},
            {"project_metadata_checklist": ["Checklists are not served."]},
        ),
    ]
    for body, errors in cases:
        answer = as_user(dave).post(AT, body, format="json")
        assert (answer.status_code, answer.json()) == (400, errors), body


def test_an_owner_keeps_their_organisation_but_not_what_is_staffs(
    as_user: Callable[[User], APIClient], alice: User, allocator: Customer, here: str
) -> None:
    body = {"native_name": "Rootsi", "slug": "mine", "blocked": True}

    answer = as_user(alice).patch(here, body, format="json")

    assert answer.status_code == 200
    shown = answer.json()
    assert (shown["native_name"], shown["slug"], shown["blocked"]) == (
        "Rootsi",
        allocator.slug,
        False,
    )


def test_an_organisation_shows_what_belongs_to_it(
    as_user: Callable[[User], APIClient], carol: User, provider: Customer, allocator: Customer
) -> None:
    group = OrganizationGroupFactory(name="Sweden", parent=OrganizationGroupFactory(name="EU"))
    provider.organization_groups.add(group)
    allocator.organization_groups.add(group)
    ProjectFactory(customer=provider)
    ProjectFactory(customer=provider, is_removed=True)
    offering = OfferingFactory(customer=provider)
    GrantFactory(scope=offering, role=RoleName.OFFERING_MANAGER)
    GrantFactory(scope=provider, role=RoleName.CUSTOMER_READER, is_active=False)
    registered = ServiceProviderFactory(customer=provider)

    shown = as_user(carol).get(f"{AT}{provider.uuid}/").json()

    assert shown["is_service_provider"] is True
    assert shown["service_provider_uuid"] == registered.uuid.hex
    assert shown["service_provider"] == url("marketplace-service-providers", registered)
    assert (shown["projects_count"], shown["users_count"]) == (1, 1)
    assert shown["organization_groups"] == [
        {
            "customers_count": 2,
            "name": "Sweden",
            "parent": url("organization-groups", group.parent),
            "parent_name": "EU",
            "parent_uuid": group.parent.uuid.hex,
            "url": url("organization-groups", group),
            "uuid": group.uuid.hex,
        }
    ]


def test_an_organisation_with_projects_is_not_deleted(
    as_user: Callable[[User], APIClient], dave: User, alice: User, project: Project, here: str
) -> None:
    answer = as_user(dave).delete(here)

    assert answer.status_code == 409
    assert answer.json() == {
        "detail": "Organization has projects. Please remove them before deleting it."
    }
    assert as_user(alice).get(here).status_code == 200


def test_an_organisation_without_anything_is_deleted_once(
    as_user: Callable[[User], APIClient], dave: User, elsewhere: Customer
) -> None:
    at = f"{AT}{elsewhere.uuid.hex}/"

    answer = as_user(dave).delete(at)

    assert (answer.status_code, answer.content) == (204, b"")
    again = as_user(dave).delete(at)
    assert again.status_code == 404
    assert again.json() == {"detail": "No Customer matches the given query."}


def test_a_list_holds_the_organisations_in_which_one_has_a_part(
    as_user: Callable[[User], APIClient], bob: User, mallory: User, allocator: Customer
) -> None:
    assert [row["name"] for row in as_user(bob).get(AT).json()] == ["LUMI Sweden"]
    assert [row["name"] for row in as_user(mallory).get(AT).json()] == ["Elsewhere"]


@pytest.fixture
def three(dave: User) -> Any:
    """Three organisations, seen by dave: a provider, its consumer, and an idle one."""
    provider = CustomerFactory(name="CSC", abbreviation="CSC", domain="csc.fi")
    ServiceProviderFactory(customer=provider)
    consumer = CustomerFactory(
        name="LUMI Sweden",
        native_name="Rootsi",
        abbreviation="SWE",
        agreement_number="A-7",
        backend_id="swe",
        contact_details="Stockholm",
        registration_code="556",
        slug="swe",
    )
    consumer.organization_groups.add(OrganizationGroupFactory(name="Nordic"))
    resource = ResourceFactory(
        project__customer=consumer, offering=OfferingFactory(customer=provider)
    )
    resource.project.resources_count = 1
    resource.project.save()
    CustomerFactory(
        name="Idle",
        abbreviation="ZZ",
        archived=True,
        accounting_start_date="2131-01-01T00:00:00Z",
    )
    return provider, consumer


@each(
    ("query", "found"),
    [
        ("", ["CSC", "Idle", "LUMI Sweden"]),
        ("o=-name", ["LUMI Sweden", "Idle", "CSC"]),
        ("name=lumi", ["LUMI Sweden"]),
        ("name_exact=LUMI", []),
        ("native_name=root", ["LUMI Sweden"]),
        ("abbreviation=sw", ["LUMI Sweden"]),
        ("slug=swe", ["LUMI Sweden"]),
        ("backend_id=swe", ["LUMI Sweden"]),
        ("agreement_number=A-", ["LUMI Sweden"]),
        ("contact_details=holm", ["LUMI Sweden"]),
        ("registration_code=556", ["LUMI Sweden"]),
        ("query=csc.fi", ["CSC"]),
        ("query=556", ["LUMI Sweden"]),
        ("archived=true", ["Idle"]),
        ("accounting_is_running=false", ["Idle"]),
        ("accounting_is_running=true", ["CSC", "LUMI Sweden"]),
        ("has_resources=true", ["LUMI Sweden"]),
        ("has_resources=false", ["CSC", "Idle"]),
        ("is_service_provider=true", ["CSC"]),
        ("is_service_provider=false", ["Idle", "LUMI Sweden"]),
        ("is_call_managing_organization=true", []),
        ("is_call_managing_organization=false", ["CSC", "Idle", "LUMI Sweden"]),
        ("organization_group_name=nord", ["LUMI Sweden"]),
        ("organization_group_uuid=00000000000000000000000000000000", []),
        ("service_provider_uuid=00000000000000000000000000000000", []),
        ("owned_by_current_user=true", []),
        ("current_user_has_project_create_permission=true", ["CSC", "Idle", "LUMI Sweden"]),
    ],
)
def test_every_filter_finds_what_it_names(
    as_user: Callable[[User], APIClient], dave: User, three: Any, query: str, found: Any
) -> None:
    answer = as_user(dave).get(f"{AT}?field=name&{query}")

    assert answer.json() == [{"name": name} for name in found]


def test_organisations_are_found_by_provider_and_group(
    as_user: Callable[[User], APIClient], dave: User, three: Any
) -> None:
    provider, consumer = three
    client = as_user(dave)
    for query in (
        f"service_provider_uuid={provider.service_provider.uuid}",
        f"organization_group_uuid={consumer.organization_groups.get().uuid.hex}",
    ):
        assert client.get(f"{AT}?field=name&{query}").json() == [{"name": "LUMI Sweden"}]


def test_the_callers_part_in_an_organisation_can_be_asked_for(
    as_user: Callable[[User], APIClient], alice: User, bob: User, allocator: Customer
) -> None:
    reading = GrantFactory(
        user=alice, role=RoleName.CUSTOMER_READER, scope=CustomerFactory(name="B")
    )

    def names(user: Any, query: str) -> Any:
        return [row["name"] for row in as_user(user).get(f"{AT}?{query}").json()]

    assert names(alice, "owned_by_current_user=true") == ["LUMI Sweden"]
    assert names(alice, "owned_by_current_user=false") == ["B"]
    assert names(alice, "current_user_has_role=CUSTOMER.READER") == ["B"]
    assert names(alice, "current_user_has_role=CUSTOMER.READER,CUSTOMER.OWNER") == [
        "B",
        "LUMI Sweden",
    ]
    assert names(alice, "current_user_has_project_create_permission=true") == ["LUMI Sweden"]
    assert names(alice, "current_user_has_project_create_permission=false") == ["B"]
    assert names(bob, "current_user_has_project_create_permission=true") == []
    assert names(alice, f"user_uuid={alice.uuid}") == ["B", "LUMI Sweden"]
    assert names(alice, f"user_uuid={bob.uuid}") == []
    assert reading.is_active


def test_who_is_there_for_the_offerings_alone_is_told_so(
    as_user: Callable[[User], APIClient], provider: Customer, allocator: Customer, now: datetime
) -> None:
    manager = GrantFactory(scope=provider, role=RoleName.CUSTOMER_MANAGER).user
    GrantFactory(user=manager, scope=allocator, role=RoleName.CUSTOMER_READER)
    GrantFactory(
        user=manager,
        scope=provider,
        role=RoleName.CUSTOMER_OWNER,
        expiration_time=now - timedelta(days=1),
    )

    shown = as_user(manager).get(f"{AT}?field=is_service_provider_manager_only&field=name").json()

    assert shown == [
        {"name": "CSC", "is_service_provider_manager_only": True},
        {"name": "LUMI Sweden", "is_service_provider_manager_only": False},
    ]
