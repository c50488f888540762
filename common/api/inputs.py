"""Input serializers: the shape of what a client sends, and nothing else.

Relations are resolved among what the caller may see, so that naming a foreign object is the same
error as naming one that does not exist.
"""

from __future__ import annotations

import math
import re
from typing import Any, ClassVar
from uuid import UUID

from django.core.exceptions import ObjectDoesNotExist
from django.core.validators import MaxLengthValidator
from django.urls import reverse
from rest_framework import serializers

from common import mailboxes, names
from common.json_values import too_long

_UUID_AT_END = re.compile(r"/([0-9a-fA-F]{32}|[0-9a-fA-F-]{36})/?$")


LONGEST_TEXT = 65_536
"""Characters of a text that has no bound of its own: descriptions, tracebacks."""

MOST_ENTRIES = 1000

TOO_LONG = "Ensure this field has no more than %(limit_value)s characters."
TOO_MANY = "Ensure this field has no more than %(limit_value)s elements."


class Entries(serializers.ListSerializer[Any]):
    """Several inputs; their errors are a list too, `{}` for those without, as Waldur answers."""

    def to_internal_value(self, data: Any) -> Any:
        """Return the validated entries.

        :raises ValidationError: with what is wrong with each, in its place.
        """
        try:
            return super().to_internal_value(data)
        except serializers.ValidationError as error:
            detail = error.detail
            if isinstance(detail, dict) and all(isinstance(place, int) for place in detail):
                in_place: dict[Any, Any] = {**detail}
                listed = [in_place.get(place, {}) for place in range(len(data))]
                raise serializers.ValidationError(listed) from error
            raise


class Input(serializers.Serializer[Any]):
    """The base of all inputs; it neither creates nor updates anything.

    Whatever a field leaves open is bounded here: texts, lists, and the lists and objects that a row
    keeps as one document. `Meta.become_rows` names lists whose entries become rows of their own.
    Texts under the keys of names (`common.names`) are held to what a name may consist of,
    and so are the texts of lists, but for those that `Meta.lists_of_texts` names.
    """

    class Meta:
        list_serializer_class = Entries
        become_rows: ClassVar[tuple[str, ...]] = ()
        lists_of_texts: ClassVar[tuple[str, ...]] = ()

    def get_fields(self) -> dict[str, Any]:
        """Return the fields, none without bounds, and those of names with their check."""
        fields: dict[str, Any] = super().get_fields()
        texts = getattr(self.Meta, "lists_of_texts", ())
        for name, field in fields.items():
            bound(field)
            if isinstance(field, serializers.ListField) and name not in texts:
                _hold_to_names(name, field.child)
            elif name in names.NAMES:
                _hold_to_names(name, field)
        return fields

    def to_internal_value(self, data: Any) -> Any:
        """Return the validated data.

        :raises ValidationError: what is wrong; also a list or an object too large for one row.
        """
        validated = super().to_internal_value(data)
        rows = getattr(self.Meta, "become_rows", ())
        errors = {
            name: [why]
            for name, field in self.fields.items()
            if isinstance(field, _DOCUMENTS) and name not in rows and name in data
            if (why := too_long(data[name]))
        }
        if errors:
            raise serializers.ValidationError(errors)
        return validated


class AtMost(MaxLengthValidator):
    """A bound for what has a length: a field may have found an object by the text."""

    def clean(self, value: Any) -> int:
        """Return the length."""
        return len(value) if isinstance(value, str | list) else 0


_DOCUMENTS = (serializers.ListSerializer, serializers.ListField, serializers.DictField)


def bound(field: Any) -> None:
    """Give a field the bounds that every field has, where it has none of its own."""
    if isinstance(field, serializers.ListField):
        if field.max_length is None:
            field.max_length = MOST_ENTRIES
            field.validators.append(AtMost(MOST_ENTRIES, TOO_MANY))
        bound(field.child)
    elif isinstance(field, serializers.ListSerializer):
        entries: Any = field
        entries.max_length = entries.max_length or MOST_ENTRIES
    elif isinstance(field, serializers.CharField) and field.max_length is None:
        field.max_length = LONGEST_TEXT
        field.validators.append(AtMost(LONGEST_TEXT, TOO_LONG))
    elif type(field) is serializers.FloatField:
        raise TypeError(f"{field.field_name}: FiniteField does not take what is no number")
    elif type(field) is serializers.EmailField:
        raise TypeError(f"{field.field_name}: AddressField knows the spellings of a mailbox")


