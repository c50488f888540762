"""The parts of the published document that no app can write alone: its overview and its words."""

from __future__ import annotations

from inspect import cleandoc
from typing import Any

from accounting.api import meanings as accounting
from allocations.api import meanings as allocations
from common.api import shared_keys as common
from config.documents.routes import all_routes
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


def groups(paths: dict[str, Any]) -> dict[str, str]:
    """Return what each group of operations is about, by default what its viewset says."""
    used = {
        tag for path in paths.values() for operation in path.values() for tag in operation["tags"]
    }
    nouns = {route.path: cleandoc(route.viewset.__doc__ or "") for route in all_routes()}
    rest = {tag: nouns[f"/api/{tag}/"].partition("\n")[0] for tag in used - set(TAGS)}
    return {**TAGS, **rest}


def complete(result: dict[str, Any], **_: Any) -> dict[str, Any]:
    """Add the overview, and what each group of operations is about.

    A hook of drf-spectacular: it gets the whole document and returns it.
    """
    result["info"]["description"] = OVERVIEW
    result["tags"] = [
        {"name": name, "description": text}
        for name, text in sorted(groups(result["paths"]).items())
    ]
    return result
