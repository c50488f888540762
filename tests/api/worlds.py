"""Two worlds that differ in one column, and what lists answer about them.

Which columns a filter, an ordering or a search reads is taken from its SQL, not from what it
declares; whether a caller sees a column, from the answers of lists, not from anybody's rules.
"""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from functools import lru_cache
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import quote

import orjson
from django.apps import apps
from django.core.exceptions import EmptyResultSet, FieldError
from django.db import DataError, IntegrityError, models, transaction
from django.db.models import Case, Value, When
from django.db.models.functions import Cast, Concat
from django.http import QueryDict

from common.api import filters
from common.api.reads.visibility import column_at, shown_by
from config.documents.routes import all_routes
from identity.models import User
from marketplace.api.offerings.filters import OfferingOfPathFilter, ProviderOfferingFilter
from tests.api.test_every_route import address
from tests.api.words import Asked, every_word, output_of, some_value
from tests.cases import undone

if TYPE_CHECKING:
    from collections.abc import Collection

    from rest_framework.test import APIClient

COLUMN = re.compile(r'"(\w+)"\."(\w+)"')


STAFF = User(pk=0, username="whoever", is_staff=True)
"""Whose questions no rule keeps from reading a column: nobody of the database, so asked once."""


@lru_cache(maxsize=4096)
def columns_read(filterset: Any, word: str, output: Any) -> frozenset[tuple[str, str]]:
    """Return the tables and columns that the conditions and the order of a filter's SQL name."""
    if issubclass(filterset, OfferingOfPathFilter):
        filterset = ProviderOfferingFilter  # it asks the same of the offering in the address
    model = filterset._meta.model or getattr(getattr(output, "Meta", None), "model", None)
    if model is None:
        return frozenset()  # it checks what is asked for, of rows that there are not
    rows = model._default_manager.all()
    found: set[tuple[str, str]] = set()
    for value in some_value(filterset.base_filters[word]):
        query = QueryDict(mutable=True)
        query[word] = value
        of_path = {"kwargs": {"uuid": "0" * 32}}  # what a list below a row is asked of
        request = SimpleNamespace(user=STAFF, query_params=query, parser_context=of_path)
        bound = filterset(data=query, queryset=rows, request=request)
        if bound.is_valid():
            try:
                clauses = str(bound.qs.query).partition(" FROM ")[2]
            except (EmptyResultSet, FieldError):  # nothing is found, or the list adds columns
                continue
            found |= set(COLUMN.findall(clauses))
    return frozenset(found)


@lru_cache(maxsize=512)
def columns_shown(output: Any) -> frozenset[tuple[str, str]]:
    """Return the tables and columns that an answer shows to whoever sees the row."""
    model = getattr(getattr(output, "Meta", None), "model", None)
    if model is None:
        return frozenset()
    found = [column_at(model, path) for path in shown_by(output)]
    return frozenset((one.model._meta.db_table, one.name) for one in found)


class Place(NamedTuple):
    """A column of a model whose values may differ between worlds: it ties no rows."""

    model: Any
    column: Any

    @property
    def name(self) -> str:
        """The column's name."""
        return str(self.column.name)

    def other(self, before: Any) -> Any:
        """Return what it has in the other world."""
        if self.column.choices:
            return next(word for word, _ in self.column.choices if word != before)
        if isinstance(self.column, models.JSONField):
            is_list = isinstance(before, list)
            return ["qq"] if is_list else {"qq": "qq", "a": "b", "runtime_state": "qq"}
        found = next((make for kind, make in OTHERS if isinstance(self.column, kind)), None)
        return found(self.name) if found else (before or 0) + 77

    def change(self, keys: Collection[int]) -> bool:
        """Give it another value in the rows with the keys; tell whether the database lets it."""
        rows = self.model._base_manager.filter(pk__in=keys)
        try:
            with transaction.atomic():
                rows.update(**{self.name: self.other(self.values(keys)[0])})
        except (IntegrityError, DataError, StopIteration):
            return False
        return True

    def values(self, keys: Collection[int]) -> list[Any]:
        """Return its values in the rows with the keys."""
        rows = self.model._base_manager.filter(pk__in=keys).order_by("pk")
        return list(rows.values_list(self.name, flat=True))


OTHERS: tuple[tuple[Any, Any], ...] = (
    (
        models.BooleanField,
        lambda name: Case(When(**{name: True}, then=Value(value=False)), default=Value(value=True)),
    ),
    (models.DateTimeField, lambda _: datetime(2001, 2, 3, tzinfo=UTC)),
    (models.DateField, lambda _: date(2001, 2, 3)),
    (
        models.CharField | models.TextField,
        lambda _: Concat(Value("qq"), Cast("pk", models.TextField())),
    ),
)

TOLD_TO_ALL = {"created", "modified"}
"""When a row was made and changed is told to whoever sees it, though not every list shows it."""
SHOWN_ELSEWHERE = {("identity_grant", "scope_name"), ("identity_grant", "is_active")}
"""What lists show under another column (the project's name), or by whom they list."""


def place_of(table: str, name: str) -> Place | None:
    """Return the column of a table, unless it ties rows or is told to all."""
    found = [m for m in apps.get_models() if m._meta.db_table == table and not m._meta.proxy]
    columns = [c for m in found for c in m._meta.concrete_fields if c.column == name]
    told = (table, name) in SHOWN_ELSEWHERE or (name in TOLD_TO_ALL and table != "identity_user")
    if told or not columns or columns[0].primary_key or columns[0].is_relation:
        return None
    return None if isinstance(columns[0], models.UUIDField) else Place(found[0], columns[0])


