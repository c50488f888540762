"""Usages are read by those who may see the resource, and filtered as the allocator guide says."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from identity.roles import RoleName
from tests.api.times import iso
from tests.cases import each
from tests.factories.accounting import ComponentUsageFactory, ComponentUserUsageFactory
from tests.factories.allocations import OfferingUserFactory
from tests.factories.identity import GrantFactory, UserFactory

URL = "/api/marketplace-component-usages/"
PARTS = "/api/marketplace-component-user-usages/"


@pytest.fixture
def usage(resource, carol):
    return ComponentUsageFactory(
        resource=resource,
        usage=Decimal(12),
        date=datetime(2026, 11, 22, 23, 30, tzinfo=UTC),
        modified_by=carol,
    )


@pytest.fixture
def part(usage, bob):
    account = OfferingUserFactory(offering=usage.resource.offering, user=bob, username="bob1")
    return ComponentUserUsageFactory(component_usage=usage, username="bob1", user=account)


def body_of(usage):
    resource = usage.resource
    return {
        "billing_period": "2026-11-01",
        "created": iso(usage.created),
        "customer_name": "LUMI Sweden",
        "customer_uuid": resource.project.customer.uuid.hex,
        "date": "2026-11-22T23:30:00Z",
        "description": "",
        "measured_unit": "kh",
        "missing_usage_policy": "none",
        "modified_by": usage.modified_by_id,
        "name": "CPU",
        "offering_name": "LUMI-C",
        "offering_uuid": resource.offering.uuid.hex,
        "project_name": "Climate model",
        "project_uuid": resource.project.uuid.hex,
        "recurring": False,
        "resource_name": "alloc-1",
        "resource_uuid": resource.uuid.hex,
        "type": "cpu_k_hours",
        "usage": "12.00",
        "uuid": usage.uuid.hex,
    }


def test_a_usage_says_whose_it_is_and_writes_its_amount_as_a_string(as_user, alice, usage):
    client = as_user(alice)

    assert client.get(URL).json() == [body_of(usage)]
    assert client.get(f"{URL}{usage.uuid}/").json() == body_of(usage)


def test_a_part_says_whose_it_is(as_user, alice, part):
    part.refresh_from_db()
    usage = part.component_usage
    assert as_user(alice).get(PARTS).json() == [
        {
            "backend_id": "",
            "billing_period": "2026-11-01",
            "component_type": "cpu_k_hours",
            "component_usage": f"http://testserver{URL}{usage.uuid.hex}/",
            "created": iso(part.created),
            "customer_name": "LUMI Sweden",
            "customer_uuid": usage.resource.project.customer.uuid.hex,
            "date": "2026-11-22T23:30:00Z",
            "description": "",
            "measured_unit": "kh",
            "modified": iso(part.modified),
            "offering_name": "LUMI-C",
            "offering_uuid": usage.resource.offering.uuid.hex,
            "project_name": "Climate model",
            "project_uuid": usage.resource.project.uuid.hex,
            "resource_name": "alloc-1",
            "resource_uuid": usage.resource.uuid.hex,
            "usage": "1.25",
            "user": f"http://testserver/api/marketplace-offering-users/{part.user.uuid.hex}/",
            "username": "bob1",
            "uuid": part.uuid.hex,
        }
    ]


def test_a_part_without_an_account_leaves_it_out(as_user, alice, usage):
    part = ComponentUserUsageFactory(component_usage=usage)

    assert "user" not in as_user(alice).get(f"{PARTS}{part.uuid.hex}/").json()


@pytest.mark.parametrize(
    ("role", "sees"),
    [
        ("alice", True),
        ("pi", True),
        ("bob", True),
        ("carol", True),
        ("dave", True),
        ("sam", True),
        ("mallory", False),
    ],
)
def test_usages_are_seen_by_those_who_see_the_resource(as_user, request, usage, part, role, sees):
    client = as_user(request.getfixturevalue(role))

    for url, row in ((URL, usage), (PARTS, part)):
        response = client.get(url)
        assert response["X-Result-Count"] == str(int(sees))
        assert len(response.json()) == int(sees)
        assert client.get(f"{url}{row.uuid}/").status_code == (200 if sees else 404)


def test_an_offering_manager_sees_the_usages_of_their_offering_only(as_user, usage, provider):
    other = ComponentUsageFactory(resource__offering__customer=provider)
    manager = UserFactory()
    GrantFactory(user=manager, role=RoleName.OFFERING_MANAGER, scope=usage.resource.offering)

    shown = as_user(manager).get(URL, {"field": "uuid"}).json()

    assert shown == [{"uuid": usage.uuid.hex}]
    assert other.uuid.hex not in str(shown)


@pytest.mark.parametrize("url", [URL, PARTS])
def test_without_a_token_nothing_is_shown(anonymous, usage, url):
    response = anonymous.get(url)

    assert (response.status_code, response.json()) == (
        401,
        {"detail": "Authentication credentials were not provided."},
    )


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
@pytest.mark.parametrize("url", [URL, PARTS])
def test_usages_are_written_by_reports_only(as_user, dave, usage, part, method, url):
    row = usage if url == URL else part
    path = url if method == "post" else f"{url}{row.uuid}/"
    response = getattr(as_user(dave), method)(path, {"usage": 1}, format="json")

    assert response.status_code == 405
    assert response.json() == {"detail": f'Method "{method.upper()}" not allowed.'}


FILTERS = [
    ("resource_uuid={resource}", True),
    ("resource_uuid={dashed}", True),
    ("resource_uuid=" + "0" * 32, False),
    ("resource=http://testserver/api/marketplace-resources/{resource}/", True),
    ("offering_uuid={offering}", True),
    ("offering_uuid={resource}", False),
    ("project_uuid={project}", True),
    ("customer_uuid={customer}", True),
    ("customer_uuid={provider}", False),
    ("type=cpu_k_hours", True),
    ("type=nope", False),
    ("date_after=2026-11-30", True),
    ("date_after=2026-12-01", False),
    ("date_before=2026-11-01", True),
    ("date_before=2026-10-31", False),
    ("date_before=9999-12-31", True),
    ("date_after=0001-01-01", True),
    ("date_after=2026-11-22&date_before=2026-11-22", True),
    ("billing_period_year=2026.0", True),
    ("billing_period_year=2026", True),
    ("billing_period_year=2025", False),
    ("billing_period_year=2026.5", False),
    ("billing_period_year=", True),
    ("billing_period_month=11", True),
    ("billing_period_month=12.0", False),
    ("billing_period_month=1e9", False),
    ("nonsense=1", True),
]
OF_USAGES = [
    ("billing_period=2026-11-01", True),
    ("billing_period=2026-10-01", False),
    ("missing_usage_policy=none&missing_usage_policy=zero", True),
    ("missing_usage_policy=none,reuse", True),
    ("missing_usage_policy=reuse", False),
]
OF_PARTS = [
    ("component_usage__billing_period=2026-11-01", True),
    ("component_usage__billing_period=2026-10-01", False),
    ("component_usage_billing_period=2026-10-01", False),
    ("username=bob1", True),
    ("username=bob", False),
]


def found(client, url, query, usage, provider):
    resource = usage.resource
    response = client.get(
        f"{url}?{query}".format(
            resource=resource.uuid.hex,
            dashed=resource.uuid,
            offering=resource.offering.uuid.hex,
            project=resource.project.uuid.hex,
            customer=resource.project.customer.uuid.hex,
            provider=provider.uuid.hex,
        )
    )
    assert response.status_code == 200, response.json()
    return bool(response.json())


@each(("query", "is_found"), [*FILTERS, *OF_USAGES])
def test_usages_are_filtered(as_user, alice, usage, provider, query, is_found):
    assert found(as_user(alice), URL, query, usage, provider) is is_found


@each(("query", "is_found"), [*FILTERS, *OF_PARTS])
def test_parts_are_filtered(as_user, alice, part, provider, query, is_found):
    assert found(as_user(alice), PARTS, query, part.component_usage, provider) is is_found


@pytest.mark.parametrize(
    ("query", "answer"),
    [
        ("resource_uuid=zzz", {"resource_uuid": ["Enter a valid UUID."]}),
        ("billing_period=bad", {"billing_period": ["Enter a valid date."]}),
        ("date_after=2026-13-01", {"date_after": ["Enter a valid date."]}),
        (
            "missing_usage_policy=odd",
            {
                "missing_usage_policy": [
                    "Select a valid choice. odd is not one of the available choices."
                ]
            },
        ),
        (
            "o=colour",
            {"o": ["Select a valid choice. colour is not one of the available choices."]},
        ),
        ("billing_period_year=x", {"billing_period_year": ["Enter a number."]}),
    ],
)
def test_what_cannot_be_read_is_400(as_user, alice, usage, query, answer):
    response = as_user(alice).get(f"{URL}?{query}")

    assert (response.status_code, response.json()) == (400, answer)


def test_the_newest_report_comes_first_unless_asked_otherwise(as_user, alice, usage):
    ComponentUsageFactory(
        resource=usage.resource, date=datetime(2026, 9, 2, tzinfo=UTC), usage=Decimal(50)
    )
    client = as_user(alice)

    def order(url, **query):
        return [row["usage"] for row in client.get(url, {"field": "usage", **query}).json()]

    assert order(URL) == ["12.00", "50.00"]
    assert order(URL, o="billing_period") == ["50.00", "12.00"]
    assert order(URL, o="-usage") == ["50.00", "12.00"]


def test_the_count_is_in_the_head(as_user, alice, usage):
    response = as_user(alice).head(URL, {"page_size": 1})

    assert (response.status_code, response["X-Result-Count"], response.content) == (200, "1", b"")
    assert usage.billing_period == date(2026, 11, 1)
