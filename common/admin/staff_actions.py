"""Staff actions: what staff do to rows through a service, after saying why on a page of its own.

A staff action is declared once. It then is an action of the changelist for many rows and a button
on the page of one row, wherever the row's state allows it.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from django import forms

from common import names
from common.errors import Conflict

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import datetime


class NotNow(Conflict):
    """The row is not in a state for the action."""


def faults_of_names(_model: Any, values: Mapping[str, Any]) -> dict[str, Any]:
    """Return what is wrong with the names among values, by column."""
    return {name: [why] for name, value in values.items() if (why := names.fault_in(name, value))}


def _names_checked(fields: Mapping[str, forms.Field]) -> None:
    """Hold the fields of names among a form's to what a name may consist of."""
    for name, field in fields.items():
        if name in names.NAMES and isinstance(field, forms.CharField):
            field.validators = [*field.validators, partial(_check_name, name)]


def _check_name(column: str, value: str) -> None:
    if message := names.fault_in(column, value):
        raise forms.ValidationError(message)


class StaffActionForm(forms.Form):
    """What a staff action asks for; without a field, only whether it is really meant."""

    required_css_class = "required"

    def __init__(self, *args: Any, rows: Sequence[Any] = (), **kwargs: Any) -> None:
        """Take the rows that the action shall be done to, which some forms depend on."""
        super().__init__(*args, **kwargs)
        self.rows = rows
        _names_checked(self.fields)


class ReasonForm(StaffActionForm):
    """A staff action that needs a reason."""

    reason = forms.CharField(
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3, "class": "vLargeTextField"}),
        help_text="Kept with the record of what you do; others may read it.",
    )


class RemarkForm(ReasonForm):
    """A staff action that may be given a reason."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Leave the reason open."""
        super().__init__(*args, **kwargs)
        self.fields["reason"].required = False


@dataclass(frozen=True)
class StaffAction:
    """Something that can be done to a row.

    `service` is called with the row, `actor`, `now` and what the form asks, by name. `states` are
    those in which the machine allows it, `when` any other condition on the row. `reveals` turns
    what the service returns into a text that is shown once, such as a new token.
    """

    name: str
    label: str
    done: str
    service: Callable[..., Any]
    form: type[StaffActionForm] = ReasonForm
    states: frozenset[Any] | None = None
    when: Callable[[Any], bool] | None = None
    explanation: str = ""
    alone: bool = False
    reveals: Callable[[Any], str] | None = None

    def allowed_in(self, state: str) -> bool:
        """Tell whether the action is possible in a state."""
        return self.states is None or state in self.states

    def possible(self, row: Any) -> bool:
        """Tell whether the action can be done to a row as it is now."""
        if self.states is not None and not self.allowed_in(row.state):
            return False
        return self.when is None or self.when(row)

    def do(self, row: Any, *, actor: Any, now: datetime, asked: dict[str, Any]) -> Any:
        """Call the service; a row in the wrong state is refused before.

        :raises NotNow: the row does not allow it.
        :raises DomainError: whatever the service objects to.
        """
        if not self.possible(row):
            state = f" while it is {row.state}" if self.states is not None else ""
            raise NotNow(f"This is not possible{state}.")
        return self.service(row, actor=actor, now=now, **asked)