@lru_cache(maxsize=1)
def generated() -> frozenset[tuple[str, str | None]]:
    """Return the tables and columns that the database makes of others."""
    return frozenset(
        (m._meta.db_table, c.column)
        for m in apps.get_models()
        for c in m._meta.concrete_fields
        if isinstance(c, models.GeneratedField)
    )


def sorted_by(table: str, name: str) -> str:
    """Return the column that another one is made of, to be sorted by; or the column itself."""
    return name.removesuffix("_key") if (table, name) in generated() else name


def questions() -> dict[Place, list[Asked]]:
    """Return by column the words that read it where the list does not show it."""
    found: dict[Place, list[Asked]] = defaultdict(list)
    for asked in every_word():
        shown = columns_shown(output_of(asked.route))
        read = columns_read(asked.filterset, asked.word, output_of(asked.route))
        for table, name in {(table, sorted_by(table, name)) for table, name in read} - shown:
            if (place := place_of(table, name)) is not None:
                found[place].append(asked)
    return found


def lists_by_model() -> dict[Any, list[str]]:
    """Return by model the addresses of the lists that show its rows."""
    found: dict[Any, list[str]] = defaultdict(list)
    for route in all_routes():
        model = getattr(getattr(output_of(route), "Meta", None), "model", None)
        if route.is_list and model is not None:
            found[model._meta.concrete_model].append(f"{address(route)}?page_size=100")
    return found


def asked_values(declared: Any, values: Collection[Any]) -> list[str]:
    """Return what a filter is asked for so that it tells the worlds apart, if it can."""
    texts = [str(value) for value in values if value not in (None, "", [], {})]
    if isinstance(declared, filters.Choices):
        return [text for text in texts if text in declared.words]
    kinds: tuple[tuple[Any, list[str]], ...] = (
        # who belongs to whom is another question than what a column holds
        (filters.OneUuid | filters.Uuids | filters.Url, []),
        (filters.Flag, ["true"]),
        (filters.Since | filters.Before | filters.Day, ["2001-02-03"]),
        (filters.Number, ["77"]),
    )
    asks = next((asks for kind, asks in kinds if isinstance(declared, kind)), None)
    return (texts or ['{"a": "b"}']) if asks is None else asks


def words_by(asked: Asked, place: Place) -> list[str]:
    """Return the words of an ordering that sort by a column."""
    return [
        word
        for word, paths in asked.declared.words.items()
        for path in ([paths] if isinstance(paths, str) else paths)
        if path.endswith(place.name) or path.startswith("_")
    ]


@dataclass
class Asker:
    """One caller, and what they were answered in the first world."""

    client: APIClient
    first: dict[str, Any] = field(default_factory=dict)

    def told(self, query: str) -> Any:
        """Return the answer as it is now: its status, how many rows there are, and which."""
        answer = self.client.get(query)
        count = answer.headers.get("X-Result-Count")
        return answer.status_code, count, answer.content if answer.status_code == 200 else b"[]"

    def told_first(self, query: str) -> Any:
        """Return the answer that is kept from the first world, asking when it was not asked."""
        if query not in self.first:
            self.first[query] = self.told(query)
        return self.first[query]

    def told_apart(self, place: Place, asked: Collection[Asked], lists: list[str]) -> list[str]:
        """Return the questions that tell what a column holds where no list shows it."""
        keys = self.hidden(place, [path for path in lists if self.told_first(path)[1] != "0"])
        if not keys:
            return []
        queries = self.queries(place, asked, keys)
        for path, query in queries:
            self.told_first(path)
            self.told_first(query)
        with undone():
            place.change(keys)
            same = {path: self.told(path) == self.told_first(path) for path in dict(queries)}
            return [
                query
                for path, query in queries
                if same[path] and self.told(query) != self.told_first(query)
            ]

    def hidden(self, place: Place, lists: list[str]) -> list[int]:
        """Return the keys of the rows in which the caller sees no difference when it changes."""
        rows = {row.pk: row for row in place.model._base_manager.all()}
        seen: set[str] = set()
        with undone():
            if not rows or not place.change(list(rows)):
                return []
            for path in lists:
                before, now = self.told_first(path)[2], self.told(path)[2]
                seen |= differing(before, now)
        return [key for key, row in rows.items() if hex_of(row) not in seen]

    def queries(
        self, place: Place, asked: Collection[Asked], keys: list[int]
    ) -> list[tuple[str, str]]:
        """Return what is to be asked, each with the list as it is without a question."""
        values = place.values(keys)[:1]
        with undone():
            place.change(keys)
            values += place.values(keys)[:1]
        found = []
        for one in asked:
            path = f"{address(one.route)}?page_size=100"
            status, count, _ = self.told_first(path)
            is_order = isinstance(one.declared, filters.Ordering)
            texts = words_by(one, place) if is_order else asked_values(one.declared, values)
            if status == 200 and count != "0":
                found += [(path, f"{path}&{one.word}={quote(text)}") for text in texts]
        return found


def hex_of(row: Any) -> str:
    """Return the UUID by which a row is known outside."""
    return row.uuid.hex if hasattr(row, "uuid") else ""


def differing(before: bytes, now: bytes) -> set[str]:
    """Return the UUIDs of the rows that two answers do not both show, or show differently."""
    first, second = (
        {row.get("uuid", ""): row for row in orjson.loads(content)} for content in (before, now)
    )
    return {key for key in first.keys() | second.keys() if first.get(key) != second.get(key)}
