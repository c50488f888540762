"""What a mail of a hook says. Pure: no queries."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from uuid import UUID

LONGEST_MESSAGE = 300


def subject(site: str, payloads: Sequence[Mapping[str, Any]]) -> str:
    """Return the subject of a mail about some events."""
    if len(payloads) == 1:
        return f"[{site}] {_summary(payloads[0])[:100]}"
    return f"[{site}] {len(payloads)} events"


def text(site: str, payloads: Sequence[Mapping[str, Any]], *, author: str, uuid: UUID) -> str:
    """Return the text of a mail: a line for each event, and how such mails are switched off."""
    lines = [f"What happened at {site}, the earliest first:", ""]
    lines += [f"{_moment(payload)}  {payload['kind']}  {_summary(payload)}" for payload in payloads]
    lines += [
        "",
        "-- ",
        f"You get this because {author} had such events sent to this address (hook {uuid.hex}).",
        "Who manages the hook switches it off with",
        f'  PATCH /api/hooks-email/{uuid.hex}/ {{"is_active": false}}',
        "Others who want no more of these mails answer to the address of the service.",
        "",
    ]
    return "\n".join(lines)


def _moment(payload: Mapping[str, Any]) -> str:
    return f"{payload['created']:.16}".replace("T", " ")


def _summary(payload: Mapping[str, Any]) -> str:
    """Return the event's message in one line, or its kind where it has none."""
    return " ".join(str(payload["message"]).split())[:LONGEST_MESSAGE] or str(payload["kind"])
