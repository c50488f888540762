"""Bodies: the one door for whatever a client sends, whichever endpoint it is for.

What passes is no longer than `settings.DATA_UPLOAD_MAX_MEMORY_SIZE`, not deep enough to exhaust
anybody's stack, and without text that PostgreSQL cannot keep. Free JSON is checked further where a
field takes it (`json_shapes.JsonField`).
"""

from __future__ import annotations

from typing import IO, TYPE_CHECKING, Any

from django.conf import settings
from rest_framework import exceptions, parsers, status

from common.json_values import (
    MAX_DEPTH,
    TOO_DEEP,
    UnreadableJson,
    is_deep,
    read,
    unkeepable_text,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from rest_framework.request import Request

DEEPEST_BODY = MAX_DEPTH + 10
"""Levels of a body: a free document, and what the endpoints put around it."""

LONGEST_NAME = 200
"""Characters of a form's name; clients send those of our fields."""


class BodyTooLarge(exceptions.APIException):
    """The body has more bytes than are read (413)."""

    status_code = status.HTTP_413_REQUEST_ENTITY_TOO_LARGE
    default_code = "body_too_large"

    def __init__(self) -> None:
        """Say how many there may be."""
        super().__init__(f"The body may have {settings.DATA_UPLOAD_MAX_MEMORY_SIZE} bytes.")


def take_in(request: Request) -> None:
    """Read the body once and for all, unless it is too large.

    Else who reads first has it: a check of forged forms leaves nothing for the parsers, and these
    nothing for the digest of a request that may be repeated.

    :raises BodyTooLarge: it announces more than is read.
    """
    announced = request.META.get("CONTENT_LENGTH") or "0"
    if announced.isdecimal() and int(announced[:20]) > settings.DATA_UPLOAD_MAX_MEMORY_SIZE:
        raise BodyTooLarge
    if announced != "0":
        _ = request.body  # Django keeps it, and reads forms out of it


class JsonParser(parsers.JSONParser):
    """JSON (RFC 8259) in which every text can be kept."""

    def parse(
        self,
        stream: IO[Any],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> Any:
        """Return the value of a body.

        :raises ParseError: it is no JSON, or too deep, or has numbers without end.
        :raises ValidationError: a text in it cannot be kept; the error says where.
        """
        encoding = parsers.get_encoding(parser_context or {})  # type: ignore[attr-defined]
        try:
            text = _all_of(stream).decode(encoding)
            value = read(text)
        except ValueError as error:
            reason = str(error) if isinstance(error, UnreadableJson) else f"not {encoding}"
            raise exceptions.ParseError(f"JSON parse error - {reason}") from error
        if text.count("[") + text.count("{") > DEEPEST_BODY and is_deep(value, DEEPEST_BODY):
            raise exceptions.ParseError(f"JSON parse error - {TOO_DEEP}")
        if "\\u" in text or encoding.lower() not in {"utf-8", "utf8"}:
            refuse_texts(value)  # elsewhere there can be none that cannot be kept
        return value


class _KeepableForm:
    """What reads forms, of one part or several, in which every text can be kept."""

    def parse(
        self,
        stream: IO[Any],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> Any:
        """Return what a form says, and its files.

        :raises ValidationError: a text in it cannot be kept.
        """
        parsed = super().parse(stream, media_type, parser_context)  # type: ignore[misc]
        _refuse_form(getattr(parsed, "data", parsed))
        return parsed


class FormParser(_KeepableForm, parsers.FormParser):
    """A form in the body as in an address."""


class MultiPartParser(_KeepableForm, parsers.MultiPartParser):
    """A form of several parts, files among them."""


def _all_of(stream: IO[Any]) -> bytes:
    most = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
    raw = bytes(stream.read(most + 1))
    if len(raw) > most:
        raise BodyTooLarge
    return raw


def _refuse_form(form: Any) -> None:
    if any(len(name) > LONGEST_NAME for name in form):
        raise exceptions.ParseError(f"A name in a form has at most {LONGEST_NAME} characters.")
    refuse_texts({name: values[0] if len(values) == 1 else values for name, values in form.lists()})


def refuse_texts(value: Any) -> None:
    """Refuse a value with a text that cannot be kept.

    :raises ValidationError: with the place, as fields have it: by name, by position in a list.
    """
    if fault := _fault(value, is_entry=True):
        raise exceptions.ValidationError(fault)


def _fault(value: Any, *, is_entry: bool = False) -> Any:
    """Return what is wrong in its place; a document within an entry has one message."""
    if isinstance(value, list):
        return _fault_of_list(value)
    if not isinstance(value, dict):
        why = unkeepable_text(value) if isinstance(value, str) else None
        return [why] if why else None
    found = {
        # A name may be what is wrong, and could not be told.
        name if name.isprintable() else "non_field_errors": why
        for name, one in value.items()
        if (why := _fault(name) or _fault(one))
    }
    if not found:
        return None
    return found if is_entry else next(iter(found.values()))


def _fault_of_list(values: list[Any]) -> Any:
    faults = [_fault(one, is_entry=True) for one in values]
    if any(isinstance(why, dict) for why in faults):  # entries, of which each has its place
        return [why or {} for why in faults]
    return {str(place): why for place, why in enumerate(faults) if why} or None
