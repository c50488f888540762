"""Writing the log of what happened: the one way to say that something did."""

from __future__ import annotations

import logging
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import asdict
from typing import TYPE_CHECKING

from django.db import transaction

from identity import versions
from identity.models import Event

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from datetime import datetime

    from identity.event_catalogue import Kind
    from identity.event_scope import EventScope
    from identity.models import EventSubject, User

log = logging.getLogger(__name__)

_wake_ups: list[Callable[[], None]] = []
_reason: ContextVar[str] = ContextVar("reason", default="")


@contextmanager
def because(reason: str) -> Iterator[None]:
    """Say once why something is done: every event recorded meanwhile carries the reason.

    A staff action may be several events, such as an order's and its resource's, and the services
    that record them have no use for the reason themselves.
    """
    token = _reason.set(reason)
    try:
        yield
    finally:
        _reason.reset(token)


def on_commit_call(wake_up: Callable[[], None]) -> None:
    """Let the composition root say how the dispatcher is woken after a commit."""
    _wake_ups[:] = [wake_up]


def record(  # noqa: PLR0913 - an event has that many sides
    kind: Kind,
    subject: EventSubject,
    *,
    actor: User | None,
    now: datetime,
    source: str = "",
    target: str = "",
    message: str = "",
    payload: Mapping[str, object] | None = None,
    scope: EventScope | None = None,
) -> Event:
    """Append an event in the caller's transaction, and wake the dispatcher once it commits.

    Who may read it follows from where its subject belongs, unless the event belongs to another
    `scope`, and from the kind. What its subject is now is kept with it, so the change comes first.
    """
    reason = {"reason": why} if (why := _reason.get()) else {}
    event = Event.objects.create(
        kind=kind.name,
        subject_type=kind.noun,
        subject_uuid=subject.uuid,
        actor=actor,
        source=source,
        target=target,
        message=message,
        payload={**reason, **(payload or {})},
        created=now,
        **asdict((scope or subject.event_scope()).for_readers(kind.readers)),
    )
    versions.keep(subject, event, now=now)
    for wake_up in _wake_ups:
        transaction.on_commit(wake_up, robust=True)
    return event
