"""Inputs that take their shape from a model's columns, and fields for what is not kept here."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from rest_framework import serializers
from rest_framework.fields import SkipField, empty
from rest_framework.validators import UniqueValidator

from common.api.inputs import AddressField, Input
from common.api.times import DayField, MomentField


class Columns(Input, serializers.ModelSerializer[Any]):
    """An input whose fields are a model's columns: their types, lengths, choices and nulls.

    What must be sent are the columns that have no default and take neither null nor the empty text;
    `Meta.required` names them where it is otherwise. Whether a value is taken already is the
    service's question.
    """

    serializer_field_mapping: ClassVar[dict[Any, Any]] = {
        **serializers.ModelSerializer.serializer_field_mapping,
        models.DateField: DayField,
        models.DateTimeField: MomentField,
        models.EmailField: AddressField,
    }

    class Meta:
        model: Any = None
        fields: ClassVar[tuple[str, ...]] = ()

    def get_fields(self) -> dict[str, Any]:
        """Return the fields without defaults and without questions to the database."""
        fields: dict[str, Any] = super().get_fields()
        required = getattr(self.Meta, "required", None)
        if required is None:
            required = {c.name for c in self.Meta.model._meta.fields if _must_be_given(c)}
        for name, field in fields.items():
            field.required = name in required
            field.default = empty
            field.validators = [v for v in field.validators if not isinstance(v, UniqueValidator)]
        return fields

    def get_validators(self) -> list[Any]:
        """Ask the database nothing."""
        return []


def _must_be_given(column: models.Field[Any, Any]) -> bool:
    return not (column.has_default() or column.blank or column.null)


class Words(serializers.ListField):
    """A list of short texts."""

    def __init__(self, **kwargs: Any) -> None:
        """Bound the list: it is stored in one row."""
        super().__init__(child=serializers.CharField(max_length=255), max_length=1000, **kwargs)


class NotKept(serializers.CharField):
    """Something that clients may send but that is not kept here: only nothing is accepted."""

    def __init__(self, reason: str) -> None:
        """Take what a client is told who sends something."""
        accepted = f"{reason} Nothing, or an empty text, is accepted."
        super().__init__(required=False, allow_null=True, allow_blank=True, help_text=accepted)
        self.reason = reason

    def run_validation(self, data: Any = empty) -> Any:
        """Leave nothing in the validated data."""
        if data is empty or data is None or data == "":
            raise SkipField
        raise serializers.ValidationError(self.reason)
