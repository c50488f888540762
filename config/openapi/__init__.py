"""The parts of the published document that no app can write alone: its overview and its words."""

from __future__ import annotations

from typing import Any

from accounting.api import meanings as accounting
from allocations.api import meanings as allocations
from common.api import shared_keys as common
from config.openapi.overview import OVERVIEW
from config.openapi.tags import TAGS
from identity.api import meanings as identity
from marketplace.api import meanings as marketplace
from marketplace.api.offerings import meanings as offerings
from notifications.api import meanings as notifications

TABLES = (common, identity, offerings, marketplace, allocations, accounting, notifications)

MEANINGS = (
    {key: text for table in TABLES for key, text in table.KEYS.items()},
    {noun: text for table in TABLES for noun, text in table.NOUNS.items()},
    common.ENDINGS,
)
"""What keys mean, what their first parts stand for, and what their last parts say."""


def complete(result: dict[str, Any], **_: Any) -> dict[str, Any]:
    """Add the overview, and what each group of operations is about.

    A hook of drf-spectacular: it gets the whole document and returns it.
    """
    result["info"]["description"] = OVERVIEW
    result["tags"] = [{"name": name, "description": text} for name, text in TAGS.items()]
    return result
