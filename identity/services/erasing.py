"""Erasing a person who was removed from the records, which stay, with a pseudonym in their place.

A removal empties the person's own row at once. What others have written down of them (the log, what
was sent, what failed) is gone over by a worker, after what was to be done about the removal is
done, and again until sites and the AAI have answered: what they say names the person once more.
"""

from __future__ import annotations

import json
import logging
import re
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.db import connection, models, transaction
from django.db.models import Q
from django.db.models.expressions import RawSQL

from common.leases import Backoff
from common.sealing import Unreadable, seal, unseal
from identity import event_kinds as kinds
from identity import events
from identity.models import Erasure, Event, EventDelivery, User
from identity.traces import Traces

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from datetime import datetime
    from uuid import UUID

log = logging.getLogger(__name__)

AT_LAST = timedelta(days=90)
"""For how long sites are waited for: as long as they are told who lost access."""

PAUSES = Backoff(first=timedelta(minutes=2), longest=timedelta(days=1))
BATCH = 500
WILD, QUOTED = r"([\\%_])", r"\\\1"


class CannotGoOn(Exception):
    """What is to be erased is not known any more."""


@dataclass(frozen=True)
class ErasurePart:
    """What an app does about a person who is erased, beside texts.

    `traces` tells further texts and the UUIDs of rows of theirs; `erase` does what can be done by
    now, or all of it if it is to be `at_last`, and returns what it waits for, or nothing.
    """

    erase: Callable[[User, bool, datetime], str]
    traces: Callable[[User, bool], tuple[Iterable[str], Iterable[UUID]]] = lambda *_: ((), ())


@dataclass(frozen=True)
class Plan:
    """What erasing means: the parts, in order, and the tables whose texts differ from others'.

    `logs` are written by this service about people: names go there, too. The texts of `own_words`
    are kept as they are.
    """

    parts: tuple[ErasurePart, ...]
    logs: tuple[type[models.Model], ...]
    own_words: tuple[type[models.Model], ...]


def begin(user: User, texts: Iterable[str], subjects: Iterable[UUID], *, now: datetime) -> None:
    """Note what is to be erased of a person; in the transaction that removes them."""
    traces = Traces.of(pseudonym_of(user), texts, (user.uuid, *subjects))
    sealed = seal(json.dumps(traces.as_json()))
    Erasure.objects.create(user=user, sealed=sealed, begun=now, next_run_at=now)


def pseudonym_of(user: User) -> str:
    """Return what a person is called who was removed."""
    return f"removed-{user.uuid.hex}"


def due(now: datetime) -> Any:
    """Return the erasures that are to go on."""
    return Erasure.objects.filter(finished__isnull=True, next_run_at__lte=now).select_related(
        "user"
    )


def go_on(erasure: Erasure, plan: Plan, *, now: datetime) -> str:
    """Erase what can be erased of a person by now, and return what it still waits for.

    It may run any number of times, and does not mind another that runs beside it.

    :raises CannotGoOn: what is looked for was sealed under a key that is not there.
    """
    user, runs = erasure.user, erasure.runs + 1
    pause = now + PAUSES.after(runs)  # also where this run fails
    Erasure.objects.filter(pk=erasure.pk).update(runs=runs, next_run_at=pause)
    at_last = now >= erasure.begun + AT_LAST
    waits_for = "" if at_last else _open_work(erasure)
    if not waits_for:
        traces = _traces(erasure, plan, at_last=at_last)
        waits = [part.erase(user, at_last, now) for part in plan.parts]
        erase_texts(traces, user, plan)
        waits_for = "; ".join(one for one in waits if one)
    with transaction.atomic():
        locked = Erasure.objects.select_for_update().get(pk=erasure.pk)
        if locked.finished is None:
            _note(locked, waits_for, now=now)
    return waits_for


def _note(erasure: Erasure, waits_for: str, *, now: datetime) -> None:
    erasure.waits_for = waits_for[:255]
    if not waits_for:
        erasure.sealed, erasure.finished = "", now
        message = "What was on record of a removed user is erased."
        events.record(kinds.USER_ERASED, erasure.user, actor=None, now=now, message=message)
    erasure.save()


