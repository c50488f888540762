"""Searches for what a site has already: asked for by its provider, carried out by the site."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from allocations import event_kinds as kinds
from allocations.lifecycle import IMPORT, ImportState
from allocations.models import BackendResourceRequest
from common.machine import IllegalTransition
from common.redaction import without_secrets
from identity import events

if TYPE_CHECKING:
    from datetime import datetime

    from identity.event_catalogue import Kind
    from identity.models import User
    from marketplace.models import Offering


@transaction.atomic
def request(*, offering: Offering, actor: User, now: datetime) -> BackendResourceRequest:
    """Ask an offering's site to say what it has that is not known here."""
    asked = BackendResourceRequest.objects.create(offering=offering, created_by=actor, created=now)
    _record(kinds.IMPORT_REQUESTED, asked, "", actor=actor, now=now)
    return asked


@transaction.atomic
def start(asked: BackendResourceRequest, *, actor: User, now: datetime) -> None:
    """Say that the site begins to look; of two who do, one looks.

    :raises IllegalTransition: somebody has begun already.
    """
    also: dict[str, object] = {"started": now, "processed_by": actor}
    source = _advance(asked, "start_processing", ImportState.PROCESSING, now=now, also=also)
    _record(kinds.IMPORT_PROCESSING, asked, source, actor=actor, now=now)


@transaction.atomic
def complete(asked: BackendResourceRequest, *, actor: User, now: datetime) -> None:
    """Say that the site has reported all that it found.

    :raises IllegalTransition: nobody is looking.
    """
    source = _advance(asked, "set_done", ImportState.DONE, now=now, also={"finished": now})
    _record(kinds.IMPORT_DONE, asked, source, actor=actor, now=now)


@transaction.atomic
def fail(
    asked: BackendResourceRequest,
    *,
    error_message: str = "",
    error_traceback: str = "",
    actor: User,
    now: datetime,
) -> None:
    """Say that the site could not look, and why; what it has reported so far stays.

    :raises IllegalTransition: the search is over.
    """
    error_message = without_secrets(error_message)
    also: dict[str, object] = {
        "finished": now,
        "error_message": error_message,
        "error_traceback": without_secrets(error_traceback),
    }
    source = _advance(asked, "set_erred", ImportState.ERRED, now=now, also=also)
    _record(kinds.IMPORT_ERRED, asked, source, actor=actor, now=now, error_message=error_message)


def _advance(
    asked: BackendResourceRequest,
    action: str,
    to: ImportState,
    *,
    now: datetime,
    also: dict[str, object],
) -> ImportState:
    """Move a search along the table with the columns that go with it; return where it stood.

    :raises IllegalTransition: it is not possible, or somebody else was quicker.
    """
    source = ImportState(asked.state)
    IMPORT.check(action, source, to)
    columns = {**also, "state": to, "modified": now}
    rows = BackendResourceRequest.objects.filter(pk=asked.pk, state=source)
    if not rows.update(**columns):
        valid = ", ".join(sorted(IMPORT.sources(action)))
        raise IllegalTransition(f"Valid states for operation: {valid}.")
    for name, value in columns.items():
        setattr(asked, name, value)
    return source


def _record(
    kind: Kind,
    asked: BackendResourceRequest,
    source: str,
    *,
    actor: User,
    now: datetime,
    **more: object,
) -> None:
    offering = asked.offering
    events.record(
        kind,
        asked,
        actor=actor,
        now=now,
        source=source,
        target=asked.state,
        message=f"The import into offering {offering.name} is {asked.state}.",
        payload={"offering_uuid": offering.uuid.hex, **more},
    )
