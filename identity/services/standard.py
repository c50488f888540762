"""The three services of a plain noun: one without a rule beyond its columns and constraints.

    news_items = StandardServices(
        NewsItem,
        created=kinds.NEWS_ITEM_CREATED,
        updated=kinds.NEWS_ITEM_UPDATED,
        removed=kinds.NEWS_ITEM_REMOVED,
    )

`news_items.create`, `.change` and `.remove` are services as any other: one function, one
transaction, one event. A noun with a rule of its own writes that function out beside them, or
instead; `tests/services/test_standard_services.py` tries each that is declared.
"""

from __future__ import annotations

from dataclasses import KW_ONLY, dataclass
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from django.db import transaction
from django.db.models import ProtectedError, RestrictedError

from common import changes, locks, storing
from common.errors import Conflict
from identity import events
from identity.models import EventSubject

if TYPE_CHECKING:
    from datetime import datetime

    from identity.event_catalogue import Kind
    from identity.models import User

Row = TypeVar("Row", bound=EventSubject)


class RemovedMeanwhile(Conflict):
    """Somebody else removed the row."""

    code = "removed_meanwhile"


class StillInUse(Conflict):
    """Other rows refer to the row, and could not do without it."""

    code = "still_in_use"


@dataclass(frozen=True)
class StandardServices(Generic[Row]):
    """Create, change and remove the rows of a model, each with the event of its kind.

    Sentences call a row what it is `called`, or by the model's verbose name. A noun whose errors
    have names of their own says which it raises where it is `gone` or `in_use`; `in_use_says` is
    the sentence for what is of it (`{what}`) and its name (`{row}`).
    """

    model: type[Row]
    _: KW_ONLY
    created: Kind
    updated: Kind
    removed: Kind
    called: str = ""
    gone: type[Conflict] = RemovedMeanwhile
    in_use: type[Conflict] = StillInUse
    in_use_says: str = "There are {what} of {row}."
    changed_as: str = "changed"
    """The key of an event's payload that names the columns which changed."""

    @transaction.atomic
    def create(self, *, actor: User, now: datetime, **columns: Any) -> Row:
        """Make a row.

        :raises storing.NotUnique: another one has a value that is there once.
        :raises storing.Contradictory: the values do not go together.
        """
        row = self.model(**columns)
        changes.assign(row, {"created": now} if hasattr(row, "created") else {})
        with storing.in_words(self.model, self.called):
            row.save(force_insert=True)
        self._record(self.created, row, actor=actor, now=now)
        return row

    @transaction.atomic
    def change(self, row: Row, *, actor: User, now: datetime, **wanted: Any) -> Row:
        """Store what differs of a row, and return it; nothing happens where nothing does.

        :raises storing.NotUnique: another one has a value that is there once.
        :raises storing.Contradictory: the values do not go together.
        :raises RemovedMeanwhile: it was removed meanwhile (or the error that it has for that).
        """
        held = self.locked(row)
        with storing.in_words(self.model, self.called):
            changed = sorted(changes.write(held, wanted, now=now))
        if changed:
            payload = {self.changed_as: changed}
            self._record(self.updated, held, actor=actor, now=now, payload=payload)
        return held

    @transaction.atomic
    def remove(self, row: Row, *, actor: User, now: datetime) -> None:
        """Take a row away.

        :raises RemovedMeanwhile: somebody else was quicker (or the error that it has for that).
        :raises StillInUse: others refer to it (or the error that it has for that).
        """
        held = self.locked(row)
        self._record(self.removed, held, actor=actor, now=now)
        try:
            held.delete()
        except (ProtectedError, RestrictedError) as error:
            of_it = {str(type(other)._meta.verbose_name_plural) for other in error.args[1]}
            sentence = self.in_use_says.format(what=" and ".join(sorted(of_it)), row=held)
            raise self.in_use(sentence) from error

    def locked(self, row: Row) -> Row:
        """Return a row as it is now, locked to the end of the transaction.

        :raises RemovedMeanwhile: it was removed meanwhile (or the error that it has for that).
        """
        return locks.locked(row, self.gone(f"This {self.name} was removed."))

    @property
    def name(self) -> str:
        """What sentences call a row."""
        return self.called or str(self.model._meta.verbose_name)

    def _record(self, kind: Kind, row: Row, **more: Any) -> None:
        events.record(kind, row, message=str(row), **more)