def _open_work(erasure: Erasure) -> str:
    """Return why the log is not to be touched yet: handlers read what it says."""
    before = Q(created__lte=erasure.begun)
    if Event.objects.filter(before, dispatched_at__isnull=True).exists():
        return "events that are not dispatched"
    deliveries = EventDelivery.objects.filter(delivered_at__isnull=True, dead=False)
    if deliveries.filter(event__created__lte=erasure.begun).exists():
        return "events that are not handled"
    return ""


def _traces(erasure: Erasure, plan: Plan, *, at_last: bool) -> Traces:
    """Return the person's traces, with those that are known by now, which are kept."""
    traces = Traces.of(pseudonym_of(erasure.user), (), (erasure.user.uuid,))
    if erasure.sealed:  # staff gave it up, with the key that it was sealed under
        try:
            traces = Traces.from_json(json.loads(unseal(erasure.sealed)))
        except Unreadable as error:  # nobody's refusal: staff have to see it
            raise CannotGoOn("What is to be erased cannot be opened.") from error
    for part in plan.parts:
        texts, subjects = part.traces(erasure.user, at_last)
        traces = traces.joined(Traces.of(traces.pseudonym, texts, subjects))
    sealed = seal(json.dumps(traces.as_json()))
    Erasure.objects.filter(pk=erasure.pk, finished__isnull=True).update(sealed=sealed)
    return traces


def erase_texts(traces: Traces, user: User, plan: Plan) -> int:
    """Put the pseudonym in the place of a person's texts in all tables; return in how many rows."""
    count = 0
    for model in apps.get_models(include_auto_created=False):
        if model._meta.proxy or model in {User, Erasure, *plan.own_words}:
            continue
        if columns := [c for c in model._meta.concrete_fields if _has_texts(c)]:
            for row in _rows(model, columns, traces, user, is_log=model in plan.logs):
                count += _erase_in(model, columns, row, traces, names=model in plan.logs)
    return count


def _has_texts(column: Any) -> bool:
    kinds_of_text = (models.CharField, models.TextField, models.JSONField)
    return isinstance(column, kinds_of_text) and not column.choices and not column.primary_key


def _rows(
    model: Any, columns: list[Any], traces: Traces, user: User, *, is_log: bool
) -> Iterator[Any]:
    """Return the rows that tell of a person: by a text of theirs, by a UUID, or by a key."""
    needles = {*traces.unique}
    condition = Q()
    if is_log:
        dashed = {f"{s[:8]}-{s[8:12]}-{s[12:16]}-{s[16:20]}-{s[20:]}" for s in traces.subjects}
        needles |= traces.subjects | dashed
        keys = [c.attname for c in model._meta.concrete_fields if c.related_model is User]
        for key in keys:
            condition |= Q(**{key: user.pk})
    table = connection.ops.quote_name(model._meta.db_table)
    patterns = [f"%{re.sub(WILD, QUOTED, needle)}%" for needle in needles]
    told = RawSQL(  # noqa: S611 - the table's name is the model's
        f"{table}::text ILIKE ANY(%s)",
        (patterns,),
        output_field=models.BooleanField(),
    )
    found = model._base_manager.alias(tells=told).filter(condition | Q(tells=True))
    keys = list(found.order_by("pk").values_list("pk", flat=True))
    names = [column.attname for column in columns]
    for start in range(0, len(keys), BATCH):
        some = model._base_manager.filter(pk__in=keys[start : start + BATCH])
        yield from some.values("pk", *names)


def _erase_in(model: Any, columns: list[Any], row: Any, traces: Traces, *, names: bool) -> int:
    """Erase a person's texts in one row; one that cannot be written is left, and said so."""
    changed = {}
    for column in columns:
        value = row[column.attname]
        if (new := traces.without(value, names=names)) != value:
            longest = column.max_length if isinstance(new, str) else None
            changed[column.attname] = new[:longest] if longest else new
    if not changed:
        return 0
    with transaction.atomic():
        model._base_manager.filter(pk=row["pk"]).update(**changed)
    return 1
