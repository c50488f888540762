"""Vetting: what staff decide about a person, and the page of all decisions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin

from common.admin import columns
from common.admin.filters import AgeFilter
from common.admin.records import RecordAdmin, section
from common.admin.related_tables import RelatedTable
from common.admin.staff_actions import StaffAction, StaffActionForm
from identity.admin.grants import moment_field
from identity.admin.reasons import explained
from identity.models import Vetting
from identity.services import vetting

if TYPE_CHECKING:
    from collections.abc import Callable


class DecisionForm(StaffActionForm):
    """On what a decision rests, and how long it holds."""

    evidence = forms.CharField(
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3, "class": "vLargeTextField"}),
        help_text="What was seen, and by what way. Staff alone read it.",
    )
    valid_until = moment_field("Until", "UTC; empty is for good.")


def _is_active(user: Any) -> bool:
    return bool(user.is_active)


def _decision(service: Callable[..., Vetting]) -> Callable[..., Any]:
    def decide(user: Any, **asked: Any) -> Vetting:
        return service(user, **asked)

    return decide


ACTIONS = (
    StaffAction("vet", "Vet", "Vetted", _decision(vetting.vet), form=DecisionForm, when=_is_active),
    StaffAction(
        "refuse_vetting",
        "Refuse access",
        "Access refused",
        _decision(vetting.refuse),
        form=DecisionForm,
        when=_is_active,
        explanation="They can read who they are and nothing else; sites give their accounts up.",
    ),
    StaffAction(
        "withdraw_vetting",
        "Take the vetting back",
        "Unvetted",
        explained(vetting.withdraw),
        when=_is_active,
        explanation="They are unvetted then, whether they were vetted or refused.",
    ),
)

DECISIONS = RelatedTable(
    "Vetting",
    Vetting,
    (
        "created",
        "outcome",
        "evidence",
        columns.person("decided_by"),
        "valid_until",
        "ended_at",
    ),
    by="user",
    empty="Nobody has looked at who this is.",
)


@admin.register(Vetting)
class VettingAdmin(RecordAdmin):
    """Who was vetted or refused, by whom, on what evidence, and until when."""

    list_display = (
        columns.person("user"),
        "outcome",
        columns.person("decided_by"),
        "created",
        "valid_until",
        "ended_at",
    )
    list_filter = ("outcome", ("ended_at", admin.EmptyFieldListFilter), AgeFilter)
    list_select_related = ("user", "decided_by")
    search_fields = ("user__username", "user__email", "evidence")
    uuids = ("uuid", "user__uuid")
    date_hierarchy = "created"
    ordering = ("-id",)
    fieldsets = (
        section(None, "user", "outcome", "evidence", "decided_by"),
        section("Times", "created", "valid_until", "ended_at", "uuid"),
    )
