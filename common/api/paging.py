"""Pages as Waldur's clients walk them: `Link` in a fixed order, `X-Result-Count`, bare arrays."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlencode

from rest_framework.exceptions import NotFound
from rest_framework.response import Response

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from django.db.models import QuerySet
    from rest_framework.request import Request

DEFAULT_SIZE = 10
MAX_SIZE = 300


class Page:
    """One page of a queryset, or of what is no table: which, of how many, where the others are."""

    def __init__(
        self, rows: QuerySet[Any] | tuple[Any, ...], query: Mapping[str, Any], url: str
    ) -> None:
        """Work out the page that `page` and `page_size` ask for; one count, no rows.

        :raises NotFound: beyond the end, or for a page that is no number.
        """
        self.size = _size(query.get("page_size"))
        self.count = len(rows) if isinstance(rows, tuple) else rows.count()
        self.last = max(1, -(-self.count // self.size))
        self.number = self._number(query.get("page") or "1")
        self.rows: Any = rows[(self.number - 1) * self.size : self.number * self.size]
        self._url, self._query = url, query

    def _number(self, wanted: str) -> int:
        if wanted == "last":
            return self.last
        if not wanted.isdecimal() or len(wanted) > 9 or not 1 <= int(wanted) <= self.last:
            raise NotFound("Invalid page.")
        return int(wanted)

    @property
    def headers(self) -> dict[str, str]:
        """The headers: clients find "next" by its position, and split at commas."""
        links = [("first", 1)]
        if self.number > 1:
            links.append(("prev", self.number - 1))
        if self.number < self.last:
            links.append(("next", self.number + 1))
        links.append(("last", self.last))
        return {
            "Link": ", ".join(f'<{self._link(number)}>; rel="{rel}"' for rel, number in links),
            "X-Result-Count": str(self.count),
        }

    def _link(self, number: int) -> str:
        lists = self._query.lists() if hasattr(self._query, "lists") else ()
        pairs = [(key, value) for key, values in lists for value in values if key != "page"]
        if number > 1:
            pairs.append(("page", str(number)))
        query = urlencode(sorted(pairs, key=lambda pair: pair[0]), quote_via=quote, safe="")
        return f"{self._url}?{query}" if query else self._url


def few(found: Sequence[Any], request: Request) -> Response:
    """Answer what is no table, all of it, or the page that `page` or `page_size` asks for."""
    query = request.query_params
    if not {"page", "page_size"} & set(query):
        return Response(list(found), headers={"X-Result-Count": str(len(found))})
    page = Page(tuple(found), query, request.build_absolute_uri(request.path))
    return Response(list(page.rows), headers=page.headers)


def _size(wanted: str | None) -> int:
    """Return the page size: what is no size falls back, what is too large is cut, as in Waldur."""
    if wanted is None or not wanted.isdecimal() or int(wanted[:9]) == 0:
        return DEFAULT_SIZE
    return min(int(wanted[:9]), MAX_SIZE)
