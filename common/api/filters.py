"""Filters: the words of Waldur's query parameters, each with its type in the schema.

Several values may be given by repeating a parameter or with commas; unknown parameters are ignored;
a value that cannot be read is 400, in Waldur's words.

A filter names the columns that it reads, one with a method of its own in `reads`. A row does not
match by a column that the caller may not read of it, and it is not ordered by it either: see
`common.api.reads.visibility`.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, Any
from uuid import UUID

import django_filters
from django import forms
from django.db.models import Case, Func, Q, QuerySet, When

from common.api.filtersets import NOTHING, OWN, SEEN, ApiFilterSet, Reads
from common.api.inputs import uuid_in_url
from common.api.times import written
from common.sorting import key_of, ordered_by
from common.times import clamped

if TYPE_CHECKING:
    from datetime import datetime
    from enum import StrEnum

__all__ = [
    "NOTHING",
    "OWN",
    "SEEN",
    "ApiFilterSet",
    "Before",
    "Choices",
    "Contains",
    "Day",
    "Exact",
    "Flag",
    "Never",
    "Number",
    "OneUuid",
    "Ordering",
    "Search",
    "Since",
    "Texts",
    "Url",
    "Uuids",
    "several",
]

Schema = dict[str, Any]
UUID_SCHEMA: Schema = {"type": "string", "format": "uuid"}
COMPARED = {
    "exact": "Matches the whole text; upper and lower case differ.",
    "iexact": "Matches the whole text, in upper or lower case.",
    "icontains": "Matches texts that contain the value, in upper or lower case.",
}
DAYS = {"exact": "On this day", "gte": "On this day or later", "lte": "On this day or earlier"}
MOMENT = "ISO 8601, in UTC unless it has an offset; a date alone is its first instant."


def several(schema: Schema) -> Schema:
    """Return the schema of a parameter that may be repeated."""
    return {"type": "array", "items": schema}


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
    """A date, or a date and time; in UTC unless it says otherwise.

    Nothing is older or later than the bounds: what is beyond them stands for them.
    """

    def clean(self, value: Any) -> datetime | None:
        if not value:
            self.validate(None)
            return None
        try:
            return clamped(written(value))
        except ValueError as error:
            raise forms.ValidationError("Enter a valid date/time.") from error


class _Word(forms.ChoiceField):
    default_error_messages = {
        "invalid_choice": ("Select a valid choice. %(value)s is not one of the available choices.")
    }


class Exact(Reads, django_filters.CharFilter):
    """Equal text."""

    api_schema: Schema = {"type": "string"}

    def __init__(self, field_name: str | None = None, **kwargs: Any) -> None:
        """Take the column path."""
        super().__init__(field_name=field_name, **kwargs)

    @property
    def hint(self) -> str:
        """What matches, by the way of comparing."""
        return "" if self.method else COMPARED[self.lookup_expr]


class Contains(Exact):
    """Text that contains the value, in any case."""

    def __init__(self, field_name: str | None = None, **kwargs: Any) -> None:
        """Take the column path."""
        super().__init__(field_name, lookup_expr="icontains", **kwargs)


class OneUuid(Reads, django_filters.UUIDFilter):
    """One UUID, in either form."""

    api_schema = UUID_SCHEMA

    def __init__(self, field_name: str | None = None, **kwargs: Any) -> None:
        """Take the column path."""
        super().__init__(field_name=field_name, **kwargs)


class Flag(Reads, django_filters.BooleanFilter):
    """`true` or `false`."""

    api_schema: Schema = {"type": "boolean"}

    def __init__(self, field_name: str | None = None, **kwargs: Any) -> None:
        """Take the column path."""
        super().__init__(field_name=field_name, **kwargs)


class Number(Reads, django_filters.NumberFilter):
    """A number; `2026.0` is 2026, since clients send years so."""

    api_schema: Schema = {"type": "number"}

    def __init__(self, field_name: str | None = None, **kwargs: Any) -> None:
        """Take the column path."""
        super().__init__(field_name=field_name, **kwargs)


class Day(Reads, django_filters.DateFilter):
    """A date; by default the same day, with `lookup_expr` before or after."""

    api_schema: Schema = {"type": "string", "format": "date"}

    def __init__(self, field_name: str | None = None, **kwargs: Any) -> None:
        """Take the column path."""
        super().__init__(field_name=field_name, **kwargs)

    @property
    def hint(self) -> str:
        """What matches, by the way of comparing."""
        return f"{DAYS[self.lookup_expr]}, written `YYYY-MM-DD`."


class Since(Reads, django_filters.Filter):
    """At or after a moment (a date is its first instant, in UTC)."""

    field_class = _Moment
    api_schema: Schema = {"type": "string", "format": "date-time"}
    hint = f"At or after this moment: {MOMENT}"

    def __init__(self, field_name: str | None = None, **kwargs: Any) -> None:
        """Take the column path."""
        super().__init__(field_name=field_name, lookup_expr="gte", **kwargs)


class Before(Reads, django_filters.Filter):
    """At or before a moment."""

    field_class = _Moment
    api_schema: Schema = {"type": "string", "format": "date-time"}
    hint = f"At or before this moment: {MOMENT}"

    def __init__(self, field_name: str | None = None, **kwargs: Any) -> None:
        """Take the column path."""
        super().__init__(field_name=field_name, lookup_expr="lte", **kwargs)


class _Several(Reads, django_filters.Filter):
    field_class = _SeveralField
    hint = "Several may be given, by repeating the parameter or with commas: any of them matches."

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


class Url(Reads, django_filters.Filter):
    """An object named by its URL (or by its UUID); `field_name` leads to the UUID column."""

    api_schema: Schema = {"type": "string"}
    hint = "Its URL, or its UUID alone."

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


class Search(Reads, django_filters.CharFilter):
    """Text looked for in several columns; a UUID also finds the row itself.

    `beside` names what a subclass looks at as well.
    """

    beside: tuple[str, ...] = ()
    api_schema: Schema = {"type": "string"}

    def __init__(self, *lookups: str, uuid: str | None = None, **kwargs: Any) -> None:
        """Take the lookups that are tried, and the column path of the UUID."""
        super().__init__(reads=NOTHING, **kwargs)  # it looks at each row's columns by itself
        self.lookups, self.uuid = lookups, uuid

    @property
    def hint(self) -> str:
        """Where the text is looked for."""
        paths = [lookup.removesuffix("__icontains") for lookup in self.lookups]
        places = [path.replace("__", " ").replace("_", " ") for path in (*self.beside, *paths)]
        told = ", ".join([*places, *(["UUID"] if self.uuid else [])])
        return f"Looked for in: {told}.".replace("resource", "allocation").replace(
            "customer", "organization"
        )

    def filter(self, qs: QuerySet[Any], value: Any) -> QuerySet[Any]:
        """Keep the rows in which any of the lookups finds the text."""
        if not value:
            return qs
        condition = Q()
        for found in self.found(value):
            condition |= found
        return qs.filter(condition)

    def found(self, value: str) -> list[Q]:
        """Return the conditions of which one is enough."""
        conditions = [self.by(lookup, value) for lookup in self.lookups]
        if self.uuid:
            with suppress(ValueError):  # what is no UUID is looked for as text only
                conditions.append(self.by(self.uuid, UUID(value)))
        return conditions

    def by(self, lookup: str, value: Any) -> Q:
        """Return the condition that a lookup finds the value, where the caller may read it."""
        found, may = Q(**{lookup: value}), self.parent.may_read(lookup)
        return found if may is None else found & may


class Never(Reads, django_filters.Filter):
    """A filter on something that this service does not have: with a value, no row matches."""

    def __init__(
        self, reason: str, *, kind: str = "string", many: bool = False, **kwargs: Any
    ) -> None:
        """Take why no row can match, and the parameter's type in the contract."""
        super().__init__(reads=NOTHING, **kwargs)
        self.reason, self.kind = reason, kind
        matched = " `true`" if kind == "boolean" else ""
        self.hint = f"Accepted, but nothing matches{matched}: {reason}."
        schema = UUID_SCHEMA if kind == "uuid" else {"type": kind}
        self.api_schema = several(schema) if many else schema

    def filter(self, qs: QuerySet[Any], value: Any) -> QuerySet[Any]:
        """Keep nothing when a value is given; `false` is true of every row."""
        if not value or (self.kind == "boolean" and str(value).lower() in {"false", "0"}):
            return qs
        return qs.none()