class FiniteField(serializers.FloatField):
    """A float that is a number: "NaN" passes every bound, and "inf" every lower one."""

    def to_internal_value(self, data: Any) -> float:
        """Return a finite number."""
        number = super().to_internal_value(data)
        if not math.isfinite(number):
            self.fail("invalid")
        return number


class AddressField(serializers.EmailField):
    """An e-mail address, in the spelling that is kept of its mailbox."""

    def __init__(self, *, max_length: int = mailboxes.LONGEST, **kwargs: Any) -> None:
        """Take DRF's arguments."""
        super().__init__(max_length=max_length, **kwargs)

    def to_internal_value(self, data: Any) -> str:
        """Return the address with its domain as the name service knows it."""
        address = mailboxes.canonical(super().to_internal_value(data))
        if not address.isascii():
            self.fail("invalid")
        return address


def check_name(value: object) -> None:
    """Refuse what is no name; a row that was looked up by a text is none.

    :raises ValidationError: with what is wrong with it.
    """
    if isinstance(value, str) and (message := names.fault(value)):
        raise serializers.ValidationError(message)


def check_slug(value: str) -> None:
    """Refuse a slug that is an option of a command.

    :raises ValidationError: with what is wrong with it.
    """
    if message := names.fault_of_slug(value):
        raise serializers.ValidationError(message)


def _hold_to_names(name: str, field: Any) -> None:
    if isinstance(field, serializers.CharField):
        checks = (check_name, check_slug) if name == names.SLUG else (check_name,)
        field.validators = [*field.validators, *checks]


class _Related(serializers.Field[Any, Any, Any, Any]):
    def __init__(self, model: Any, *, visible: str = "visible_to", **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.model, self.visible = model, visible

    def found(self, uuid: UUID) -> Any:
        """Return the object among what the caller may see.

        :raises ObjectDoesNotExist: when the caller sees none.
        """
        user = self.context["request"].user
        return getattr(self.model.objects.all(), self.visible)(user).get(uuid=uuid)

    def to_representation(self, value: Any) -> Any:
        """Return the UUID: inputs are not shown."""
        return value.uuid.hex


class RelatedUrl(_Related):
    """An object named by its URL, as Waldur's clients name them."""

    default_error_messages = {
        "no_match": "Invalid hyperlink - No URL match.",
        "incorrect_match": "Invalid hyperlink - Incorrect URL match.",
        "does_not_exist": "Invalid hyperlink - Object does not exist.",
    }

    def __init__(
        self, view_name: str, model: Any, *, visible: str = "visible_to", **kwargs: Any
    ) -> None:
        """Take the route whose URL is expected, and the model behind it."""
        super().__init__(model, visible=visible, **kwargs)
        self.view_name = view_name

    def to_internal_value(self, data: Any) -> Any:
        """Return the object behind the URL."""
        uuid = uuid_in_url(data) if isinstance(data, str) else None
        if uuid is None:
            self.fail("no_match")
        if self._collection not in str(data):
            self.fail("incorrect_match")
        try:
            return self.found(uuid)
        except ObjectDoesNotExist:
            self.fail("does_not_exist")

    @property
    def _collection(self) -> str:
        return reverse(self.view_name, kwargs={"uuid": "0" * 32}).rsplit("/", 2)[0] + "/"


class RelatedUuid(_Related):
    """An object named by its UUID."""

    default_error_messages = {
        "invalid": "Must be a valid UUID.",
        "does_not_exist": "Object does not exist.",
    }

    def to_internal_value(self, data: Any) -> Any:
        """Return the object with the UUID, in either form."""
        try:
            return self.found(UUID(str(data)))
        except ValueError:
            self.fail("invalid")
        except ObjectDoesNotExist:
            self.fail("does_not_exist")


class UrlOrUuid(RelatedUrl):
    """An object named by its URL or, as some clients do, by its UUID alone."""

    def to_internal_value(self, data: Any) -> Any:
        """Return the object."""
        if isinstance(data, str) and "/" not in data:
            try:
                return self.found(UUID(data))
            except (ValueError, ObjectDoesNotExist):
                self.fail("does_not_exist")
        return super().to_internal_value(data)


def uuid_in_url(url: str) -> UUID | None:
    """Return the UUID that a URL ends in, in either form."""
    match = _UUID_AT_END.search(url.split("?", maxsplit=1)[0])
    try:
        return UUID(match[1]) if match else None
    except ValueError:
        return None
