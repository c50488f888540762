"""Errors of the domain on the admin's pages: as sentences, and at the fields of a form."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from django.forms import BaseForm

    from config.common.errors import DomainError


def words(error: DomainError) -> str:
    """Return what a service objected to as one text for people."""
    return " ".join(_sentences(error.detail))


def put_on(form: BaseForm, error: DomainError) -> None:
    """Add what a service objected to to a form: at the fields it names, the rest above them."""
    if not isinstance(error.detail, Mapping):
        form.add_error(None, words(error))
        return
    for name, detail in error.detail.items():
        at_field = name in form.fields
        said = " ".join(_sentences(detail))
        labelled = said if at_field or name == "non_field_errors" else f"{name}: {said}"
        form.add_error(name if at_field else None, labelled)


def refused(form: type[Any], error: DomainError) -> type[Any]:
    """Return the form as one that is never valid, and says why."""

    class Refused(form):  # type: ignore[misc]
        def _post_clean(self) -> None:
            super()._post_clean()
            put_on(self, error)

    return Refused


def _sentences(detail: Any) -> Iterator[str]:
    if isinstance(detail, Mapping):
        for name, inner in detail.items():
            said = " ".join(_sentences(inner))
            yield said if name in {"detail", "details", "non_field_errors"} else f"{name}: {said}"
    elif isinstance(detail, Sequence) and not isinstance(detail, str):
        for inner in detail:
            yield from _sentences(inner)
    else:
        yield str(detail)