class Ordering(Reads, django_filters.Filter):
    """`o=name,-created`: the parameter's words and the columns they stand for; ends in the key.

    Texts are ordered as people do (`common.sorting`).
    """

    hint = "By several words in turn, with commas; with `-`, the other way round."
    field_class = _SeveralField

    def __init__(self, words: Mapping[str, str | tuple[str, ...]], **kwargs: Any) -> None:
        """Take the words and their column paths."""
        self.words = words
        names = [sign + word for word in words for sign in ("", "-")]
        each = _Word(choices=[(name, name) for name in names])
        super().__init__(reads=NOTHING, each=each, **kwargs)  # it sorts by what may be read
        self.api_schema = several({"type": "string", "enum": sorted(names)})

    def filter(self, qs: QuerySet[Any], value: Any) -> QuerySet[Any]:
        """Order the rows."""
        if not value:
            return qs
        columns: list[Any] = []
        for name in value:
            sign, word = ("-", name[1:]) if name.startswith("-") else ("", name)
            paths = self.words[word]
            columns += [
                self.by(qs.model, sign, path)
                for path in ((paths,) if isinstance(paths, str) else paths)
            ]
        return qs.order_by(*columns, "pk")

    def by(self, model: Any, sign: str, path: str) -> Any:
        """Return what to order by: nothing is known of the rows whose column is not to be read."""
        may = self.parent.may_read(path)
        if may is None:
            return ordered_by(model, sign + path)
        # A bare NULL, which is left where nobody may read the column, is nothing to sort by.
        known = Func(Case(When(may, then=key_of(model, path))), function="COALESCE")
        return known.desc(nulls_last=True) if sign else known.asc(nulls_last=True)
