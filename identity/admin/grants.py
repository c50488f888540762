"""Pages of roles and of who holds them; and how a role is given, on the page of its scope."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import Q

from common.admin import columns
from common.admin.records import RecordAdmin, section
from common.admin.related_tables import RelatedTable
from common.admin.staff_actions import ReasonForm, RemarkForm, StaffAction
from common.admin.times import MomentFormField
from identity.admin.log import ABOUT_THIS
from identity.admin.reasons import explained
from identity.models import Grant, Role, User
from identity.roles import ScopeType
from identity.services import members

if TYPE_CHECKING:
    from datetime import datetime


class PersonField(forms.CharField):
    """Names a person by user name, e-mail or UUID; works without a script."""

    def clean(self, value: Any) -> Any:
        """Return the person.

        :raises ValidationError: nobody is called so, or several are.
        """
        text = super().clean(value)
        if not text:
            return None
        named = Q(username=text) | Q(email__iexact=text)
        with suppress(ValueError):
            named |= Q(uuid=UUID(text))
        found = list(User.objects.filter(named)[:2])
        if not found:
            raise ValidationError("Nobody has this user name, e-mail or UUID.")
        if len(found) > 1:
            raise ValidationError("Several people have this e-mail: give the user name.")
        return found[0]


def moment_field(label: str, help_text: str) -> MomentFormField:
    """Return an optional time, picked with what the browser brings."""
    widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
    return MomentFormField(label=label, required=False, widget=widget, help_text=help_text)


class GiveRoleForm(RemarkForm):
    """Who shall have which role in the chosen scopes, and until when."""

    user = PersonField(label="Person", help_text="User name, e-mail or UUID")
    role = forms.ModelChoiceField(Role.objects.none(), empty_label=None)
    expiration_time = moment_field("Until", "UTC; empty is for good.")
    field_order = ("user", "role", "expiration_time", "reason")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Offer the roles that are for the kind of scope."""
        super().__init__(*args, **kwargs)
        kinds = {row.scope_type.value for row in self.rows}
        roles = Role.objects.filter(content_type__in=kinds, is_active=True)
        choice = self.fields["role"]
        choice.queryset = roles.order_by("id")  # type: ignore[attr-defined]
        choice.label_from_instance = _described  # type: ignore[attr-defined]


def _described(role: Role) -> str:
    return f"{role.description or role.name} ({role.name})"


def _give(scope: members.Scope, **asked: Any) -> Grant:
    return members.grant(scope=scope, **asked)


GIVE_ROLE = StaffAction(
    "give_role", "Give a role", "Role given", explained(_give), form=GiveRoleForm
)
"""For the pages of everything that roles are held in."""


def holders(scope_type: ScopeType, by: str) -> RelatedTable:
    """Return the table of those who hold roles in a scope."""
    return RelatedTable(
        "Who holds which role",
        Grant,
        (
            columns.person("user"),
            "role",
            "expiration_time",
            columns.person("created_by"),
            "created",
        ),
        joined=("user", "created_by"),
        by=by,
        only={"scope_type": scope_type.value, "is_active": True},
        limit=20,
        empty="Nobody.",
    )


HELD = RelatedTable(
    "Roles",
    Grant,
    ("role", "scope_name", "scope_type", "expiration_time", columns.person("created_by")),
    joined=("created_by",),
    by="user",
    only={"is_active": True},
    empty="None.",
)
"""The roles that a person holds."""


@dataclass(frozen=True)
class GrantScope:
    """A grant's scope as far as the grant itself knows it; its model may be an app above."""

    scope_type: ScopeType
    pk: int
    uuid: UUID
    name: str


class UntilForm(ReasonForm):
    """Until when a role shall be held."""

    expiration_time = moment_field("Until", "UTC; empty is for good.")
    field_order = ("expiration_time", "reason")


def _scope(grant: Grant) -> GrantScope:
    return GrantScope(
        ScopeType(grant.scope_type), grant.scope_id, grant.scope_uuid, grant.scope_name
    )


def _change_end(grant: Grant, *, actor: User, now: datetime, expiration_time: Any) -> Grant:
    return members.change(
        scope=_scope(grant),
        user=grant.user,
        role=grant.role,
        expiration_time=expiration_time,
        actor=actor,
        now=now,
    )


def _revoke(grant: Grant, *, actor: User, now: datetime, reason: str) -> None:
    members.revoke(
        scope=_scope(grant),
        user=grant.user,
        role=grant.role,
        actor=actor,
        now=now,
        reason=reason[:255],
    )


def _is_held(grant: Grant) -> bool:
    return grant.is_active


@admin.register(Grant)
class GrantAdmin(RecordAdmin):
    """Who holds, or held, which role where."""

    list_display = ("user", "role", "scope_name", "scope_type", "is_active", "expiration_time")
    list_filter = (
        "is_active",
        "scope_type",
        "role",
        ("expiration_time", admin.EmptyFieldListFilter),
    )
    list_select_related = ("user", "role")
    search_fields = ("user__username", "user__email", "user__last_name", "scope_name")
    search_help_text = "Person, e-mail or scope; or the UUID of the grant, the person or the scope"
    uuids = ("uuid", "user__uuid", "scope_uuid")
    date_hierarchy = "created"
    ordering = ("-id",)
    fieldsets = (
        section(None, "user", "role", "scope_type", "scope_name", "customer", "project"),
        section("Validity", "is_active", "created", "created_by", "expiration_time"),
        section("End", "revoked_at", "revoked_by", "revoke_reason"),
        section("Identifiers", "uuid", "scope_uuid"),
    )
    related_tables = (ABOUT_THIS,)
    staff_actions = (
        StaffAction(
            "revoke", "Revoke", "Revoked", explained(_revoke, argument="reason"), when=_is_held
        ),
        StaffAction(
            "change_end",
            "Change its end",
            "Changed",
            explained(_change_end),
            form=UntilForm,
            when=_is_held,
        ),
    )

    def title_of(self, row: Grant) -> str:
        """Return who is what where."""
        return f"{row.user} as {row.role} in {row.scope_name}"
