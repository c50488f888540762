"""Four clients walk through 250 projects, each in its own way; all arrive."""

from collections import Counter
from uuid import UUID

import httpx
import pytest
from pytest_django import DjangoDbBlocker
from waldur_api_client.api.projects import projects_count
from waldur_api_client.models import ProjectFieldEnum
from waldur_api_client.types import UNSET

from identity.models import Customer, Project
from tests.contract import paging
from tests.contract.cast import Cast
from tests.contract.live import connected_to
from tests.factories.identity import CustomerFactory, ProjectFactory

pytestmark = pytest.mark.e2e

ROWS = 250
PATH = "/api/projects/"


@pytest.fixture(scope="module")
def crowd(cast: Cast, django_db_blocker: DjangoDbBlocker) -> Customer:
    """An organisation with 250 projects, many of them of one name, seen by staff."""
    with django_db_blocker.unblock(), connected_to(cast.service.database):
        customer: Customer = CustomerFactory.create(
            name="Crowd & Sons, Ltd; est. 1900", abbreviation="CRWD"
        )
        Project.objects.bulk_create(
            ProjectFactory.build(customer=customer, name=f"Project {number % 7}")
            for number in range(ROWS)
        )
    return customer


@pytest.fixture
def http(cast: Cast) -> httpx.Client:
    """The staff's plain HTTP client, for what does not use the published one."""
    return cast.staff.get_httpx_client()


def assert_each_once(uuids: list[str]) -> None:
    assert len(uuids) == ROWS
    assert [uuid for uuid, times in Counter(uuids).items() if times > 1] == []


def test_the_python_client_reads_all_pages_by_the_number_in_the_next_link(
    cast: Cast, crowd: Customer
) -> None:
    projects = paging.by_next_page_number(cast.staff, customer=[crowd.uuid])

    assert_each_once([str(project.uuid) for project in projects])
    assert {project.customer_uuid for project in projects} == {crowd.uuid}


@pytest.mark.parametrize("page_size", [200, 60])
def test_waldur_client_reads_all_pages_by_the_position_of_the_link(
    http: httpx.Client, crowd: Customer, page_size: int
) -> None:
    filters = {"customer": crowd.uuid.hex, "customer_name": "Sons, Ltd; est", "o": "name"}

    rows = paging.by_link_position(http, PATH, filters, page_size)

    assert_each_once([row["uuid"] for row in rows])
    assert {row["customer_uuid"] for row in rows} == {crowd.uuid.hex}
    assert [row["name"] for row in rows] == sorted(row["name"] for row in rows)


@pytest.mark.parametrize("page_size", [300, 70])
def test_waldur_cli_reads_all_pages_until_it_has_the_announced_count(
    http: httpx.Client, crowd: Customer, page_size: int
) -> None:
    rows = paging.by_result_count(http, PATH, {"customer": crowd.uuid.hex}, page_size)

    assert_each_once([row["uuid"] for row in rows])


def test_a_client_that_reads_one_page_gets_ten_rows_and_can_ask_for_the_count(
    cast: Cast, crowd: Customer
) -> None:
    assert len(paging.first_page(cast.staff, customer=[crowd.uuid])) == 10
    assert projects_count.sync(client=cast.staff, customer=[crowd.uuid]) == ROWS


def test_sparse_rows_are_read_through_all_pages_too(cast: Cast, crowd: Customer) -> None:
    fields = [ProjectFieldEnum.UUID]

    projects = paging.by_next_page_number(cast.staff, customer=[crowd.uuid], field=fields)

    assert_each_once([str(project.uuid) for project in projects])
    assert (projects[0].name, projects[0].customer_uuid) == (UNSET, UNSET)


@pytest.mark.parametrize(
    ("page", "relations"),
    [
        ("1", ["first", "next", "last"]),
        ("2", ["first", "prev", "next", "last"]),
        ("3", ["first", "prev", "last"]),
        ("last", ["first", "prev", "last"]),
    ],
)
def test_the_links_come_in_the_order_that_clients_count_on(
    http: httpx.Client, crowd: Customer, page: str, relations: list[str]
) -> None:
    params = {"page": page, "page_size": "100", "customer": str(crowd.uuid)}

    links = http.get(PATH, params=params).headers["Link"].split(", ")

    assert [link.split("; ")[1] for link in links] == [f'rel="{name}"' for name in relations]
    assert "page=" not in links[0].replace("page_size=", "")
    assert all(f"customer={UUID(str(crowd.uuid))}" in link for link in links)


@pytest.mark.parametrize("asked", ["301", "1000"])
def test_a_page_is_never_longer_than_300(http: httpx.Client, crowd: Customer, asked: str) -> None:
    rows = http.get(PATH, params={"page_size": asked, "customer": crowd.uuid.hex})

    assert (rows.status_code, len(rows.json())) == (200, ROWS)
    assert rows.headers["X-Result-Count"] == str(ROWS)
