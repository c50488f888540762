"""Output serializers: one declaration is the schema, the reference rendering and the read plan.

An output says for every key where its value comes from: a column path over foreign keys, a URL
built from UUIDs, a pure function of named columns or of other keys, or nested rows. Nothing here
runs a query; `common.api.reads.plan` compiles the same declaration for lists and details.

A value that is None is left out unless its field allows null: Waldur's clients crash on the null of
a field that they believe to be always there, and never on a missing one. A list is always sent, an
empty one as `[]`: clients iterate over it without asking.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, ClassVar

import orjson
from django.db import models
from django.urls import reverse
from rest_framework import serializers

from common.api.json_shapes import JsonField

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from decimal import Decimal
    from enum import StrEnum

    from django.db.models import Q

    from common.audience import Audience

ZERO_UUID = "0" * 32
MISSING = object()

JsonObject = dict[str, Any]


class UuidField(serializers.UUIDField):
    """A UUID as 32 hexadecimal digits, as Waldur writes it."""

    def __init__(self, **kwargs: Any) -> None:
        """Take DRF's arguments."""
        super().__init__(format="hex", **kwargs)


class EnumField(serializers.ChoiceField):
    """One of the words of an enum."""

    def __init__(self, words: type[StrEnum], **kwargs: Any) -> None:
        """Take the enum and DRF's arguments."""
        super().__init__(choices=[(word.value, word.value) for word in words], **kwargs)


class EnumOrBlankField(EnumField):
    """One of the words of an enum, or nothing; clients know the empty text as a word apart."""

    def __init__(self, words: type[StrEnum], **kwargs: Any) -> None:
        """Take the enum and DRF's arguments."""
        super().__init__(words, allow_blank=True, **kwargs)
        known = {"type": "string", "enum": [word.value for word in words]}
        self._spectacular_annotation = {"field": {"oneOf": [known, {"enum": [""]}]}}


class NumberField(serializers.FloatField):
    """A number that is written as an integer when it is one: Terraform's client reads int64."""

    def to_representation(self, value: Decimal | float) -> float:  # type: ignore[override]
        """Return an int or a float."""
        return int(value) if value == int(value) else float(value)


class DecimalString(serializers.DecimalField):
    """Exact money or usage: a string with a fixed number of decimals."""

    def __init__(self, *, max_digits: int = 22, decimal_places: int = 10, **kwargs: Any) -> None:
        """Take the column's precision."""
        super().__init__(
            max_digits=max_digits, decimal_places=decimal_places, coerce_to_string=True, **kwargs
        )


class MapField(serializers.DictField):
    """A JSON object with free keys, shown as it is stored."""

    def to_representation(self, value: Mapping[str, Any]) -> dict[str, Any]:
        """Return the object as it is."""
        return dict(value)


class ExactMap(MapField):
    """A JSON object of numbers; those that a double would round are stored as their text."""

    def to_representation(self, value: Mapping[str, Any]) -> dict[str, Any]:
        """Return the numbers, each to be written digit by digit."""
        return {
            key: orjson.Fragment(number) if _is_digits(number) else number
            for key, number in value.items()
        }


