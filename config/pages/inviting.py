"""The page behind the link of an invitation: who invites to what, and an answer to it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.conf import settings
from django.shortcuts import render
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.views import View
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_variables

from common.errors import DomainError
from identity.lifecycle import InvitationState
from identity.services import invitation_answers, invitation_links

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from identity.models import Invitation

PAGE = "invitation.html"
LOGIN = "/login/"

OVER = {
    InvitationState.ACCEPTED: "This invitation was accepted already.",
    InvitationState.REJECTED: "This invitation was declined.",
    InvitationState.CANCELED: "This invitation was withdrawn by those who sent it.",
    InvitationState.EXPIRED: "This invitation has expired. Ask for it to be sent again.",
}
UNKNOWN = (
    "This link does not work, or not any more. If you have several mails of an invitation, the link"
    " of the latest one works; else ask for another invitation."
)


@dataclass(frozen=True)
class Shown:
    """What the page says: a message, and the invitation where there is something to answer."""

    said: str = ""
    invitation: Invitation | None = None
    status: int = 200
    may_accept: bool = False
    done: bool = False


@method_decorator(never_cache, name="dispatch")
class InvitationView(View):
    """Shows an invitation to whoever holds its link, and takes their answer by a button.

    Opening the link does nothing: programs that look at mail open every link.
    """

    http_method_names = ("get", "head", "post")

    @method_decorator(sensitive_variables("token"))
    def get(self, request: HttpRequest, token: str) -> HttpResponse:
        """Show the invitation, or why there is nothing to answer."""
        return self._page(request, self._shown(request, token))

    @method_decorator(sensitive_variables("token"))
    def post(self, request: HttpRequest, token: str) -> HttpResponse:
        """Accept or decline."""
        answer, user = request.POST.get("answer"), request.user
        try:
            if answer == "decline":
                actor = user if user.is_authenticated else None
                invitation_answers.decline(token, actor=actor, now=timezone.now())
                said = "You have declined. Whoever invited you can see that."
            elif answer == "accept" and user.is_authenticated:
                given = invitation_answers.accept(token, actor=user, now=timezone.now())
                what = given.role.description or given.role.name
                said = f"Welcome: you are {what} in {given.scope_name} now."
            else:
                return self._page(request, self._shown(request, token))
        except DomainError as error:
            return self._page(request, self._refused(request, token, error))
        return self._page(request, Shown(said=said, done=True))

    def _shown(self, request: HttpRequest, token: str) -> Shown:
        """Return what there is to answer, or why there is nothing."""
        try:
            invitation = invitation_links.find(token)
        except invitation_links.NoSuchInvitation:
            return Shown(said=UNKNOWN, status=404)
        state = InvitationState(invitation.state)
        if state is InvitationState.PENDING and invitation.expires <= timezone.now():
            state = InvitationState.EXPIRED
        if state is not InvitationState.PENDING:
            said = OVER.get(state, "This invitation cannot be answered yet.")
            return Shown(said=said, status=410 if state in OVER else 409)
        return _to_answer(invitation, request.user)

    def _refused(self, request: HttpRequest, token: str, error: DomainError) -> Shown:
        """Return the page with what the services object to."""
        shown = self._shown(request, token)
        if shown.invitation is None:
            return shown
        return Shown(said=sentence_of(error), status=409)

    def _page(self, request: HttpRequest, shown: Shown) -> HttpResponse:
        context = {
            "shown": shown,
            "site": settings.SITE_NAME,
            "login": login_address(request),
        }
        answer = render(request, PAGE, context, status=shown.status)
        answer["X-Robots-Tag"] = "noindex"
        return answer


def _to_answer(invitation: Invitation, user: Any) -> Shown:
    """Return a pending invitation, and whether the person may accept it."""
    if not user.is_authenticated:
        return Shown(invitation=invitation)
    try:
        invitation_answers.check_person(invitation, user, by_link=True)
    except invitation_answers.WrongPerson as error:
        return Shown(said=str(error.detail), invitation=invitation)
    return Shown(invitation=invitation, may_accept=True)


def login_address(request: HttpRequest) -> str:
    """Return the address of the page on which one logs in and comes back here."""
    return f"{LOGIN}?{urlencode({'next': request.path})}"


def sentence_of(error: DomainError) -> str:
    """Return the first message of an error, whose form is the API's."""
    detail = error.detail
    said: Any = next(iter(detail.values())) if isinstance(detail, Mapping) else detail
    return str(said if isinstance(said, str) else said[0])
