"""Short readable names that are unique: `climate-3` for the third project that begins so."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar
from uuid import uuid4

from django.db import IntegrityError, transaction
from django.db.models.functions import Length
from django.utils.text import slugify

if TYPE_CHECKING:
    from django.db.models import Model

Row = TypeVar("Row", bound="Model")

LENGTH = 8
COUNTED_ATTEMPTS = 3


def stem(name: str, instead: str) -> str:
    """Return the first letters of a name as a slug; `instead` where no letter is left of it."""
    return slugify(name)[:LENGTH].strip("-_") or instead


def next_slug(model: type[Model], name: str) -> str:
    """Return the slug after the highest that the table has for such a name; one query."""
    start = stem(name, model.__name__.lower())
    taken = (
        model._default_manager.filter(slug__regex=rf"^{start}-[0-9]{{1,9}}$")
        .order_by(Length("slug").desc(), "-slug")
        .values_list("slug", flat=True)
        .first()
    )
    return f"{start}-{int(taken.rpartition('-')[2]) + 1 if taken else 1}"


def insert(row: Row, name: str) -> Row:
    """Store a new row; when it has no slug yet, under the next free one for its name.

    Two at once may compute the same slug. The database lets one of them in, the other counts
    again; after some rounds of that the end is drawn at random.
    """
    if row.slug:  # type: ignore[attr-defined]
        row.save(force_insert=True)
        return row
    model = type(row)
    for attempt in range(COUNTED_ATTEMPTS + 1):
        counted = attempt < COUNTED_ATTEMPTS
        row.slug = (  # type: ignore[attr-defined]
            next_slug(model, name)
            if counted
            else f"{stem(name, model.__name__.lower())}-{uuid4().hex[:12]}"
        )
        try:
            with transaction.atomic():
                row.save(force_insert=True)
        except IntegrityError as error:
            if not counted or "slug" not in str(error):
                raise
        else:
            break
    return row
