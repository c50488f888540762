"""The staff's admin site: its start page says what needs a person."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib.admin import AdminSite
from django.contrib.admin.forms import AdminPasswordChangeForm
from django.contrib.auth.views import PasswordChangeView
from django.urls import reverse
from django.utils import timezone

from config.pages import attention
from identity.services import users

if TYPE_CHECKING:
    from django.http import HttpRequest
    from django.template.response import TemplateResponse


class OwnPasswordForm(AdminPasswordChangeForm):
    """A new password for oneself, set and recorded by the service."""

    def save(self, commit: bool = True) -> Any:  # noqa: FBT001, FBT002 - Django's signature
        """Have the service set it."""
        password = self.cleaned_data["new_password1"]
        users.change_password(self.user, new_password=password, actor=self.user, now=timezone.now())
        return self.user


class StaffSite(AdminSite):
    """The workplace of the staff."""

    site_title = "EFP Allocations"
    site_header = "EFP Allocations"
    index_title = "What needs you"
    index_template = "admin/staff/start.html"

    def index(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> TemplateResponse:
        """Show what needs a person above the list of all there is."""
        found = {"matters": attention.matters(timezone.now())}
        return super().index(request, {**found, **(extra_context or {})})

    def password_change(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> Any:
        """Let people of the staff change their own passwords."""
        view = PasswordChangeView.as_view(
            form_class=OwnPasswordForm,
            success_url=reverse("admin:password_change_done", current_app=self.name),
            extra_context={**self.each_context(request), **(extra_context or {})},
        )
        return view(request)
