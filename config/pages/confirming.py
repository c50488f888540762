"""The page behind the link that is mailed to a new e-mail address."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.shortcuts import render
from django.utils import timezone
from django.views import View

from common.errors import DomainError
from identity.services import emails

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

PAGE = "confirm_email.html"
LONGEST_CODE = 500


class ConfirmEmailView(View):
    """Asks for a click: mail programs open every link, and that must confirm nothing."""

    http_method_names = ("get", "head", "post")

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show a button."""
        code = request.GET.get("code", "")[:LONGEST_CODE]
        return render(request, PAGE, {"code": code, "site": settings.SITE_NAME})

    def post(self, request: HttpRequest) -> HttpResponse:
        """Confirm the address."""
        try:
            emails.confirm(request.POST.get("code", "")[:LONGEST_CODE], now=timezone.now())
        except DomainError:
            said = "This link is not valid, or not any more. Ask for another one."
            return render(request, PAGE, {"said": said}, status=400)
        return render(request, PAGE, {"said": "The address is confirmed."})
