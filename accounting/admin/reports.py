"""The page on which somebody without a program of their own reports what a resource has used."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib.admin.widgets import AdminDateWidget

from accounting.amounts import DECIMALS, MAX_DIGITS
from accounting.services import usage
from common.admin.staff_actions import StaffAction, StaffActionForm
from common.admin.times import DayFormField
from marketplace.components import REPORTED
from marketplace.lifecycle import REPORTABLE, ResourceState

if TYPE_CHECKING:
    from identity.models import User
    from marketplace.models import Resource

PREFIX = "used: "
"""What the fields of amounts begin with; the rest is the component's type."""


class UsageForm(StaffActionForm):
    """Amounts by component; one that is left empty is not reported."""

    date = DayFormField(
        label="Month",
        required=False,
        widget=AdminDateWidget,
        help_text="Any day of the month that is reported; empty is the present month.",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Ask for each component of the resource's offering that usage is reported for."""
        super().__init__(*args, **kwargs)
        for row in self.rows:
            for component in row.offering.components.filter(billing_type__in=REPORTED):
                self.fields[f"{PREFIX}{component.type}"] = forms.DecimalField(
                    label=f"{component.name} ({component.measured_unit})".replace(" ()", ""),
                    required=False,
                    min_value=0,
                    max_digits=MAX_DIGITS,
                    decimal_places=DECIMALS,
                )

    def clean(self) -> dict[str, Any]:
        """Refuse a report of nothing."""
        asked: dict[str, Any] = super().clean() or {}
        amounts = [value for name, value in asked.items() if name.startswith(PREFIX)]
        if not self.errors and all(value is None for value in amounts):
            raise forms.ValidationError("Say how much was used of at least one component.")
        return asked


def _report(
    resource: Resource,
    *,
    date: datetime.date | None,
    actor: User,
    now: datetime.datetime,
    **amounts: Any,
) -> None:
    reported = [
        usage.Reported(type=name.removeprefix(PREFIX), amount=amount)
        for name, amount in amounts.items()
        if amount is not None
    ]
    at = datetime.datetime.combine(date, datetime.time(), datetime.UTC) if date else None
    usage.set_usage(resource, reported, at=at, actor=actor, now=now)


REPORT_USAGE = StaffAction(
    "report_usage",
    "Report usage",
    "Usage reported",
    _report,
    form=UsageForm,
    states=REPORTABLE | {ResourceState.TERMINATED},
    explanation="Totals of the month; they replace what was reported for it before. Of what has "
    "ended, the last month is reported until it is closed.",
    alone=True,
)
