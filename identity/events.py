"""Writing the log of what happened: the one way to say that something did."""

from __future__ import annotations

import logging
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any

from django.db import transaction

from identity.models import Event

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from datetime import datetime

    from identity.models import Customer, Project, User

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
    kind: str,
    subject: Any,
    *,
    actor: User | None,
    now: datetime,
    source: str = "",
    target: str = "",
    message: str = "",
    payload: Mapping[str, object] | None = None,
    customer: Customer | None = None,
    project: Project | None = None,
    provider: Customer | None = None,
    resource_uuid: Any = None,
    offering_uuid: Any = None,
) -> Event:
    """Append an event in the caller's transaction, and wake the dispatcher once it commits.

    `kind` is `<noun>.<what happened>`; the noun names the subject's type. `customer`, `project`
    (consumer's side) and `provider` say who may read it, and so does the offering for its managers:
    it is told by `offering_uuid`, in the payload, or is the subject.
    """
    subject_type = kind.split(".", maxsplit=1)[0]
    told: dict[str, Any] = dict(payload or {})
    event = Event.objects.create(
        kind=kind,
        subject_type=subject_type,
        subject_uuid=subject.uuid,
        actor=actor,
        source=source,
        target=target,
        message=message,
        payload={**({"reason": why} if (why := _reason.get()) else {}), **told},
        customer_id=customer.pk if customer else (project.customer_id if project else None),
        project=project,
        provider=provider,
        resource_uuid=resource_uuid,
        offering_uuid=offering_uuid
        or told.get("offering_uuid")
        or (subject.uuid if subject_type == "offering" else None),
        created=now,
    )
    for wake_up in _wake_ups:
        transaction.on_commit(wake_up, robust=True)
    return event
