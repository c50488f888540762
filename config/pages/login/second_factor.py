"""The pages of a second factor: its code at a login, setting it up, and what one has."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import segno
from django.conf import settings
from django.http import HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.safestring import mark_safe
from django.views import View
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters

from common.addresses import address_of
from common.errors import DomainError
from common.sealing import Unreadable, seal, unseal
from config.pages.login import by_password
from identity import second_factor as codes
from identity.models import SecondFactor, User
from identity.services import credentials, second_factors
from identity.services.lock_out import NotAuthenticated

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

SECRET = "second_factor_secret"  # noqa: S105 - where it stands in the session
PIXELS_PER_MODULE = 5


@method_decorator(never_cache, name="dispatch")
@method_decorator(sensitive_post_parameters("code", "password"), name="dispatch")
class CodePage(View):
    """Asks who gave their password for a code of their second factor."""

    http_method_names = ("get", "head", "post")

    def get(self, request: HttpRequest) -> HttpResponse:
        """Ask."""
        if by_password.waiting(request) is None:
            return redirect("login")
        return self._page(request)

    def post(self, request: HttpRequest) -> HttpResponse:
        """Log in, if the code is right."""
        found = by_password.waiting(request)
        if found is None:
            return redirect("login")
        user, next_url = found
        try:
            second_factors.check(user, by_password.typed(request, "code"), now=timezone.now())
        except NotAuthenticated as error:
            return self._page(request, said=str(error.detail))
        except second_factors.NoSecondFactor:  # it was reset meanwhile: what is asked now?
            return by_password.let_in(request, user, next_url)
        return by_password.log_in(request, user, next_url)

    def _page(self, request: HttpRequest, said: str = "") -> HttpResponse:
        shown = {"said": said, "site": settings.SITE_NAME}
        return render(request, "login/code.html", shown, status=401 if said else 200)


@method_decorator(never_cache, name="dispatch")
@method_decorator(sensitive_post_parameters("code", "password"), name="dispatch")
class SetUpPage(View):
    """Shows a secret for an authenticator, and takes it when the phone knows it.

    It is for who must set one up to get in, and for who is in and gives their password again.
    """

    http_method_names = ("get", "head", "post")

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show the secret."""
        user = self._person(request)
        if user is None:
            return _to_login()
        try:
            second_factors.check_open_to(user)
        except DomainError:
            return redirect("second-factor")
        return self._page(request, user)

    def post(self, request: HttpRequest) -> HttpResponse:
        """Take it, and show the recovery codes; who had to do it is logged in with that."""
        user = self._person(request)
        if user is None:
            return _to_login()
        try:
            return self._taken(request, user)
        except NotAuthenticated as error:
            return self._page(request, user, said=str(error.detail))
        except DomainError:  # there is one already, or it would be of no use
            return redirect("second-factor")

    def _taken(self, request: HttpRequest, user: User) -> HttpResponse:
        """Return the page of recovery codes.

        :raises DomainError: there is nothing to set up, or the code or the password is wrong.
        """
        second_factors.check_open_to(user)
        waiting = by_password.waiting(request)
        if waiting is None:
            self._prove(request, user)
        code, now = by_password.typed(request, "code"), timezone.now()
        given = second_factors.set_up(user, secret=self._secret(request), code=code, now=now)
        del request.session[SECRET]
        onward = reverse("second-factor")
        if waiting is not None:
            onward = by_password.log_in(request, user, waiting[1])["Location"]
        shown = {"codes": given, "onward": onward, "site": settings.SITE_NAME}
        return render(request, "login/recovery_codes.html", shown)

    @staticmethod
    def _person(request: HttpRequest) -> User | None:
        """Return whom it is for: who is in, or who gave their password and must set one up."""
        if request.user.is_authenticated:
            person: Any = request.user
            return User.objects.get(pk=person.pk)
        found = by_password.waiting(request)
        return found[0] if found and not second_factors.is_asked(found[0]) else None

    @staticmethod
    def _prove(request: HttpRequest, user: User) -> None:
        """Check the password of who is in already: their browser may have been left alone."""
        credentials.check_password(
            username=user.username,
            password=by_password.typed(request, "password"),
            address=address_of(request),
            now=timezone.now(),
        )

    @staticmethod
    def _secret(request: HttpRequest) -> str:
        """Return the secret that this browser is shown; a new one where there is none."""
        try:
            return unseal(request.session.get(SECRET, ""))
        except Unreadable:
            secret = codes.new_secret()
            request.session[SECRET] = seal(secret)
            return secret

    def _page(self, request: HttpRequest, user: User, said: str = "") -> HttpResponse:
        secret = self._secret(request)
        shown = {
            "said": said,
            "site": settings.SITE_NAME,
            "username": user.username,
            "secret": " ".join(secret[at : at + 4] for at in range(0, len(secret), 4)),
            "picture": picture_of(
                codes.uri_of(secret, name=user.username, issuer=settings.SITE_NAME)
            ),
            "asks_password": request.user.is_authenticated,
        }
        return render(request, "login/set_up.html", shown, status=401 if said else 200)


@method_decorator(never_cache, name="dispatch")
@method_decorator(sensitive_post_parameters("code"), name="dispatch")
class SecondFactorPage(View):
    """What one has, with other recovery codes, or without, for a code of it."""

    http_method_names = ("get", "head", "post")

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show it."""
        return self._page(request) if request.user.is_authenticated else _to_login()

    def post(self, request: HttpRequest) -> HttpResponse:
        """Make other recovery codes, or take it off."""
        if not request.user.is_authenticated:
            return _to_login()
        user: Any = request.user
        code = by_password.typed(request, "code")
        try:
            if request.POST.get("act") == "remove":
                second_factors.remove(user, code=code, now=timezone.now())
                return redirect("second-factor")
            given = second_factors.renew_recovery_codes(user, code=code, now=timezone.now())
        except DomainError as error:
            return self._page(request, said=str(error.detail))
        shown = {"codes": given, "onward": reverse("second-factor"), "site": settings.SITE_NAME}
        return render(request, "login/recovery_codes.html", shown)

    def _page(self, request: HttpRequest, said: str = "") -> HttpResponse:
        user: Any = request.user
        factor = SecondFactor.objects.filter(user=user).first()
        shown = {
            "said": said,
            "site": settings.SITE_NAME,
            "person": user,
            "factor": factor,
            "left": len(factor.recovery_digests) if factor else 0,
            "may_have": second_factors.may_have(user),
            "required": second_factors.is_required_of(user),
        }
        return render(request, "login/second_factor.html", shown, status=400 if said else 200)


def picture_of(uri: str) -> str:
    """Return a QR code as SVG, which a page can hold: it has no style and no script."""
    drawn = segno.make(uri, error="m").svg_inline(scale=PIXELS_PER_MODULE, light="#fff", border=4)
    return mark_safe(drawn)  # noqa: S308 - of the library's own making: paths and numbers alone


def _to_login() -> HttpResponseRedirect:
    return HttpResponseRedirect(f"{reverse('login')}?next={reverse('second-factor')}")
