"""Errors of the domain on the admin's pages: as sentences, and at the fields of a form."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from django.forms import BaseForm

    from common.errors import DomainError


def words(error: DomainError) -> str:
    """Return what a service objected to as a text for people, with the state in the way."""
    said = list(_sentences(error.detail))
    if state := error.more.get("state"):
        said.insert(0, f"It is {state} now.")
    return " ".join(said)


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


def judged(form: type[Any], faults: Callable[[Any, Mapping[str, Any]], Mapping[str, Any]]) -> Any:
    """Return the form as one whose values the site's rules judge too, those that were changed."""

    class Judged(form):  # type: ignore[misc]
        def clean(self) -> Any:
            cleaned = super().clean()
            given = self.cleaned_data if cleaned is None else cleaned
            row = self.instance  # as it stands: what was sent is written into it afterwards
            changed = {
                name: value
                for name, value in given.items()
                if row.pk is None or getattr(row, name, None) != value
            }
            for name, why in faults(self._meta.model, changed).items():
                if name not in self.errors:
                    self.add_error(name, " ".join(_sentences(why)))
            return cleaned

    return Judged


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
