"""The page behind the link of a group invitation: what one may ask for, and the asking."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.shortcuts import render
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.views import View
from django.views.decorators.cache import never_cache

from common.errors import DomainError
from config.pages.inviting import login_address, sentence_of
from identity.api.group_invitations.inputs import SubmitRequestInput
from identity.models import GroupInvitation
from identity.services import role_requests

if TYPE_CHECKING:
    from uuid import UUID

    from django.http import HttpRequest, HttpResponse

PAGE = "group_invitation.html"
UNKNOWN = "This link does not work, or not any more. Ask whoever gave it to you for another one."


@method_decorator(never_cache, name="dispatch")
class GroupInvitationView(View):
    """Shows a link to who is logged in, and to everybody if it is public; a button asks."""

    http_method_names = ("get", "head", "post")

    def get(self, request: HttpRequest, uuid: UUID) -> HttpResponse:
        """Show what one may ask for; who is not logged in is asked to log in first."""
        found = self._found(request, uuid)
        if found is None and not request.user.is_authenticated:
            return self._page(request, said="Log in to see what this link is for.", asks=True)
        if found is None:
            return self._page(request, said=UNKNOWN, status=404)
        return self._page(request, invitation=found)

    def post(self, request: HttpRequest, uuid: UUID) -> HttpResponse:
        """Ask for the role."""
        found, user = self._found(request, uuid), request.user
        if found is None or not user.is_authenticated:
            return self.get(request, uuid)
        wish = SubmitRequestInput(data=request.POST.dict())  # what the API refuses is refused here
        if not wish.is_valid():
            (why, *_) = next(iter(wish.errors.values()))
            return self._page(request, invitation=found, said=why, status=400)
        asked = wish.validated_data
        try:
            outcome = role_requests.submit(found, **asked, actor=user, now=timezone.now())
        except DomainError as error:
            return self._page(request, invitation=found, said=sentence_of(error), status=409)
        said = (
            "You have the role now."
            if outcome.is_approved
            else "You have asked. Those who give this role were told, and you get a mail."
        )
        return self._page(request, said=said, done=True)

    def _found(self, request: HttpRequest, uuid: UUID) -> Any:
        """Return the invitation that still works, if the person may open it; or None."""
        rows = GroupInvitation.objects.reached_by(request.user).filter(is_active=True)
        named = rows.select_related("role", "project_role", "customer", "created_by")
        return named.filter(uuid=uuid).first()

    def _page(self, request: HttpRequest, *, status: int = 200, **shown: Any) -> HttpResponse:
        context = {**shown, "site": settings.SITE_NAME, "login": login_address(request)}
        answer = render(request, PAGE, context, status=status)
        answer["X-Robots-Tag"] = "noindex"
        return answer
