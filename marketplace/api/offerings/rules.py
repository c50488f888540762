"""Rules that a provider gives to names at its site."""

from __future__ import annotations

from typing import Any

from common import patterns
from common.api.json_shapes import TEXT, Fault, Shape, or_null, record


def _fault(value: Any) -> Fault:
    try:
        patterns.check(value)
    except patterns.Unusable as error:
        return [f"Not a regular expression: {error}."]
    return None


PATTERN = Shape(TEXT.schema, _fault)
"""A regular expression that can be matched in linear time."""

BACKEND_ID_RULES = record({"format": or_null(record({"regex": or_null(PATTERN)}))})
