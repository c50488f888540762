"""How four clients walk through a list that is longer than a page.

The first is the published Python client itself; the others are re-created from what the clients do
(waldur-client 0.6.4, waldur-cli, and a plain call that never looks beyond the first page).
"""

from collections.abc import Mapping
from typing import Any

import httpx
from waldur_api_client.api.projects import projects_list
from waldur_api_client.client import AuthenticatedClient
from waldur_api_client.models import Project

Row = dict[str, Any]


class ServerMisledClient(AssertionError):
    """A client would have gone on for ever or stopped on an error."""


def by_next_page_number(client: AuthenticatedClient, **filters: Any) -> list[Project]:
    """Walk as the Python client's ``sync_all``: only ``page`` is taken from the next link."""
    return projects_list.sync_all(client=client, **filters)


def first_page(client: AuthenticatedClient, **filters: Any) -> list[Project]:
    """Take what the Python client's ``sync`` takes: one page of the server's own size."""
    return projects_list.sync(client=client, **filters)


def by_link_position(
    http: httpx.Client, path: str, filters: Mapping[str, str | int], page_size: int = 200
) -> list[Row]:
    """Walk as waldur-client's ``_get_all``: the next link is the second, or third after a prev.

    The header is split and searched as text, and the URL is followed as it stands.
    """
    response = _fetch(http, path, {**filters, "page_size": page_size})
    rows: list[Row] = response.json()
    visited: set[str] = set()
    while "next" in response.headers["Link"]:
        parts = response.headers["Link"].split(", ")
        position = 2 if "prev" in response.headers["Link"] else 1
        url = parts[position].split("; ")[0][1:-1]
        if url in visited:
            raise ServerMisledClient(f"{url} came twice: {response.headers['Link']}")
        visited.add(url)
        response = _fetch(http, url, {})
        rows += response.json()
    return rows


def by_result_count(
    http: httpx.Client, path: str, filters: Mapping[str, str | int], page_size: int = 300
) -> list[Row]:
    """Walk as waldur-cli: ask for page after page until ``X-Result-Count`` items are there."""
    rows: list[Row] = []
    page = 1
    while True:
        asked = {**filters, "page": page, "page_size": page_size}
        response = _fetch(http, path, asked)
        rows += response.json()
        if len(rows) >= int(response.headers["X-Result-Count"]):
            return rows
        if not response.json():
            raise ServerMisledClient(f"page {page} is empty, {len(rows)} items so far")
        page += 1


def _fetch(http: httpx.Client, url: str, params: Mapping[str, str | int]) -> httpx.Response:
    response = http.get(url, params=dict(params) or None)
    if response.status_code != httpx.codes.OK:
        raise ServerMisledClient(f"{response.url}: {response.status_code} {response.text[:300]}")
    return response
