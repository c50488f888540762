"""JSON, written by orjson."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any
from uuid import UUID

import orjson
from rest_framework.renderers import BaseRenderer

from common import stored
from common.json_values import mended


def _other(value: Any) -> Any:
    if isinstance(value, Decimal | UUID):
        return value.hex if isinstance(value, UUID) else format(value, "f")
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, list | tuple | set | frozenset):
        return list(value)
    return str(value)


class OrjsonRenderer(BaseRenderer):
    """Bytes of JSON; an empty body for None, as Waldur's clients expect of most actions."""

    media_type = "application/json"
    format = "json"
    charset = None
    render_style = "binary"

    def render(
        self,
        data: Any,
        accepted_media_type: str | None = None,
        renderer_context: Mapping[str, Any] | None = None,
    ) -> bytes:
        """Return the body, or the one that was rendered already for its ETag."""
        ready = getattr((renderer_context or {}).get("response"), "rendered_body", None)
        if ready is not None:
            return bytes(ready)
        if data is None:
            return b""
        try:
            return orjson.dumps(data, default=_other, option=orjson.OPT_NON_STR_KEYS)
        except TypeError:  # a number or a text that JSON has not, or too many levels of it
            writable, count = mended(data)
            stored.report("part of an answer", count)
            return orjson.dumps(writable, default=_other, option=orjson.OPT_NON_STR_KEYS)


class ProblemRenderer(OrjsonRenderer):
    """What a client gets that accepts `application/problem+json`: see `exceptions`."""

    media_type = "application/problem+json"
    format = "problem"


class PlainTextRenderer(OrjsonRenderer):
    """A text as it is, for programs that read lines; what is no text, such as an error, is JSON."""

    media_type = "text/plain"
    format = "txt"

    def render(
        self,
        data: Any,
        accepted_media_type: str | None = None,
        renderer_context: Mapping[str, Any] | None = None,
    ) -> bytes:
        """Return the text."""
        if isinstance(data, str):
            return data.encode()
        return super().render(data, accepted_media_type, renderer_context)
