"""Locking a row that is still there, so that one at a time decides on what stands in it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from django.db.models import Model

if TYPE_CHECKING:
    from collections.abc import Sequence

    from common.errors import DomainError

Row = TypeVar("Row", bound=Model)


def locked(
    row: Row, gone: DomainError, *, related: Sequence[str] = (), no_key: bool = False
) -> Row:
    """Return a row as it is now, locked to the end of the transaction.

    Decide on what comes back, not on what the caller brought. What is `related` comes with it and
    is not locked. With `no_key` others may go on to refer to the row.

    :raises DomainError: the row was removed meanwhile; it is the error that was given.
    """
    rows: Any = type(row)._base_manager.select_for_update(no_key=no_key, of=("self",))
    if related:
        rows = rows.select_related(*related)
    found: Row | None = rows.filter(pk=row.pk).first()
    if found is None and related:  # what it is related to may have changed while we waited for it
        found = rows.filter(pk=row.pk).first()
    if found is None:
        raise gone
    return found
