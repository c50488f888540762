"""Short readable names that are unique: `climate-mo`, and `climate-mo-2` for the second one.

Ten letters of the name, as Waldur's: sites make account names of them, with prefixes of their own.
Names in other scripts are spelt in Latin letters. What a row ever had is never another one's: the
database keeps it (`identity.models.UsedSlug`), and compares without case.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TypeVar
from uuid import uuid4

from anyascii import anyascii
from django.apps import apps
from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Count, IntegerField, Max, Q
from django.db.models.functions import Cast, Substr
from django.utils.text import slugify

from common.errors import Invalid
from common.storing import broken_constraint

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from django.db.models import Model

Row = TypeVar("Row", bound="Model")

LENGTH = 10
COUNTED_ATTEMPTS = 3


class Taken(Invalid):
    """The slug that was chosen belongs to another row of the kind, or belonged to one."""

    code = "slug_taken"


def stem(name: str, instead: str) -> str:
    """Return the first letters of a name as a slug; `instead` where no letter is left of it."""
    return slugify(anyascii(name))[:LENGTH].strip("-_") or instead


def next_slug(model: type[Model], name: str) -> str:
    """Return a name's first letters, or where they are taken those and the next number."""
    kind = model.__name__.lower()
    start = stem(name, kind)
    number = Cast(Substr("slug", len(start) + 2), IntegerField())
    used = apps.get_model(settings.USED_SLUG_MODEL)._default_manager.filter(kind=kind)
    taken = used.filter(slug__regex=rf"^{start}(-[0-9]{{1,9}})?$").aggregate(
        bare=Count("pk", filter=Q(slug=start)), highest=Max(number, filter=~Q(slug=start))
    )
    return f"{start}-{(taken['highest'] or 1) + 1}" if taken["bare"] else start


def insert(row: Row, name: str) -> Row:
    """Store a new row; when it has no slug yet, under the next free one for its name.

    Two at once may compute the same slug. The database lets one of them in, the other counts
    again; after some rounds of that the end is drawn at random.

    :raises Taken: the slug that the row came with is another's.
    """
    new: Any = row
    if new.slug:
        _store(new, force_insert=True)
        return row
    for attempt in range(COUNTED_ATTEMPTS + 1):
        drawn = f"{stem(name, type(row).__name__.lower())}-{uuid4().hex[:12]}"
        new.slug = next_slug(type(row), name) if attempt < COUNTED_ATTEMPTS else drawn
        try:
            _store(new, force_insert=True)
        except Taken:
            if attempt == COUNTED_ATTEMPTS:
                raise
        else:
            break
    return row


def update(row: Row, fields: Iterable[str]) -> None:
    """Store the changed columns of a row.

    :raises Taken: its new slug is another's.
    """
    _store(row, update_fields=list(fields))


@contextmanager
def refusing_taken(row: Model) -> Iterator[None]:
    """Write a row within the context; it is the database that knows which slugs are taken.

    :raises Taken: the row's slug is, or was, another's.
    """
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        if "_slug_" not in broken_constraint(error):
            raise
        kind = row._meta.verbose_name
        raise Taken({"slug": [f"{kind} with this slug already exists."]}) from error


def _store(row: Any, **how: Any) -> None:
    with refusing_taken(row):
        row.save(**how)
