"""The words of the parameters of every list, and values that they take."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from common.api import filters
from config.documents.routes import Route, all_routes

if TYPE_CHECKING:
    from collections.abc import Iterator


class Asked(NamedTuple):
    """A word of the parameters of a list."""

    route: Route
    filterset: Any
    word: str

    @property
    def declared(self) -> Any:
        """The filter."""
        return self.filterset.base_filters[self.word]


def filterset_of(route: Route) -> Any:
    """Return the filter set of a list, if it has one."""
    declared = getattr(getattr(route.viewset, route.action), "api", None)
    return (declared and declared.filterset) or (
        route.viewset.filterset_class if route.action == "list" else None
    )


def output_of(route: Route) -> Any:
    """Return what a list answers with."""
    declared = getattr(getattr(route.viewset, route.action), "api", None)
    return (declared and declared.output) or route.viewset.output


def every_word() -> Iterator[Asked]:
    """Return every word of every list; of lists alike (below many addresses) those of the first."""
    lists = [route for route in all_routes() if route.is_list]
    alike = {(filterset_of(one), str(output_of(one))): one for one in reversed(lists)}
    for (filterset, _), route in alike.items():
        words = filterset.base_filters if filterset else {}
        for word, declared in words.items():
            if not isinstance(declared, filters.Never):
                yield Asked(route, filterset, word)


def some_value(declared: Any) -> list[str]:
    """Return values that a filter takes, whatever they find."""
    if isinstance(declared, filters.Ordering):
        return list(declared.words)
    if isinstance(declared, filters.Choices):
        return list(declared.words)[:1]
    kinds = (
        (filters.Flag, ["true", "false"]),
        (filters.OneUuid | filters.Uuids | filters.Url, ["1" * 32]),
        (filters.Number, ["1"]),
        (filters.Day | filters.Since | filters.Before, ["2026-01-01"]),
    )
    return next((values for kind, values in kinds if isinstance(declared, kind)), ['{"a": "b"}'])
