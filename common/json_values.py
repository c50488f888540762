"""JSON that can be kept and told again: what is taken of people, and what is made of the rest.

What comes in is checked by `read` and `unkeepable`: PostgreSQL keeps it, Python and every client
read it back as it was sent. What stands in the database already, however it came there, is made
tellable by `mended`, which puts a text in the place of each part that JSON cannot carry.
"""

from __future__ import annotations

import json
import math
from decimal import Decimal, InvalidOperation
from typing import Any

import orjson

LARGEST = 2**53 - 1
"""Beyond it, whole numbers are not the same to every reader of JSON (RFC 8259, section 6)."""

MAX_DEPTH = 50
LONGEST_DOCUMENT = 65_536
"""Bytes of one free document: attributes, options, metadata."""

MOST_DIGITS = 308
"""Digits of a number that is read at all; more do not fit into a float."""

DEEPEST_TOLD = 100
"""Levels of a stored value that are told; orjson would write 254."""

CUT = f"[nested more than {DEEPEST_TOLD} levels deep]"
TOO_DEEP = "Value is nested too deeply."
OUT_OF_RANGE = f"Numbers must be between -{LARGEST} and {LARGEST}."
TOO_PRECISE = "Numbers must not have more digits than a 64-bit float keeps."


class UnreadableJson(ValueError):
    """A text is no JSON that is taken here; the message says why."""


class Inexact(float):
    """A number whose text says more than a float keeps."""

    __slots__ = ()


def read(text: str) -> Any:
    """Return the value of a JSON text; numbers that a float cannot keep are `Inexact`.

    :raises UnreadableJson: it is none, or one that is too deep or has endless numbers.
    """
    try:
        return _DECODER.decode(text)
    except RecursionError:
        raise UnreadableJson(TOO_DEEP) from None
    except ValueError as error:
        raise UnreadableJson(str(error)) from error


def _whole(text: str) -> int:
    if len(text) > MOST_DIGITS:
        raise UnreadableJson(OUT_OF_RANGE)
    return int(text)


def _fraction(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        raise UnreadableJson(f"Out of range float values are not JSON compliant: {text[:40]}")
    if len(text) <= 16 and text.isascii() and "e" not in text.lower():
        return value  # 15 digits are always kept
    return value if _is_exact(text, value) else Inexact(value)


def _is_exact(text: str, value: float) -> bool:
    if len(text) > 2 * MOST_DIGITS:
        return False
    try:
        return Decimal(text) == Decimal(repr(value))
    except InvalidOperation:  # an exponent of twenty digits
        return False


def _constant(text: str) -> Any:
    raise UnreadableJson(f"Out of range float values are not JSON compliant: {text}")


_DECODER = json.JSONDecoder(parse_int=_whole, parse_float=_fraction, parse_constant=_constant)


def unkeepable(value: Any, depth: int = 0) -> str | None:
    """Return why a JSON value cannot be kept and read again as it is, or None when it can."""
    if isinstance(value, str):
        return unkeepable_text(value)
    if isinstance(value, int | float):
        return _unkeepable_number(value)
    inner = (*value, *value.values()) if isinstance(value, dict) else value
    below = inner if isinstance(inner, list | tuple) else ()
    if below and depth == MAX_DEPTH:
        return TOO_DEEP
    return next((why for one in below if (why := unkeepable(one, depth + 1))), None)


def _unkeepable_number(value: float) -> str | None:
    if math.inf in {value, -value} or value != value:  # noqa: PLR0124 - so it is for NaN alone
        return "Numbers must be finite."
    if not -LARGEST <= value <= LARGEST:
        return OUT_OF_RANGE
    return TOO_PRECISE if isinstance(value, Inexact) else None


def unkeepable_text(text: str) -> str | None:
    """Return why a text cannot be kept, or None when it can."""
    if "\x00" in text:
        return "Null characters are not allowed."
    try:
        text.encode()
    except UnicodeEncodeError:
        return "Surrogate characters are not allowed."
    return None


def too_long(value: Any, at_most: int = LONGEST_DOCUMENT) -> str | None:
    """Return why a keepable value is too large for one document, or None when it is not."""
    try:
        size = len(orjson.dumps(value, default=str, option=orjson.OPT_NON_STR_KEYS))
    except TypeError:  # a number that another field takes
        size = len(json.dumps(value, default=str, ensure_ascii=False))
    return f"At most {at_most} bytes of JSON; these are {size}." if size > at_most else None


def is_deep(value: Any, levels: int) -> bool:
    """Tell whether lists and objects are nested more levels than that; no recursion of ours."""
    level = [value]
    for _ in range(levels):
        level = [inner for one in level for inner in _inside(one) if isinstance(inner, dict | list)]
        if not level:
            return False
    return True


def _inside(value: Any) -> Any:
    return value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()


# --- what stands in the database ------------------------------------------------------------------


def mended(value: Any, depth: int = 0) -> tuple[Any, int]:
    """Return a value as JSON can carry it, and how many of its parts had to be replaced."""
    if isinstance(value, dict):
        return _mended_object(value, depth) if depth < DEEPEST_TOLD else (CUT, 1)
    if isinstance(value, list | tuple | set | frozenset):
        if depth >= DEEPEST_TOLD:
            return CUT, 1
        pairs = [mended(one, depth + 1) for one in value]
        return [one for one, _ in pairs], sum(replaced for _, replaced in pairs)
    return _mended_leaf(value)


def _mended_object(value: dict[Any, Any], depth: int) -> tuple[dict[Any, Any], int]:
    made: dict[Any, Any] = {}
    total = 0
    for key, one in value.items():
        name, at_key = _mended_leaf(key)
        made[name], below = mended(one, depth + 1)
        total += at_key + below
    return made, total


def _mended_leaf(value: Any) -> tuple[Any, int]:
    writable = value
    if isinstance(value, str):
        writable = value.encode(errors="replace").decode()
    elif isinstance(value, int) and not -(2**63) <= value < 2**64:
        writable = text_of_number(value)
    elif isinstance(value, float) and not math.isfinite(value):
        writable = None
    elif isinstance(value, bytes | memoryview):
        writable = f"[{len(value)} bytes]"
    return writable, int(writable is not value and writable != value)


def text_of_number(value: int) -> str:
    """Return the digits of a whole number; of an endless one, how many bits it has."""
    return str(value) if value.bit_length() < 3000 else f"[a number of {value.bit_length()} bits]"


def read_stored(text: str | bytes) -> tuple[Any, int]:
    """Return the value of a JSON text of the database's as it can be told, and what was replaced.

    The database has checked the syntax, so what cannot be read is too deep or has endless numbers.
    """
    try:
        value = json.loads(text, parse_int=_any_whole)
    except (ValueError, RecursionError):
        return "[JSON that cannot be read]", 1
    return mended(value)


def _any_whole(text: str) -> int | str:
    return int(text) if len(text) <= MOST_DIGITS else f"[a number of {len(text)} digits]"
