"""Lists as Waldur's clients walk, filter and shape them."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.utils import timezone

from tests.factories.identity import CustomerFactory, ProjectFactory

if TYPE_CHECKING:
    from collections.abc import Callable

    from rest_framework.test import APIClient

    from identity.models import Customer, User

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.api.common.sample")]
HERE = "http://testserver/api/sample/"


@pytest.fixture
def client(as_user: Callable[[User], APIClient], alice: User) -> APIClient:
    return as_user(alice)


@pytest.fixture
def many(allocator: Customer) -> None:
    for number in range(25):
        ProjectFactory(customer=allocator, name=f"p{number:02}")


def names(response: Any) -> list[str]:
    assert response.status_code == 200, response.content
    return [row["name"] for row in response.json()]


def test_the_first_page_has_ten_rows_and_says_how_many_there_are(
    client: APIClient, many: None
) -> None:
    response = client.get("/api/sample/")
    assert names(response) == [f"p{number:02}" for number in range(10)]
    assert response["X-Result-Count"] == "25"
    assert response["Link"] == (
        f'<{HERE}>; rel="first", <{HERE}?page=2>; rel="next", <{HERE}?page=3>; rel="last"'
    )


def test_a_middle_page_links_both_ways_with_sorted_and_encoded_parameters(
    client: APIClient, many: None
) -> None:
    response = client.get("/api/sample/?page_size=5&name=p&page=2&o=name,-customer_name")
    query = "name=p&o=name%2C-customer_name"
    assert response["Link"] == (
        f'<{HERE}?{query}&page_size=5>; rel="first", '
        f'<{HERE}?{query}&page_size=5>; rel="prev", '
        f'<{HERE}?{query}&page=3&page_size=5>; rel="next", '
        f'<{HERE}?{query}&page=5&page_size=5>; rel="last"'
    )


def test_a_single_page_links_to_itself_as_first_and_last(client: APIClient) -> None:
    response = client.get("/api/sample/")
    assert response.json() == []
    assert response["X-Result-Count"] == "0"
    assert response["Link"] == f'<{HERE}>; rel="first", <{HERE}>; rel="last"'


@pytest.mark.parametrize(("size", "expected"), [("0", 10), ("abc", 10), ("7", 7), ("301", 25)])
def test_a_strange_page_size_is_no_error(
    client: APIClient, many: None, size: str, expected: int
) -> None:
    assert len(names(client.get(f"/api/sample/?page_size={size}"))) == expected


@pytest.mark.parametrize("page", ["0", "4", "abc", "-1", "9" * 30])
def test_a_page_that_is_not_there_is_404(client: APIClient, many: None, page: str) -> None:
    response = client.get(f"/api/sample/?page={page}")
    assert response.status_code == 404
    assert response.json() == {"detail": "Invalid page."}


def test_an_empty_page_is_the_first(client: APIClient, many: None) -> None:
    response = client.get("/api/sample/?page=&page_size=7")
    assert names(response) == names(client.get("/api/sample/?page_size=7"))


def test_the_last_page_has_a_name(client: APIClient, many: None) -> None:
    assert names(client.get("/api/sample/?page=last")) == [f"p{n:02}" for n in range(20, 25)]


def test_head_counts_without_a_body(client: APIClient, many: None) -> None:
    response = client.head("/api/sample/?name=p1")
    assert (response.status_code, response["X-Result-Count"]) == (200, "10")
    assert response.content == b""


def test_fields_are_chosen_by_repetition_or_commas_and_unknown_ones_ignored(
    client: APIClient, many: None
) -> None:
    rows = client.get("/api/sample/?field=name&field=nope&page_size=1").json()
    assert rows == [{"name": "p00"}]
    rows = client.get("/api/sample/?field=name,end_date&page_size=1").json()
    assert rows == [{"name": "p00", "end_date": None}]
    whole = client.get("/api/sample/?field=nope&page_size=1").json()
    assert set(whole[0]) == {"url", "uuid", "name", "description", "end_date"}


def test_filters_read_what_clients_send(client: APIClient, allocator: Customer) -> None:
    kept = ProjectFactory(customer=allocator, name="Ocean", backend_id="b-1", kind="course")
    ProjectFactory(customer=allocator, name="Forest")
    other = CustomerFactory().uuid
    hour = timedelta(hours=1)
    for query in (
        "name=ocea",
        "name_exact=Ocean",
        "kind=course",
        "kind=course&kind=public",
        "kind=course,public",
        f"query={kept.uuid}",
        f"query={kept.uuid.hex}",
        "query=b-1",
        f"customer={other}&customer={allocator.uuid.hex}&name=ocean",
        f"customer={other},{allocator.uuid}&name=ocean",
        f"customer_url=http://x/api/customers/{allocator.uuid.hex}/&name=ocean",
        "is_industry=false&name=ocean",
        "affiliation=false&name=ocean",
        "unknown=1&name=ocean",
        f"created={(timezone.now() - hour).isoformat().replace('+', '%2B')}&name=ocean",
        "created=2020-01-01&name=ocean",
    ):
        assert names(client.get(f"/api/sample/?{query}")) == ["Ocean"], query
    for query in (f"customer={other}", "name_exact=ocean", "affiliation=true", "kind=public"):
        assert names(client.get(f"/api/sample/?{query}")) == [], query
    before = (timezone.now() - hour).isoformat().replace("+", "%2B")
    assert names(client.get(f"/api/sample/?created_before={before}")) == []
    assert names(client.get("/api/sample/?o=-name")) == ["Ocean", "Forest"]


@pytest.mark.parametrize(
    ("query", "body"),
    [
        ("customer=abc", {"customer": ["Enter a valid UUID."]}),
        (
            "o=bogus",
            {"o": ["Select a valid choice. bogus is not one of the available choices."]},
        ),
        (
            "kind=Course",
            {"kind": ["Select a valid choice. Course is not one of the available choices."]},
        ),
        ("created=soon", {"created": ["Enter a valid date/time."]}),
        ("created=2020-99-01", {"created": ["Enter a valid date/time."]}),
        ("customer_url=x", {"customer_url": ["Invalid hyperlink - No URL match."]}),
    ],
)
def test_a_value_that_cannot_be_read_is_400(client: APIClient, query: str, body: object) -> None:
    response = client.get(f"/api/sample/?{query}")
    assert (response.status_code, response.json()) == (400, body)


def test_the_outsider_gets_an_empty_list_and_404(
    as_user: Callable[[User], APIClient], mallory: User, allocator: Customer
) -> None:
    project = ProjectFactory(customer=allocator)
    assert as_user(mallory).get("/api/sample/").json() == []
    response = as_user(mallory).get(f"/api/sample/{project.uuid.hex}/")
    assert response.status_code == 404
    assert response.json() == {"detail": "No Project matches the given query."}


def test_both_forms_of_a_uuid_lead_to_the_row_and_nonsense_to_404(
    client: APIClient, allocator: Customer
) -> None:
    project = ProjectFactory(customer=allocator)
    for text in (project.uuid.hex, str(project.uuid)):
        row = client.get(f"/api/sample/{text}/").json()
        assert row["uuid"] == project.uuid.hex
        assert row["url"] == f"{HERE}{project.uuid.hex}/"
    assert client.get("/api/sample/nonsense/").status_code == 404


def test_a_list_below_a_row_is_paged_and_ordered_as_declared(
    client: APIClient, allocator: Customer
) -> None:
    first = ProjectFactory(customer=allocator, name="a")
    ProjectFactory(customer=allocator, name="b")
    ProjectFactory(customer=allocator, name="c")
    response = client.get(f"/api/sample/{first.uuid.hex}/others/?field=name")
    assert response.json() == [{"name": "c"}, {"name": "b"}]
    assert response["X-Result-Count"] == "2"
