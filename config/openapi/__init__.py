"""The parts of the published document that no app can write alone: its overview and its words."""

from __future__ import annotations

from typing import Any

from config.openapi.overview import OVERVIEW
from config.openapi.tags import TAGS


def complete(result: dict[str, Any], **_: Any) -> dict[str, Any]:
    """Add the overview, and what each group of operations is about.

    A hook of drf-spectacular: it gets the whole document and returns it.
    """
    result["info"]["description"] = OVERVIEW
    result["tags"] = [{"name": name, "description": text} for name, text in TAGS.items()]
    return result


MEANINGS: tuple[dict[str, str], dict[str, str], dict[str, str]] = ({}, {}, {})
