"""Tasks that beat starts: a run that is cut short is recorded, until one ends well."""

from __future__ import annotations

from functools import wraps
from typing import TYPE_CHECKING, Any

from celery import shared_task
from django.utils import timezone

from identity.services import rounds

if TYPE_CHECKING:
    from collections.abc import Callable


def name_of(run: Callable[..., None]) -> str:
    """Return what a task is called."""
    return f"{run.__module__}.{run.__name__}"


def periodic(run: Callable[..., None]) -> Any:
    """Make a task of a function that beat starts.

    It goes over its rows by `rounds.each`, so that what stops a whole run is no row's doing.
    """
    name = name_of(run)

    @wraps(run)
    def watched(**options: object) -> None:
        with rounds.part(name, now=timezone.now(), pass_on=True):
            run(**options)

    return shared_task(name=name)(watched)
