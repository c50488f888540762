"""The re-created clients walk as the real ones, so a server that strays misleads them too."""

from collections.abc import Callable

import httpx
import pytest
from waldur_api_client.client import AuthenticatedClient

from tests.contract import paging

TOTAL = 25
Response = Callable[[httpx.Request], httpx.Response]


def serve_page(request: httpx.Request, relations: tuple[str, ...]) -> httpx.Response:
    """Answer a page of numbers with links in the given order."""
    size = int(request.url.params.get("page_size", 10))
    page = int(request.url.params.get("page", 1))
    last = -(-TOTAL // size)
    pages = {"first": None, "prev": page - 1, "next": page + 1, "last": last}
    links = [
        f'<{request.url.copy_set_param("page", number) if number else request.url}>; rel="{name}"'
        for name, number in ((name, pages[name]) for name in relations)
        if number is None or 1 <= number <= last
    ]
    rows = [{"name": str(number)} for number in range(TOTAL)[(page - 1) * size : page * size]]
    headers = {"Link": ", ".join(links), "X-Result-Count": str(TOTAL)}
    return httpx.Response(200, json=rows, headers=headers)


def right(request: httpx.Request) -> httpx.Response:
    return serve_page(request, ("first", "prev", "next", "last"))


def out_of_order(request: httpx.Request) -> httpx.Response:
    return serve_page(request, ("next", "last", "first", "prev"))


def count_too_high(request: httpx.Request) -> httpx.Response:
    response = right(request)
    response.headers["X-Result-Count"] = str(TOTAL + 1)
    return response


def client_of(server: Response) -> AuthenticatedClient:
    """Build the published client upon a made-up server; there is no connection to close."""
    client = AuthenticatedClient(base_url="http://server", token="t")
    http = httpx.Client(base_url="http://server", transport=httpx.MockTransport(server))
    return client.set_httpx_client(http)


def names(rows: list[paging.Row]) -> list[str]:
    return [row["name"] for row in rows]


EVERY_NAME = [str(number) for number in range(TOTAL)]


@pytest.mark.parametrize("page_size", [7, 10, 25, 200])
def test_every_walk_reads_every_row_of_a_right_server(page_size: int) -> None:
    client = client_of(right)
    http = client.get_httpx_client()

    assert names(paging.by_link_position(http, "/x/", {}, page_size)) == EVERY_NAME
    assert names(paging.by_result_count(http, "/x/", {}, page_size)) == EVERY_NAME
    assert [row.name for row in paging.by_next_page_number(client)] == EVERY_NAME
    assert [row.name for row in paging.first_page(client)] == EVERY_NAME[:10]


def test_links_out_of_order_mislead_the_client_that_counts_positions() -> None:
    http = client_of(out_of_order).get_httpx_client()

    rows = paging.by_link_position(http, "/x/", {}, page_size=5)

    assert names(rows) != EVERY_NAME


def test_a_count_that_is_too_high_misleads_the_client_that_counts_items() -> None:
    http = client_of(count_too_high).get_httpx_client()

    with pytest.raises(paging.ServerMisledClient):
        paging.by_result_count(http, "/x/", {}, page_size=5)
