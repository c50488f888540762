"""The page on which a person says of themselves what the platform asks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views import View

from common.errors import DomainError
from identity.api.users.inputs import UserInput
from identity.models import User
from identity.profile import COLUMNS, EXPORT_CONTROL, completeness_of
from identity.services import users

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

PAGE = "profile.html"
FROM_ELSEWHERE = frozenset({"affiliations", "email"})
"""What a person does not write down here: their institution says it, or it is confirmed by mail."""


class ProfileView(View):
    """Asks who is logged in for what is missing of their profile."""

    http_method_names = ("get", "head", "post")

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show what is asked, and what has been said of it."""
        if not request.user.is_authenticated:
            return render(request, PAGE, {"site": settings.SITE_NAME}, status=403)
        return self._form(request, User.objects.get(pk=request.user.pk))

    def post(self, request: HttpRequest) -> HttpResponse:
        """Store what was said."""
        if not request.user.is_authenticated:
            return self.get(request)
        person, asked = User.objects.get(pk=request.user.pk), self._asked()
        given = {name: request.POST[name] for name in asked if request.POST.get(name)}
        checked = UserInput(data=given, partial=True)
        if not checked.is_valid():
            return self._form(request, person, faults=checked.errors, status=400)
        wanted = dict(checked.validated_data)
        now = timezone.now()
        if wanted.pop(EXPORT_CONTROL, False):
            wanted["export_control_date"] = person.export_control_date or now
        agrees = request.POST.get("agree_with_policy") == "true"
        try:
            users.update(person, actor=person, now=now, wanted=wanted, agree_with_policy=agrees)
        except DomainError as error:
            return self._form(request, person, faults=error.detail, status=400)
        return redirect("profile")

    @staticmethod
    def _asked() -> list[str]:
        return [one for one in settings.REGISTRATION.mandatory if one not in FROM_ELSEWHERE]

    def _form(
        self, request: HttpRequest, person: User, *, faults: Any = None, status: int = 200
    ) -> HttpResponse:
        said = {name: getattr(person, column) for name, column in COLUMNS.items()}
        fields = [
            {"name": name, "label": name.replace("_", " "), "value": said[name] or ""}
            for name in self._asked()
            if name != EXPORT_CONTROL
        ]
        shown = {
            "site": settings.SITE_NAME,
            "person": person,
            "fields": fields,
            "declares": EXPORT_CONTROL in self._asked(),
            "declared": person.export_control_date,
            "agreed": person.agreement_date,
            "profile": completeness_of(person),
            "faults": faults if isinstance(faults, dict) else {},
        }
        return render(request, PAGE, shown, status=status)
