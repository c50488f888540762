"""The staff's admin site: its start page says what needs a person."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.contrib.admin import AdminSite
from django.contrib.admin.forms import AdminAuthenticationForm, AdminPasswordChangeForm
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.contrib.auth.views import LoginView, PasswordChangeView
from django.core.exceptions import ValidationError
from django.http import HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import SimpleLazyObject

from common.addresses import address_of
from common.admin import refusals
from common.admin.choosing import RowSearch
from config.pages import obstacles, rules
from config.pages.dashboard import panels
from config.pages.login import by_password
from identity.services import credentials, lock_out, users

if TYPE_CHECKING:
    from django.http import HttpRequest
    from django.template.response import TemplateResponse


class LoginForm(AdminAuthenticationForm):
    """Logging in to the admin, locked after as many wrong passwords as the API is."""

    def clean(self) -> dict[str, Any]:
        """Check the password, and that it is one of the staff's.

        :raises ValidationError: it is wrong, there were too many wrong ones, or not of the staff.
        """
        username, password = (self.cleaned_data.get(name) for name in ("username", "password"))
        if username and password:
            address, now = address_of(self.request), timezone.now()
            try:
                user = credentials.check_password(
                    username=username, password=password, address=address, now=now
                )
            except lock_out.LockedOut as error:
                raise ValidationError(refusals.words(error)) from error
            except credentials.WrongPassword as error:
                raise self.get_invalid_login_error() from error
            self.user_cache = user
            self.confirm_login_allowed(user)
        return self.cleaned_data


class StaffLoginView(LoginView):
    """Logging in to the admin by a password, and by what is asked beside it."""

    def form_valid(self, form: Any) -> Any:
        """Let in whose password is right, or send them to their second factor."""
        return by_password.let_in(self.request, form.get_user(), self.get_redirect_url())


class OwnPasswordForm(AdminPasswordChangeForm):
    """A new password for oneself, set and recorded by the service."""

    def save(self, commit: bool = True) -> Any:  # noqa: FBT001, FBT002 - Django's signature
        """Have the service set it."""
        users.change_password(
            self.user,
            new_password=self.cleaned_data["new_password1"],
            old_password=self.cleaned_data["old_password"],
            address="admin",  # they are logged in already
            actor=self.user,
            now=timezone.now(),
        )
        return self.user


class StaffSite(AdminSite):
    """The workplace of the staff."""

    site_title = "EFP Allocations"
    site_header = "EFP Allocations"
    index_title = "What needs you"
    index_template = "admin/staff/start.html"
    site_url = None
    login_form = LoginForm
    faults = staticmethod(rules.faults)
    links_about = staticmethod(obstacles.links_about)

    def get_urls(self) -> list[Any]:
        """Add the pages that are about several models at once."""
        return [*obstacles.urls(self), *super().get_urls()]

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        """Show the form of the admin, whose passwords lead where all passwords lead."""
        index = reverse("admin:index", current_app=self.name)
        if request.method == "GET" and self.has_permission(request):
            return HttpResponseRedirect(index)
        context = {
            **self.each_context(request),
            "title": "Log in",
            "subtitle": None,
            "app_path": request.get_full_path(),
            "username": request.user.get_username(),
            **(
                {}
                if REDIRECT_FIELD_NAME in {**request.GET, **request.POST}
                else {REDIRECT_FIELD_NAME: index}
            ),
            **(extra_context or {}),
        }
        request.current_app = self.name
        view = StaffLoginView.as_view(
            extra_context=context,
            authentication_form=self.login_form,
            template_name="admin/login.html",
        )
        return view(request)

    def index(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> TemplateResponse:
        """Show what needs a person above the list of all there is."""
        found = {"panels": panels.read(timezone.now())}
        return super().index(request, {**found, **(extra_context or {})})

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> Any:
        """Return the apps in the order in which they build on each other.

        They are listed when a template shows them; those of popups do not.
        """
        listed = super().get_app_list
        order = list(apps.app_configs)
        return SimpleLazyObject(
            lambda: sorted(
                listed(request, app_label), key=lambda app: order.index(app["app_label"])
            )
        )

    def autocomplete_view(self, request: HttpRequest) -> Any:
        """Answer what was typed where a row is chosen by searching."""
        return RowSearch.as_view(admin_site=self)(request)

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
