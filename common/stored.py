"""What stands in the database, made into something that Python and JSON can have.

A row may hold what nobody could send: dates that Python has not, numbers that are none, JSON that
no program reads. It was written by another program, by an older release, or by a hand. Such a value
is replaced by the nearest that can be told, and reported; the row and its neighbours go on.
"""

from __future__ import annotations

import logging
import re
import threading
from datetime import UTC, date, datetime
from decimal import Decimal
from math import isfinite
from typing import TYPE_CHECKING, Any

import orjson
from psycopg2 import extensions

from common.json_values import DEEPEST_TOLD, is_deep, mended, read_stored

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

log = logging.getLogger(__name__)

FIRST_YEAR, LAST_YEAR = 100, 9900
"""Years of dates as they are read: so far from the ends that days may be counted from them."""

EARLIEST = datetime(FIRST_YEAR, 1, 1, tzinfo=UTC)
LATEST = datetime(LAST_YEAR, 1, 1, tzinfo=UTC)


class _Replaced(threading.local):
    count = 0


_REPLACED = _Replaced()


def report(what: str, count: int = 1) -> None:
    """Say in the log, and to whoever asks `replaced`, that something was replaced."""
    _REPLACED.count += count
    log.error("A stored value cannot be told as it is and was replaced: %s", what)


def replaced() -> int:
    """Return how many values were replaced in this thread since the last time, and forget them."""
    count, _REPLACED.count = _REPLACED.count, 0
    return count


# --- JSON -----------------------------------------------------------------------------------------


_LONG = re.compile("[0-9]{20}")
_LONG_BYTES = re.compile(b"[0-9]{20}")
"""Digits that may be of a number beyond 64 bits, which orjson rounds without a word."""


def json_of(text: str | bytes, what: str) -> Any:
    """Return the value of a JSON column's text; what cannot be told of it is replaced."""
    try:
        value = orjson.loads(text)
    except orjson.JSONDecodeError:
        value, count = read_stored(text)
        report(what, max(count, 1))
        return value
    long = _LONG_BYTES.search(text) if isinstance(text, bytes) else _LONG.search(text)
    if long and (count := read_stored(text)[1]):
        report(what, count)
    marks = (b"[", b"{") if isinstance(text, bytes) else ("[", "{")
    if sum(map(text.count, marks)) > DEEPEST_TOLD and is_deep(value, DEEPEST_TOLD):  # type: ignore[arg-type]
        value, count = mended(value)
        report(what, count)
    return value


def of_kind(value: Any, kind: type | None, what: str) -> Any:
    """Return a JSON value, or an empty one where it is not of the kind that the column has."""
    if kind is None or value is None or isinstance(value, kind):
        return value
    report(f"{what} is no {kind.__name__}")
    return kind()


def parts_of_kind(value: Any, kind: type | None, what: str) -> Any:
    """Return a list or an object without those parts that are not of the kind that it has."""
    if kind is None or not value:
        return value
    if isinstance(value, dict):
        fitting: Any = {key: one for key, one in value.items() if isinstance(one, kind)}
    else:
        fitting = [one for one in value if isinstance(one, kind)]
    if lost := len(value) - len(fitting):
        report(f"parts of {what} are no {kind.__name__}", lost)
    return fitting


# --- dates and numbers ----------------------------------------------------------------------------


def _clamped(text: str) -> datetime:
    report(f"the time {text[:40]}")
    return EARLIEST if text.endswith("BC") or text.startswith(("-", "0")) else LATEST


def _moment(text: str | None, cursor: Any) -> Any:
    return _within(text, cursor, extensions.PYDATETIMETZ)


def _naive_moment(text: str | None, cursor: Any) -> Any:
    value = _within(text, cursor, extensions.PYDATETIME)
    return value and value.replace(tzinfo=None)


def _day(text: str | None, cursor: Any) -> Any:
    value = _within(text, cursor, extensions.PYDATE)
    return value.date() if isinstance(value, datetime) else value


def _within(text: str | None, cursor: Any, read: Callable[[Any, Any], Any]) -> Any:
    if text is None:
        return None
    try:
        value = read(text, cursor)
    except (ValueError, OverflowError):
        return _clamped(text)
    return value if FIRST_YEAR <= value.year < LAST_YEAR else _clamped(text)


def _decimal(text: str | None, _: Any) -> Decimal | None:
    if text is None:
        return None
    value = Decimal(text)
    if value.is_finite():
        return value
    report(f"the number {text}")
    return Decimal(0)


def _float(text: str | None, _: Any) -> float | None:
    if text is None:
        return None
    value = float(text)
    if isfinite(value):
        return value
    report(f"the number {text}")
    return 0.0


_CASTS: tuple[tuple[Any, Any], ...] = (
    (extensions.PYDATETIMETZ, _moment),
    (extensions.PYDATE, _day),
    (extensions.DECIMAL, _decimal),
    (extensions.FLOAT, _float),
    (extensions.PYDATETIME, _naive_moment),
)
CAREFUL = tuple(extensions.new_type(of.values, f"careful {of.name}", read) for of, read in _CASTS)
"""How PostgreSQL's values become Python's."""

QUICK = tuple(of for of, _ in _CASTS)
"""The driver's own, for who notices an error and reads again."""


def read_carefully() -> None:
    """Have every connection of this process read values with care."""
    for cast in CAREFUL:
        extensions.register_type(cast)


def cast_by(casts: Sequence[Any], cursor: Any) -> None:
    """Have one of Django's cursors read values in a way."""
    for cast in casts:
        extensions.register_type(cast, cursor.cursor)


# --- values that SQL has made into text -----------------------------------------------------------


def texts_of_days(values: Sequence[str | None]) -> Sequence[str | None]:
    """Return dates as text, those replaced that no calendar of Python's has."""
    if set(map(len, filter(None, values))) <= {10}:
        return values
    return [_text_of_day(text) if text and len(text) != 10 else text for text in values]


def _text_of_day(text: str) -> str:
    return date(_clamped(text).year, 1, 1).isoformat()


def texts_of_numbers(values: Sequence[str | None]) -> Sequence[str | None]:
    """Return numbers as text, zero for those that are none."""
    if "NaN" not in values:
        return values
    report("the number NaN", values.count("NaN"))
    return ["0" if text == "NaN" else text for text in values]


def numbers(values: Sequence[Decimal | None]) -> Sequence[Decimal | None]:
    """Return numbers, zero for those that are none."""
    if not any(map(Decimal.is_nan, filter(None, values))):
        return values
    report("the number NaN")
    return [Decimal(0) if value is not None and value.is_nan() else value for value in values]
