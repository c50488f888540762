"""Filters: the words of Waldur's query parameters, each with its type in the schema.

Several values may be given by repeating a parameter or with commas; unknown parameters are ignored;
a value that cannot be read is 400, in Waldur's words.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

import django_filters
from django import forms
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.dateparse import parse_date, parse_datetime

from config.common.api.inputs import uuid_in_url
from config.common.sorting import as_people_sort

if TYPE_CHECKING:
    from enum import StrEnum

Schema = dict[str, Any]
UUID_SCHEMA: Schema = {"type": "string", "format": "uuid"}


def several(schema: Schema) -> Schema:
    """Return the schema of a parameter that may be repeated."""
    return {"type": "array", "items": schema}


class ApiFilterSet(django_filters.FilterSet):
    """The base of all filter sets; `self.request.user` is the caller."""

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
        is_plain = cls.filter_queryset is django_filters.FilterSet.filter_queryset
        return is_plain and query.keys().isdisjoint(cls.base_filters) and not cls.demanded()

    @classmethod
    def demanded(cls) -> frozenset[str]:
        """Return the filters that a query must give."""
        named = cls.base_filters.items()
        return frozenset(name for name, one in named if one.extra.get("required"))

    def __init__(self, data: Any = None, *args: Any, **kwargs: Any) -> None:
        """Take django-filter's arguments, and make the filters alone that were given, or must be.

        Each is copied for each request, with its form field, and forty of them cost milliseconds.
        """
        declared = self.base_filters
        made = self.demanded().union(data or ())
        self.base_filters = {name: declared[name] for name in declared if name in made}
        super().__init__(data, *args, **kwargs)


class _SeveralWidget(forms.Widget):
    """Reads a repeated or comma-separated parameter."""

    def value_from_datadict(self, data: Any, files: Any, name: str) -> list[str]:
        given = data.getlist(name) if hasattr(data, "getlist") else data.get(name, [])
        values = [given] if isinstance(given, str) else given
        return [part for value in values for part in str(value).split(",") if part]


class _SeveralField(forms.Field):
    """Several values, each checked by a field of its own."""

    widget = _SeveralWidget

    def __init__(self, *, each: forms.Field, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.each = each

    def clean(self, value: Any) -> list[Any]:
        return [self.each.clean(one) for one in value or ()]


class _Moment(forms.Field):
    """A date, or a date and time; in UTC unless it says otherwise."""

    def clean(self, value: Any) -> datetime | None:
        if not value:
            return None
        try:
            moment = parse_datetime(value) or _midnight(value)
        except ValueError:
            moment = None
        if moment is None:
            raise forms.ValidationError("Enter a valid date/time.")
        return moment if timezone.is_aware(moment) else timezone.make_aware(moment)


def _midnight(value: str) -> datetime | None:
    day = parse_date(value)
    return datetime(day.year, day.month, day.day) if day else None  # noqa: DTZ001 - made aware above


class _Word(forms.ChoiceField):
    default_error_messages = {
        "invalid_choice": ("Select a valid choice. %(value)s is not one of the available choices.")
    }


class Exact(django_filters.CharFilter):
    """Equal text."""

    api_schema: Schema = {"type": "string"}

    def __init__(self, field_name: str | None = None, **kwargs: Any) -> None:
        """Take the column path."""
        super().__init__(field_name=field_name, **kwargs)


class Contains(Exact):
    """Text that contains the value, in any case."""

    def __init__(self, field_name: str | None = None, **kwargs: Any) -> None:
        """Take the column path."""
        super().__init__(field_name, lookup_expr="icontains", **kwargs)


class OneUuid(django_filters.UUIDFilter):
    """One UUID, in either form."""

    api_schema = UUID_SCHEMA

    def __init__(self, field_name: str | None = None, **kwargs: Any) -> None:
        """Take the column path."""
        super().__init__(field_name=field_name, **kwargs)


class Flag(django_filters.BooleanFilter):
    """`true` or `false`."""

    api_schema: Schema = {"type": "boolean"}

    def __init__(self, field_name: str | None = None, **kwargs: Any) -> None:
        """Take the column path."""
        super().__init__(field_name=field_name, **kwargs)


class Number(django_filters.NumberFilter):
    """A number; `2026.0` is 2026, since clients send years so."""

    api_schema: Schema = {"type": "number"}

    def __init__(self, field_name: str | None = None, **kwargs: Any) -> None:
        """Take the column path."""
        super().__init__(field_name=field_name, **kwargs)


class Day(django_filters.DateFilter):
    """A date; by default the same day, with `lookup_expr` before or after."""

    api_schema: Schema = {"type": "string", "format": "date"}

    def __init__(self, field_name: str | None = None, **kwargs: Any) -> None:
        """Take the column path."""
        super().__init__(field_name=field_name, **kwargs)


class Since(django_filters.Filter):
    """At or after a moment (a date is its first instant, in UTC)."""

    field_class = _Moment
    api_schema: Schema = {"type": "string", "format": "date-time"}

    def __init__(self, field_name: str | None = None, **kwargs: Any) -> None:
        """Take the column path."""
        super().__init__(field_name=field_name, lookup_expr="gte", **kwargs)


class Before(django_filters.Filter):
    """At or before a moment."""

    field_class = _Moment
    api_schema: Schema = {"type": "string", "format": "date-time"}

    def __init__(self, field_name: str | None = None, **kwargs: Any) -> None:
        """Take the column path."""
        super().__init__(field_name=field_name, lookup_expr="lte", **kwargs)


class _Several(django_filters.Filter):
    field_class = _SeveralField

    def filter(self, qs: QuerySet[Any], value: Any) -> QuerySet[Any]:
        """Keep the rows with any of the values."""
        if not value:
            return qs
        if self.method:
            kept: QuerySet[Any] = super().filter(qs, value)
        else:
            kept = self.get_method(qs)(**{f"{self.field_name}__in": value})
        return kept


class Uuids(_Several):
    """Any of several UUIDs."""

    api_schema = several(UUID_SCHEMA)

    def __init__(self, field_name: str | None = None, **kwargs: Any) -> None:
        """Take the column path."""
        super().__init__(field_name=field_name, each=forms.UUIDField(), **kwargs)


class Texts(_Several):
    """Any of several texts."""

    api_schema: Schema = several({"type": "string"})

    def __init__(self, field_name: str | None = None, **kwargs: Any) -> None:
        """Take the column path."""
        super().__init__(field_name=field_name, each=forms.CharField(), **kwargs)


class Choices(_Several):
    """Any of several words of an enum."""

    def __init__(
        self, field_name: str | None, words: type[StrEnum] | Mapping[str, Any], **kwargs: Any
    ) -> None:
        """Take the column path and the enum, or the words and what they stand for."""
        self.words = words
        names = list(words) if isinstance(words, Mapping) else [word.value for word in words]
        super().__init__(
            field_name=field_name,
            each=_Word(choices=[(name, name) for name in names]),
            **kwargs,
        )
        self.api_schema = several({"type": "string", "enum": sorted(names)})


class Url(django_filters.Filter):
    """An object named by its URL (or by its UUID); `field_name` leads to the UUID column."""

    api_schema: Schema = {"type": "string"}

    class field_class(forms.CharField):  # noqa: N801 - django-filter's name for it
        """A URL that ends in a UUID."""

        def clean(self, value: Any) -> UUID | None:
            """Return the UUID."""
            if not value:
                return None
            found = uuid_in_url("/" + str(value))
            if found is None:
                raise forms.ValidationError("Invalid hyperlink - No URL match.")
            return found

    def __init__(self, field_name: str | None = None, **kwargs: Any) -> None:
        """Take the column path of the UUID."""
        super().__init__(field_name=field_name, **kwargs)


class Search(django_filters.CharFilter):
    """Text looked for in several columns; a UUID also finds the row itself."""

    api_schema: Schema = {"type": "string"}

    def __init__(self, *lookups: str, uuid: str | None = None, **kwargs: Any) -> None:
        """Take the lookups that are tried, and the column path of the UUID."""
        super().__init__(**kwargs)
        self.lookups, self.uuid = lookups, uuid

    def filter(self, qs: QuerySet[Any], value: Any) -> QuerySet[Any]:
        """Keep the rows in which any of the lookups finds the text."""
        if not value:
            return qs
        condition = Q()
        for lookup in self.lookups:
            condition |= Q(**{lookup: value})
        if self.uuid:
            with suppress(ValueError):  # what is no UUID is looked for as text only
                condition |= Q(**{self.uuid: UUID(value)})
        return qs.filter(condition)


class Never(django_filters.Filter):
    """A filter on something that this service does not have: with a value, no row matches."""

    def __init__(
        self, reason: str, *, kind: str = "string", many: bool = False, **kwargs: Any
    ) -> None:
        """Take why no row can match, and the parameter's type in the contract."""
        super().__init__(**kwargs)
        self.reason, self.kind = reason, kind
        schema = UUID_SCHEMA if kind == "uuid" else {"type": kind}
        self.api_schema = several(schema) if many else schema

    def filter(self, qs: QuerySet[Any], value: Any) -> QuerySet[Any]:
        """Keep nothing when a value is given; `false` is true of every row."""
        if not value or (self.kind == "boolean" and str(value).lower() in {"false", "0"}):
            return qs
        return qs.none()


class Ordering(django_filters.Filter):
    """`o=name,-created`: the parameter's words and the columns they stand for; ends in the key.

    Texts are ordered as people do (`config.common.sorting`).
    """

    field_class = _SeveralField

    def __init__(self, words: Mapping[str, str | tuple[str, ...]], **kwargs: Any) -> None:
        """Take the words and their column paths."""
        self.words = words
        names = [sign + word for word in words for sign in ("", "-")]
        super().__init__(each=_Word(choices=[(name, name) for name in names]), **kwargs)
        self.api_schema = several({"type": "string", "enum": sorted(names)})

    def filter(self, qs: QuerySet[Any], value: Any) -> QuerySet[Any]:
        """Order the rows."""
        if not value:
            return qs
        columns: list[str] = []
        for name in value:
            sign, word = ("-", name[1:]) if name.startswith("-") else ("", name)
            paths = self.words[word]
            columns += [sign + path for path in ((paths,) if isinstance(paths, str) else paths)]
        return qs.order_by(*as_people_sort(qs.model, columns), "pk")
