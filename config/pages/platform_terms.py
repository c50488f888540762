"""The page on which a person reads the platform's terms of service and accepts them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views import View

from identity.models import User
from identity.services import platform_terms

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

PAGE = "platform_terms.html"
LONGEST_VERSION = 50


class PlatformTermsView(View):
    """Everybody reads the terms; who is logged in accepts them by a button."""

    http_method_names = ("get", "head", "post")

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show the terms in force, and a button to who has not accepted them."""
        return self._shown(request)

    def post(self, request: HttpRequest) -> HttpResponse:
        """Accept the version that was read."""
        if not request.user.is_authenticated:
            return self._shown(request, said="Log in first.", status=403)
        person = User.objects.get(pk=request.user.pk)
        version = request.POST.get("version", "")[:LONGEST_VERSION]
        try:
            platform_terms.accept(person, version=version, now=timezone.now())
        except platform_terms.OtherTermsInForce as error:
            return self._shown(request, said=str(error.detail), status=409)
        return redirect("platform-terms")

    def _shown(self, request: HttpRequest, *, said: str = "", status: int = 200) -> HttpResponse:
        person: Any = request.user
        known = {
            "terms": platform_terms.current(),
            "site": settings.SITE_NAME,
            "person": person if person.is_authenticated else None,
            "awaited": person.is_authenticated and platform_terms.awaited_from(person),
            "said": said,
        }
        return render(request, PAGE, known, status=status)
