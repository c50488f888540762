"""What periodic tasks do row by row, each row on its own, so that none stops the others.

What fails is recorded with its task: which row, since when, how often and why. A later run that
does the row, or does not meet it any more, forgets that. Staff see it on their start page.
"""

from __future__ import annotations

import logging
import re
import traceback
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TypeVar

from django.db import IntegrityError, transaction
from django.db.models import F

from common.errors import DomainError
from common.redaction import without_secrets
from identity.models import TaskFailure

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from datetime import datetime

    from django.db.models import Model, QuerySet

log = logging.getLogger(__name__)

Row = TypeVar("Row", bound="Model")

BATCH = 200
LONGEST = 20_000
"""How many characters of an error are kept."""
WHOLE_NUMBER = re.compile(r"[0-9]{1,18}")
"""What a key looks like, in what stands in the table of failures, however it came there."""


def for_each(
    task: str, rows: QuerySet[Row], work: Callable[[Row], object], *, now: datetime
) -> list[Any]:
    """Do the work on each row, in the order of keys, and return what it came to where it succeeded.

    The work is a service, which has a transaction of its own. That it refuses (somebody else was
    quicker, it is not time yet) is no failure. A row that cannot even be read is one.
    """
    found: list[Any] = []
    known = set(TaskFailure.objects.filter(task=task).values_list("subject", flat=True))
    keys = list(rows.order_by("pk").values_list("pk", flat=True))
    for start in range(0, len(keys), BATCH):
        for key, load in _loaded(rows, keys[start : start + BATCH]):
            subject = _subject(rows.model, key)
            try:
                row = load()
                if row is not None:
                    found.append(work(row))
            except DomainError as error:
                log.info("%s passed over %s: %s", task, subject, error)
            except Exception as error:  # whatever it is, the others are done
                record_failure(task, subject, error, now=now)
                continue
            if subject in known:
                clear_failure(task, subject)
    _forget_unmet(task, rows.model, known, keys)
    return found


@contextmanager
def part(task: str, subject: str = "", *, now: datetime, pass_on: bool = False) -> Iterator[None]:
    """Do a part of a task, or a whole run: a failure is recorded, and what follows goes on.

    With `pass_on` the failure is raised again besides.
    """
    try:
        yield
    except Exception as error:
        record_failure(task, subject, error, now=now)
        if pass_on:
            raise
    else:
        clear_failure(task, subject)


def record_failure(task: str, subject: str, error: Exception, *, now: datetime) -> None:
    """Write down that a row or a part of a task failed; the first time is kept."""
    log.error("%s failed with %s", task, subject or "its run", exc_info=error)
    text = "".join(traceback.format_exception(error))
    columns = {"failed_at": now, "error": _summary(error), "traceback": _plain(text)[-LONGEST:]}
    again = TaskFailure.objects.filter(task=task, subject=subject)
    if again.update(times=F("times") + 1, **columns):
        return
    try:
        with transaction.atomic():
            TaskFailure.objects.create(task=task, subject=subject, since=now, **columns)
    except IntegrityError:  # another worker met it at the same moment
        again.update(times=F("times") + 1, **columns)


def clear_failure(task: str, subject: str) -> None:
    """Take note that a row or a part of a task does not fail any more."""
    TaskFailure.objects.filter(task=task, subject=subject).delete()


def failed_keys(task: str, model: type[Model]) -> list[int]:
    """Return the keys of the rows of a model with which a task failed the last time."""
    prefix = _subject(model, "")
    known = TaskFailure.objects.filter(task=task, subject__startswith=prefix)
    said = (subject.removeprefix(prefix) for subject in known.values_list("subject", flat=True))
    return [int(key) for key in said if WHOLE_NUMBER.fullmatch(key)]


def _loaded(
    rows: QuerySet[Row], keys: Sequence[Any]
) -> Iterator[tuple[Any, Callable[[], Row | None]]]:
    """Return the rows by key, read together; each by itself where one of them cannot be read.

    None is a row that is gone, or is none of them any more.
    """
    try:
        with transaction.atomic():
            batch = {row.pk: row for row in rows.filter(pk__in=keys)}
    except Exception:
        log.warning("rows of %s are read one by one", rows.model.__name__, exc_info=True)
        for key in keys:
            yield key, lambda key=key: _one(rows, key)  # type: ignore[misc]
    else:
        for key in keys:
            yield key, lambda key=key: batch.get(key)  # type: ignore[misc]


def _one(rows: QuerySet[Row], key: Any) -> Row | None:
    with transaction.atomic():
        return rows.filter(pk=key).first()


def _forget_unmet(task: str, model: type[Model], known: set[str], keys: Sequence[Any]) -> None:
    """Forget the failures of rows that the task has nothing to do with any more."""
    met = {_subject(model, key) for key in keys}
    prefix = _subject(model, "")
    gone = [subject for subject in known - met if subject.startswith(prefix)]
    if gone:
        TaskFailure.objects.filter(task=task, subject__in=gone).delete()


def _subject(model: type[Model], key: Any) -> str:
    return f"{model._meta.label} {key}"


def _summary(error: Exception) -> str:
    return _plain(f"{type(error).__name__}: {error}")[:LONGEST]


def _plain(text: str) -> str:
    """Return a text as PostgreSQL takes it, without secrets."""
    return without_secrets(text.replace("\0", "").encode(errors="replace").decode())
