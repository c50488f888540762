"""Sets of filters, and what each filter declares that it reads."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import django_filters

from common.api.reads.visibility import readable

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.db.models import Q, QuerySet

OWN: tuple[str, ...] = ()
"""What a method reads that looks at the caller's own roles, accounts and consents alone."""
SEEN: tuple[str, ...] = ()
"""What a method reads that looks at those rows alone which the caller sees (`visible_to`)."""
NOTHING: tuple[str, ...] = ()
"""What a method reads that looks at no row, or leaves the question to the service."""


class Reads:
    """What a filter reads: the column that it is named after, or what is declared."""

    field_name: str | None
    method: Any

    def __init__(self, *args: Any, reads: tuple[str, ...] | None = None, **kwargs: Any) -> None:
        """Take django-filter's arguments, and the paths of the columns that a method reads."""
        super().__init__(*args, **kwargs)
        self.reads = reads

    @property
    def columns(self) -> tuple[str, ...]:
        """The paths that a row is matched by.

        :raises TypeError: for a method that declares none.
        """
        if self.reads is not None:
            return self.reads
        if self.method is not None or not self.field_name:
            raise TypeError(f"{self.field_name or self.method}: declare what the method reads")
        return (self.field_name,)


class ApiFilterSet(django_filters.FilterSet):
    """The base of all filter sets; `self.request.user` is the caller.

    `output` is what the rows are answered as; without one, no column counts as shown. The rows are
    those of the list; `Meta.model` says whose they are where the list shows another model's.
    """

    base_filters: dict[str, Any]

    @classmethod
    def get_fields(cls) -> dict[str, list[str]]:
        """Return no columns: only what is declared can be filtered by."""
        return {}

    @classmethod
    def is_idle(cls, query: Mapping[str, Any]) -> bool:
        """Tell whether a query leaves the rows as they are: it gives none of the filters.

        A filter set with a `filter_queryset` of its own may do something without being asked.
        """
        is_plain = cls.filter_queryset is ApiFilterSet.filter_queryset
        return is_plain and query.keys().isdisjoint(cls.base_filters) and not cls.demanded()

    @classmethod
    def demanded(cls) -> frozenset[str]:
        """Return the filters that a query must give."""
        named = cls.base_filters.items()
        return frozenset(name for name, one in named if one.extra.get("required"))

    def __init__(self, data: Any = None, *args: Any, output: Any = None, **kwargs: Any) -> None:
        """Take django-filter's arguments, and make the filters alone that were given, or must be.

        Each is copied for each request, with its form field, and forty of them cost milliseconds.
        """
        self.output = output
        declared = self.base_filters
        made = self.demanded().union(data or ())
        self.base_filters = {name: declared[name] for name in declared if name in made}
        super().__init__(data, *args, **kwargs)

    def filter_queryset(self, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Keep what every filter keeps, of the rows of which the caller may read what it reads."""
        rows = queryset
        for name, value in self.form.cleaned_data.items():
            found = self.filters[name].filter(rows, value)
            if found is not rows:
                conditions = [self.may_read(path) for path in self.filters[name].columns]
                for condition in conditions:
                    found = found if condition is None else found.filter(condition)
            rows = found
        return rows

    def may_read(self, path: str) -> Q | None:
        """Return the condition that the caller may read a column of a row; None: of every row."""
        return readable(path, model=self.queryset.model, output=self.output, user=self.request.user)
