"""The documents that are written from the code, so that they cannot be wrong."""

from collections.abc import Callable, Mapping

from config.documents.compatibility import keys_and_parameters
from config.documents.event_kinds import events
from config.documents.lifecycles import lifecycles
from config.documents.nouns import nouns
from config.documents.permissions import permissions

DOCUMENTS: Mapping[str, Callable[[], str]] = {
    "events.md": events,
    "lifecycle.md": lifecycles,
    "nouns.md": nouns,
    "permissions.md": permissions,
    "compatibility-keys.md": keys_and_parameters,
}
"""File below `docs/` and what writes it."""
