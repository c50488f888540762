"""The list of kinds of events at the end of docs/events.md, from the catalogue."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings

from config.event_kinds import CATALOGUE
from identity.event_catalogue import OWN_GROUPS, Group

if TYPE_CHECKING:
    from collections.abc import Iterator

HEADING = "## All kinds"


def events() -> str:
    """Return docs/events.md: what is written by hand, and the list of all kinds after it."""
    written = (settings.BASE_DIR / "docs" / "events.md").read_text()
    by_hand = written.partition(f"\n{HEADING}\n")[0].rstrip()
    return "\n".join([by_hand, "", *_all_kinds()]) + "\n"


def _all_kinds() -> Iterator[str]:
    yield from [
        HEADING,
        "",
        "Written by `make docs` from the `event_kinds.py` of each app. Staff, support and whoever",
        "did it read every event. On the consumer's side the organization and the project read it,",
        "on the provider's the provider and the managers of the offering.",
    ]
    for group in Group:
        known = "" if group not in OWN_GROUPS else " (not a group of Waldur's)"
        yield from ["", f"### {group}{known}", ""]
        yield from [
            "| kind | Waldur's name | what happened | who else reads it |",
            "|---|---|---|---|",
        ]
        for kind in sorted(CATALOGUE, key=lambda kind: kind.name):
            if kind.group is group:
                waldur = f"`{kind.waldur}`" if kind.waldur else ""
                yield f"| `{kind}` | {waldur} | {kind.meaning} | {kind.readers} |"
