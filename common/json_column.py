"""The column of free JSON: what it takes of a form, and how what it holds is read."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db import models
from django.db.models.expressions import Col
from django.db.models.fields.json import KeyTransform
from django.forms.fields import InvalidJSONInput

from common import stored
from common.json_values import UnreadableJson, read, too_long, unkeepable


class JsonFormField(forms.JSONField):
    """A text of JSON in a form, held to what the API is held to."""

    def to_python(self, value: Any) -> Any:
        """Return the value of a text.

        :raises ValidationError: it is none, or one that cannot be kept.
        """
        if self.disabled or not isinstance(value, str) or value in self.empty_values:
            return super().to_python(value)
        try:
            found = read(value)
        except UnreadableJson as error:
            code = "invalid"
            raise forms.ValidationError(
                self.error_messages[code], code=code, params={"value": value[:100]}
            ) from error
        if why := unkeepable(found) or too_long(found):
            raise forms.ValidationError(why, code="unkeepable")
        return super().to_python(value)

    def bound_data(self, data: Any, initial: Any) -> Any:
        """Return what the form shows again; what cannot be read is shown as it was sent."""
        try:
            return super().bound_data(data, initial)
        except (ValueError, RecursionError):
            return InvalidJSONInput(data)


class JsonColumn(models.JSONField):
    """JSON whose value is of the kind of its default, whatever stands in the database."""

    def __init__(self, *args: Any, of: type | None = None, **kwargs: Any) -> None:
        """Take the kind of the list's or the object's parts, where code relies on it."""
        super().__init__(*args, **kwargs)
        self.of = of

    def deconstruct(self) -> Any:
        """Be Django's column in migrations: the database knows no other."""
        name, _, args, kwargs = super().deconstruct()
        return name, "django.db.models.JSONField", args, kwargs

    @property
    def kind(self) -> type | None:
        """The type that each value has; None when any will do."""
        return self.default if self.default in {dict, list} else None

    def read(self, text: Any) -> Any:
        """Return the value of the column's text, with care."""
        what = f"JSON in {self.model.__name__}.{self.name}"
        value = stored.of_kind(stored.json_of(text, what), self.kind, what)
        return stored.parts_of_kind(value, self.of, what)

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> Any:
        """Return the value as Python has it; of a part of it, too."""
        if isinstance(expression, Col) and isinstance(value, str):
            return self.read(value)
        if value is None or (isinstance(expression, KeyTransform) and not isinstance(value, str)):
            return value
        return stored.json_of(value, f"JSON below {self.name}")

    def formfield(self, **kwargs: Any) -> Any:
        """Return the field of forms."""
        return super().formfield(**{"form_class": JsonFormField, **kwargs})
