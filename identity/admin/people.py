"""Pages of people: registered, kept, shut out and let in again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin
from django.contrib.auth.models import Group
from django.utils import timezone

from common.addresses import address_of
from common.admin import columns
from common.admin.records import RecordAdmin, section
from common.admin.related_tables import RelatedTable
from common.admin.staff_actions import StaffAction, StaffActionForm
from common.api import readings
from identity.admin.credentials import IDENTITIES, KEYS, TOKENS
from identity.admin.grants import HELD
from identity.admin.log import ABOUT_THIS
from identity.admin.reasons import explained, removal
from identity.admin.second_factors import RESET, SECOND_FACTORS
from identity.admin.vetting import ACTIONS, DECISIONS
from identity.models import Event, User
from identity.services import credentials, user_removal, users

if TYPE_CHECKING:
    from datetime import datetime

    Form = forms.ModelForm[User]
else:
    Form = forms.ModelForm


admin.site.unregister(Group)  # roles take the place of Django's groups


def password_field(label: str, *, required: bool, help_text: str = "") -> forms.CharField:
    """Return a field for a new password."""
    widget = forms.PasswordInput(attrs={"autocomplete": "new-password"})
    return forms.CharField(
        label=label, required=required, strip=False, widget=widget, help_text=help_text
    )


class NewPersonForm(Form):
    """A person, with a password for those who do not come in by single sign-on."""

    password = password_field(
        "Password", required=False, help_text="Empty: logs in by single sign-on or token only."
    )

    class Meta:
        model = User
        fields = ("username", "email")

    def clean_password(self) -> str | None:
        """Return no password rather than an empty one."""
        return self.cleaned_data["password"] or None


class TokenForm(StaffActionForm):
    """What a new token is for."""

    name = forms.CharField(max_length=100, help_text="What it is for, such as the agent's machine.")


class PasswordForm(StaffActionForm):
    """The new password."""

    new_password = password_field("New password", required=True)


def _issue(user: User, *, actor: User, now: datetime, name: str) -> str:
    _, plaintext = credentials.issue(user=user, name=name, actor=actor, now=now)
    return plaintext


def _is_active(user: User) -> bool:
    return user.is_active


def _is_shut_out(user: User) -> bool:
    return not user.is_active


DONE_BY = RelatedTable(
    "What they did",
    Event,
    ("created", "kind", "about", "step", "message_and_reason"),
    by="actor",
    empty="Nothing is recorded.",
)

NAMES = ("first_name", "middle_name", "last_name", "native_name")
PROFILE = ("email", *NAMES, "phone_number", "preferred_language")
WORK = ("organization", "organization_country", "job_title", "personal_title", "description")
RIGHTS = (
    "is_staff",
    "is_support",
    "is_identity_manager",
    "is_machine",
    "managed_isds",
    "token_lifetime",
    "can_use_personal_access_tokens",
)


@admin.register(User)
class UserAdmin(RecordAdmin):
    """People and machine accounts."""

    list_display = ("username", "full_name", "email", "organization", "is_active", "is_staff")
    list_filter = ("is_active", "is_staff", "is_support", "is_identity_manager", "identity_source")
    search_fields = ("username", "email", *NAMES)
    search_help_text = "User name, e-mail, name or UUID"
    date_hierarchy = "date_joined"
    ordering = ("username", "id")
    asked = ("username", "email", "first_name", "last_name", "organization", *RIGHTS, "password")
    add_form = NewPersonForm
    editable = ("username", *PROFILE, *WORK, *RIGHTS, "details")
    create_with = staticmethod(users.create)
    fieldsets = (
        section(None, "username", *PROFILE),
        section("Work", *WORK),
        section("Rights", "is_active", "deactivation_reason", *RIGHTS),
        section(
            "Account",
            "uuid",
            "slug",
            "registration_method",
            "identity_source",
            columns.pretty("active_isds"),
            columns.pretty("attribute_sources"),
            "details",
            "agreement_date",
            "export_control_date",
            "date_joined",
            "last_login",
        ),
    )
    related_tables: tuple[RelatedTable, ...] = (
        *(HELD, DECISIONS, TOKENS, KEYS, IDENTITIES, SECOND_FACTORS),
        *(ABOUT_THIS, DONE_BY),
    )
    staff_actions = (
        StaffAction(
            "deactivate",
            "Deactivate",
            "Deactivated",
            users.deactivate,
            when=_is_active,
            explanation="No login, and every token stops working at once. Roles stay as they are.",
        ),
        StaffAction(
            "activate", "Activate", "Activated", explained(users.activate), when=_is_shut_out
        ),
        *ACTIONS,
        StaffAction(
            "issue_token",
            "Issue a token",
            "Token issued",
            _issue,
            form=TokenForm,
            when=_is_active,
            alone=True,
            reveals=str,
            explanation="The token acts as this person. It is shown once.",
        ),
        StaffAction(
            "revoke_tokens",
            "Revoke all tokens",
            "Tokens revoked",
            explained(credentials.revoke_all),
        ),
        StaffAction(
            "set_password",
            "Set a password",
            "Password set",
            users.change_password,
            form=PasswordForm,
            when=_is_active,
            alone=True,
        ),
        RESET,
        removal(
            user_removal.remove,
            "This cannot be undone. Everything personal is erased, here and in the records; sites "
            "are asked to delete the accounts. Refused while they are the last PI of a project or "
            "the last owner of an organization.",
            when=lambda user: not user.is_removed,
        ),
    )

    def render_change_form(self, request: Any, context: Any, *args: Any, **kwargs: Any) -> Any:
        """Note that a person's page was looked at."""
        person: User | None = kwargs.get("obj")
        if person is not None and request.method == "GET":
            shown = {User.personal & {*PROFILE, *WORK, "details", "username"}: {person.pk}}
            readings.note(
                readings.Reading(
                    reader=request.user,
                    address=address_of(request),
                    place="Administration",
                    shown=shown,
                    is_of_people=True,
                    now=timezone.now(),
                )
            )
        return super().render_change_form(request, context, *args, **kwargs)

    def change(self, row: User, changes: dict[str, Any], *, actor: User, now: datetime) -> None:
        """Change a profile."""
        users.update(row, actor=actor, now=now, wanted=changes)

    @admin.display(description="name", ordering="last_name")
    def full_name(self, user: User) -> str:
        """Return the name as people write it."""
        return user.full_name

    def title_of(self, row: User) -> str:
        """Return the person's user name, and name where there is one."""
        return f"{row.username} ({row.full_name})" if row.full_name else row.username
