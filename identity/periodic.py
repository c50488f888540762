"""Tasks that beat starts: a run that is cut short is recorded, until one ends well."""

from __future__ import annotations

from functools import wraps
from typing import TYPE_CHECKING, Any

from celery import shared_task
from django.utils import timezone

from identity.services import periodic_rows

if TYPE_CHECKING:
    from collections.abc import Callable


def name_of(run: Callable[..., None]) -> str:
    """Return what a task is called."""
    return f"{run.__module__}.{run.__name__}"


def periodic(run: Callable[..., None]) -> Any:
    """Make a task of a function that beat starts.

    It goes over its rows by `periodic_rows.for_each`, so that no row can stop a run.
    """
    name = name_of(run)

    @wraps(run)
    def watched(**options: object) -> None:
        with periodic_rows.part(name, now=timezone.now(), pass_on=True):
            run(**options)

    return shared_task(name=name)(watched)