def _is_digits(value: Any) -> bool:
    return (
        isinstance(value, str) and re.fullmatch(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?", value) is not None
    )


class _Declared(serializers.Field[Any, Any, Any, Any]):
    """A key that is not a single column; it carries the field that types it."""

    output: serializers.Field[Any, Any, Any, Any]

    def __init__(self, output: serializers.Field[Any, Any, Any, Any], **kwargs: Any) -> None:
        super().__init__(source="*", read_only=True, allow_null=output.allow_null, **kwargs)
        self.output = output

    def to_internal_value(self, data: Any) -> Any:
        """Refuse: outputs are not read."""
        raise TypeError(f"{type(self).__name__} is for answers: nothing is read by it")


class Computed(_Declared):
    """A pure function of column paths, typed by `output`."""

    def __init__(
        self,
        *sources: str,
        fn: Callable[..., Any],
        output: serializers.Field[Any, Any, Any, Any],
    ) -> None:
        """Take the paths whose values `fn` gets, in this order; a missing relation gives None."""
        super().__init__(output)
        self.sources, self.fn = sources, fn

    def __deepcopy__(self, memo: dict[int, Any]) -> Computed:
        return Computed(*self.sources, fn=self.fn, output=self.output)


class Withheld(Computed):
    """Columns that some callers see: `fn` gets them, and last what `for_api` says of the caller.

    `audience` is the same as a condition on the rows, for filters; see `common.audience`.
    """

    def __init__(
        self,
        *columns: str,
        by: str,
        fn: Callable[..., Any],
        audience: Audience,
        output: serializers.Field[Any, Any, Any, Any],
    ) -> None:
        """Take the columns' paths, and the path of what tells whether the caller sees them."""
        super().__init__(*columns, by, fn=fn, output=output)
        self.columns, self.by, self.audience = columns, by, audience

    def __deepcopy__(self, memo: dict[int, Any]) -> Withheld:
        return Withheld(
            *self.columns, by=self.by, fn=self.fn, audience=self.audience, output=self.output
        )


def if_may(value: Any, may: bool) -> Any:  # noqa: FBT001 - a column
    """Return a value to those who may see it."""
    return value if may else None


class Derived(_Declared):
    """A pure function of other keys of the same output, as they are rendered (None if left out)."""

    def __init__(
        self, *keys: str, fn: Callable[..., Any], output: serializers.Field[Any, Any, Any, Any]
    ) -> None:
        """Take the keys whose rendered values `fn` gets."""
        super().__init__(output)
        self.keys, self.fn = keys, fn

    def __deepcopy__(self, memo: dict[int, Any]) -> Derived:
        return Derived(*self.keys, fn=self.fn, output=self.output)


class Omitted(_Declared):
    """A key that clients know but that never has a value here, and why: a list of it is empty.

    One that is `withheld` has values, which this output does not tell: it is not sent at all.
    """

    def __init__(
        self,
        output: serializers.Field[Any, Any, Any, Any] | type,
        *,
        reason: str,
        withheld: bool = False,
    ) -> None:
        """Take the field that types the key in the schema."""
        super().__init__(output() if isinstance(output, type) else output)
        self.reason, self.withheld = reason, withheld

    def __deepcopy__(self, memo: dict[int, Any]) -> Omitted:
        return Omitted(self.output, reason=self.reason, withheld=self.withheld)

    @property
    def is_empty_list(self) -> bool:
        """Tell whether `[]` is sent."""
        return not self.withheld and not self.allow_null and is_list(self.output)


class UrlField(_Declared):
    """The absolute URL of a row, built from UUIDs and the request's host alone."""

    def __init__(
        self, view_name: str, source: str = "uuid", *, allow_null: bool = False, **parts: str
    ) -> None:
        """Take the route and the path of the UUID, or of several by the route's argument names."""
        super().__init__(serializers.URLField(allow_null=allow_null))
        self.view_name = view_name
        self.parts = parts or {"uuid": source}
        self._template: str | None = None

    def __deepcopy__(self, memo: dict[int, Any]) -> UrlField:
        return UrlField(self.view_name, allow_null=self.allow_null, **self.parts)

    @property
    def template(self) -> str:
        """The path with `{}` where the UUIDs go, in the order of `parts`."""
        if self._template is None:
            marks = {name: f"{number:032x}" for number, name in enumerate(self.parts)}
            path = reverse(self.view_name, kwargs=marks)
            for mark in marks.values():
                path = path.replace(mark, "{}", 1)
            self._template = path
        return self._template

    def url(self, base: str, *uuids: Any) -> str | None:
        """Return the URL below `base`, or None when a part is missing."""
        if None in uuids:
            return None
        return base + self.template.format(*(uuid.hex for uuid in uuids))


class Nested(_Declared):
    """Rows of a relation, each rendered by another output.

    `source` ends in a foreign key (one row), or in a reverse or many-to-many relation (`many`, or
    the first in `order_by` with `many=False`); a path before it goes over foreign keys.
    """

    def __init__(
        self,
        output: type[Output],
        *,
        source: str,
        many: bool = False,
        where: Q | None = None,
        order_by: tuple[str, ...] = ("pk",),
        allow_null: bool = False,
    ) -> None:
        """Take the output of the rows and how they are reached, chosen and ordered."""
        super().__init__(output(many=many, allow_null=allow_null, read_only=True))
        self.rows_output, self.path, self.many = output, source, many
        self.where, self.order_by = where, order_by

    def __deepcopy__(self, memo: dict[int, Any]) -> Nested:
        return Nested(
            self.rows_output,
            source=self.path,
            many=self.many,
            where=self.where,
            order_by=self.order_by,
            allow_null=self.allow_null,
        )


class Output(serializers.ModelSerializer[Any]):
    """The base of all outputs: read-only, and rendered with None left out.

    A column of the model is declared only where it is written otherwise than its type says.
    `Meta.always` names keys that are always present (the schema says required), `Meta.detail_only`
    those that lists leave out unless `field=` asks for them, `Meta.volatile` those whose change
    makes no new version of a row for a write with `If-Match`.
    """

    serializer_field_mapping: ClassVar[dict[Any, Any]] = {
        **serializers.ModelSerializer.serializer_field_mapping,
        models.UUIDField: UuidField,
    }

    class Meta:
        model: Any = None
        fields: tuple[str, ...] = ()

    def get_fields(self) -> dict[str, Any]:
        """Return the fields, all read-only and without validators: outputs are never written."""
        fields: dict[str, Any] = super().get_fields()
        for field in fields.values():
            field.read_only, field.required, field.validators = True, False, []
        return fields

    def build_unknown_field(self, field_name: str, model_class: Any) -> Any:
        """Refuse a name that is neither a column nor declared."""
        raise TypeError(f"{type(self).__name__}.{field_name}: declare how it is rendered")

    def to_representation(self, instance: Any) -> JsonObject:
        """Render one row in the reference way: field by field, from the model instance."""
        rendered: JsonObject = {}
        derived: dict[str, Derived] = {}
        for name, field in self.fields.items():
            if isinstance(field, Derived):
                derived[name] = field
            elif isinstance(field, Omitted):
                if field.is_empty_list:
                    rendered[name] = []
            else:
                self._put(rendered, name, field, self._value(instance, field))
        for name, field in derived.items():
            value = field.fn(*(rendered.get(key) for key in field.keys))
            self._put(rendered, name, field, value)
        return rendered

    @staticmethod
    def _put(rendered: JsonObject, name: str, field: Any, value: Any) -> None:
        if value is not None:
            typed = field.output if isinstance(field, Computed | Derived) else field
            is_final = isinstance(field, UrlField | Nested)
            rendered[name] = value if is_final else typed.to_representation(value)
        elif field.allow_null:
            rendered[name] = None

    def _value(self, instance: Any, field: Any) -> Any:
        if isinstance(field, Computed):
            return field.fn(*(_at(instance, path) for path in field.sources))
        if isinstance(field, UrlField):
            return field.url(
                self.context["base"], *(_at(instance, path) for path in field.parts.values())
            )
        if isinstance(field, Nested):
            return self._nested(instance, field)
        return _at(instance, field.source)

    def _nested(self, instance: Any, field: Nested) -> Any:
        output = field.rows_output(context=self.context)
        found = _at(instance, field.path)
        if not hasattr(found, "all"):
            return None if found is None else output.to_representation(found)
        rows = found.filter(field.where) if field.where is not None else found.all()
        if hasattr(rows, "for_api"):
            rows = rows.for_api(self.context["user"])
        rows = rows.order_by(*field.order_by)
        if field.many:
            return [output.to_representation(row) for row in rows]
        first = rows.first()
        return None if first is None else output.to_representation(first)


def is_list(field: Any) -> bool:
    """Tell whether a field's values are lists."""
    if isinstance(field, JsonField):
        return field.shape.schema.get("type") == "array"
    return isinstance(field, serializers.ListSerializer | serializers.ListField)


def _at(instance: Any, path: str) -> Any:
    """Follow a dotted path; None where a relation on the way is missing."""
    for step in path.split("."):
        if instance is None:
            return None
        instance = getattr(instance, step)
    return instance
