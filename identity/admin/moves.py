"""What staff do to projects as wholes: handing one over, moving it, bringing it back."""

from __future__ import annotations

from contextlib import suppress
from typing import Any
from uuid import UUID

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q

from common.admin.staff_actions import ReasonForm, RemarkForm, StaffAction
from common.admin.times import DayFormField
from identity.admin.grants import PersonField, moment_field
from identity.admin.reasons import explained
from identity.models import Customer, Project, Role
from identity.roles import RoleName, ScopeType
from identity.services import hand_over, moves, recovery


class OrganisationField(forms.CharField):
    """Names an organization by its slug, name or UUID; works without a script."""

    def clean(self, value: Any) -> Any:
        """Return the organization.

        :raises ValidationError: none is called so, or several are.
        """
        text = super().clean(value)
        named = Q(slug=text) | Q(name=text)
        with suppress(ValueError):
            named |= Q(uuid=UUID(text))
        found = list(Customer.objects.filter(named, is_removed=False)[:2])
        if not found:
            raise ValidationError("No organization has this slug, name or UUID.")
        if len(found) > 1:
            raise ValidationError("Several organizations are called so: give the slug.")
        return found[0]


class MoveForm(ReasonForm):
    """Where a project goes, and whether its people stay in it."""

    customer = OrganisationField(label="Organization", max_length=150, help_text="Slug, name, UUID")
    preserve_permissions = forms.BooleanField(
        label="Its people keep their roles in it", required=False, initial=True
    )
    field_order = ("customer", "preserve_permissions", "reason")


class RecoveryForm(ReasonForm):
    """When a project that comes back ends, and what becomes of those who were in it."""

    end_date = DayFormField(
        label="Ends on",
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text="Empty: as it was. One that is over needs a new end.",
    )
    team = forms.ChoiceField(
        label="Those who were in it",
        choices=(
            ("", "Stay out"),
            ("restore_team_members", "Have their roles again"),
            ("send_invitations_to_previous_members", "Are invited to their roles by mail"),
        ),
        required=False,
    )
    field_order = ("end_date", "team", "reason")


class HandOverForm(RemarkForm):
    """Who leads a project from then on, and what becomes of those who led it."""

    user = PersonField(label="Person", help_text="User name, e-mail or UUID")
    expiration_time = moment_field("Until", "UTC; empty is for good.")
    former_role = forms.ModelChoiceField(
        Role.objects.filter(content_type=ScopeType.PROJECT.value, is_active=True)
        .exclude(name=RoleName.PROJECT_MANAGER.value)
        .order_by("id"),
        label="Those who led it are then",
        required=False,
        empty_label="Not in the project",
    )
    field_order = ("user", "expiration_time", "former_role", "reason")


def _recover(project: Project, *, end_date: Any, team: str, **more: Any) -> Project:
    asked: dict[str, Any] = {team: True} if team else {}
    if end_date is not None:
        asked["end_date"] = end_date
    return recovery.recover(project, **asked, **more)


HAND_OVER = StaffAction(
    "hand_over",
    "Hand over to another PI",
    "Handed over",
    explained(hand_over.hand_over),
    form=HandOverForm,
    when=lambda project: not project.is_removed,
)
MOVE = StaffAction(
    "move",
    "Move to another organization",
    "Moved",
    explained(moves.move),
    form=MoveForm,
    when=lambda project: not project.is_removed,
    explanation="Its allocations, and the months that were accounted, go with it.",
    alone=True,
)
RECOVER = StaffAction(
    "recover",
    "Bring back",
    "Brought back",
    explained(_recover),
    form=RecoveryForm,
    when=lambda project: project.is_removed,
)
