"""Every route of the API, as the URL configuration has it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from django.contrib.admindocs.views import simplify_regex
from django.urls import get_resolver

from common.api.reads.outputs import Nested, Output
from common.api.viewsets import ApiViewSet

if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass(frozen=True)
class Route:
    """One method of one address, and the action that serves it."""

    method: str
    path: str
    viewset: type[ApiViewSet]
    action: str

    def __str__(self) -> str:
        return f"{self.method.upper()} {self.path}"

    @property
    def is_list(self) -> bool:
        """Tell whether the action answers a page of rows."""
        declared = getattr(getattr(self.viewset, self.action), "api", None)
        return self.method == "get" and (self.action == "list" or bool(declared and declared.many))

    @property
    def is_collection(self) -> bool:
        """Tell whether the address has no argument."""
        return "{" not in self.path


def _patterns(patterns: Any, prefix: str) -> Iterator[tuple[str, Any]]:
    for pattern in patterns:
        path = prefix + _readable(pattern.pattern)
        if hasattr(pattern, "url_patterns"):
            yield from _patterns(pattern.url_patterns, path)
        else:
            yield path, pattern.callback


def _readable(pattern: Any) -> str:
    if hasattr(pattern, "_route"):
        return re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", str(pattern._route))  # noqa: SLF001
    return simplify_regex(pattern.regex.pattern).lstrip("/").replace("<", "{").replace(">", "}")


@lru_cache
def all_routes() -> tuple[Route, ...]:
    """Return every method of every address that an `ApiViewSet` serves, in the order of paths."""
    found = {
        Route(method, "/" + path, callback.cls, action)
        for path, callback in _patterns(get_resolver().url_patterns, "")
        if issubclass(getattr(callback, "cls", object), ApiViewSet)
        for method, action in callback.actions.items()
        if method != "head"
    }
    return tuple(sorted(found, key=lambda route: (route.path, route.method)))


@lru_cache
def all_outputs() -> tuple[type[Output], ...]:
    """Return every output that any viewset answers with, and those nested in them."""
    found: dict[type[Output], None] = {}
    waiting = [output for route in all_routes() for output in route.viewset.outputs()]
    while waiting:
        output = waiting.pop()
        if output not in found:
            found[output] = None
            fields = output().fields.values()
            waiting += [field.rows_output for field in fields if isinstance(field, Nested)]
    return tuple(sorted(found, key=lambda output: f"{output.__module__}.{output.__name__}"))
