"""Texts in the order in which people look for them: case, accents and surrounding blanks aside.

Which collations a PostgreSQL has differs, and the one in the wheel has none for people. So the key
that is sorted by is made here, in SQL that every PostgreSQL computes alike: lower case without
accents, letters such as ł and ß by their Latin relatives, other scripts after Latin in the order of
their alphabets. Names that lists are ordered by have their key in a column that the database keeps
(`sort_key`), under an index; what is seldom ordered by is computed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.core.exceptions import FieldDoesNotExist
from django.db import models
from django.db.models import F, Func, OrderBy
from django.db.models.functions import Collate

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from django.db.models import Model

SUFFIX = "_key"
TEXTS = (models.CharField, models.TextField)
CODES = (models.SlugField, models.EmailField, models.URLField)
"""Texts that are codes: their own order is as good as any."""

ALONE = {"ł": "l", "ø": "o", "đ": "d", "ð": "d", "ħ": "h", "\u0131": "i", "ŧ": "t"}
SEVERAL = {"ß": "ss", "æ": "ae", "œ": "oe", "þ": "th"}


def _key() -> str:
    """Return the SQL of the key of a text; most texts are ASCII, which is quick."""
    text = "%(expressions)s"
    bare = f"regexp_replace(normalize({text}, NFKD), '[\\u0300-\\u036f]', '', 'g')"
    found = f"translate(lower({bare}), '{''.join(ALONE)}', '{''.join(ALONE.values())}')"
    for letter, spelt in SEVERAL.items():
        found = f"replace({found}, '{letter}', '{spelt}')"
    return f"btrim(CASE WHEN {text} ~ '^[ -~]*$' THEN lower({text}) ELSE {found} END)"


class SortKey(Func):
    """The key of a text, to be sorted by."""

    template = _key()
    arity = 1
    output_field = models.TextField(db_collation="C")

    def deconstruct(self) -> Any:
        """Be Django's function in migrations: each spells out the SQL of its column."""
        _, args, kwargs = super().deconstruct()
        sql = {"template": self.template, "output_field": self.output_field}
        return "django.db.models.Func", args, {**kwargs, **sql}


def sort_key(column: str) -> Any:
    """Return a column that the database fills with the key of another one."""
    return models.GeneratedField(
        expression=SortKey(F(column)),
        output_field=models.TextField(db_collation="C"),
        db_persist=True,
    )


def key_of(model: type[Model], path: str) -> F | Collate:
    """Return what rows are to be sorted by instead of a column: the key of a text."""
    column = _sort_key_column(model, path)
    return F(column) if column else Collate(SortKey(F(path)), "C")


def ordered_by(model: type[Model], column: str) -> str | OrderBy:
    """Return what `order_by` takes for a column (`name`, `-customer__name`), texts by keys."""
    path = column.removeprefix("-")
    sign = "" if path == column else "-"
    sort_column = _sort_key_column(model, path)
    if sort_column:
        return sign + sort_column
    key = Collate(SortKey(F(path)), "C")
    return OrderBy(key, descending=bool(sign))


def _sort_key_column(model: type[Model], path: str) -> str:
    """Return the column that rows can be sorted by as it is; empty for a text without a key.

    What is no column of a model, such as a count that the query adds, is left as it is.
    """
    owner, field = _field(model, path.split("__"))
    if field is None or field.choices or not isinstance(field, TEXTS) or isinstance(field, CODES):
        return path
    has_key = any(one.name == field.name + SUFFIX for one in owner._meta.concrete_fields)
    return path + SUFFIX if has_key else ""


def as_people_sort(model: type[Model], columns: Iterable[Any]) -> list[Any]:
    """Return what to order rows by instead of columns; expressions are left as they are."""
    return [ordered_by(model, one) if isinstance(one, str) else one for one in columns]


def _field(model: Any, path: Sequence[str]) -> tuple[Any, Any]:
    """Return the model and the field at the end of a path; no field where there is none."""
    *relations, name = path
    try:
        for relation in relations:
            model = model._meta.get_field(relation).related_model
        return model, model._meta.get_field(name)
    except FieldDoesNotExist:
        return model, None
