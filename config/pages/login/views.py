"""Logging in and out: the list of ways, the way to an institution and back, and the end."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.conf import settings
from django.contrib import auth
from django.http import HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.views import View
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt

from common.addresses import address_of
from common.errors import DomainError
from config.pages.login import by_password
from config.pages.login.by_password import BY_PASSWORD, after_login, typed
from config.pages.login.words import page_for
from identity.oidc import attempts, exchange, fetching, providers, published, tokens
from identity.profile import completeness_of
from identity.services import credentials, lock_out, logins, logouts, platform_terms

if TYPE_CHECKING:
    from django.http import HttpRequest

    from identity.models import LinkedIdentity
    from identity.oidc.exchange import Proof
    from identity.oidc.providers import Provider

log = logging.getLogger(__name__)

PROVIDER, ID_TOKEN = "oidc_provider", "oidc_id_token"
LONGEST_LOGOUT_TOKEN = 20_000


class PageView(View):
    """A page of a login; what goes wrong with it is a page too."""

    @method_decorator(never_cache)
    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """Answer, and say clearly what went wrong."""
        try:
            return super().dispatch(request, *args, **kwargs)
        except DomainError as error:
            page = page_for(error)
            if page is None:
                raise
            log.warning("A login came to nothing: %s", error.code, extra={"why": str(error.detail)})
            return render(request, "login/refused.html", {"page": page}, status=page.status)


class LoginPage(PageView):
    """The ways to log in, and for who is logged in, who they are and the way out."""

    http_method_names = ("get", "head", "post")

    def get(self, request: HttpRequest) -> HttpResponse:
        """List the ways."""
        return self.page(request, request.GET.get("next", ""))

    def post(self, request: HttpRequest) -> HttpResponse:
        """Log in by a password, under the same lock as everywhere."""
        next_url = request.POST.get("next", "")
        try:
            user = credentials.check_password(
                username=typed(request, "username"),
                password=typed(request, "password"),
                address=address_of(request),
                now=timezone.now(),
            )
        except lock_out.NotAuthenticated as error:
            return self.page(request, next_url, said=str(error.detail))
        return by_password.let_in(request, user, next_url)

    def page(self, request: HttpRequest, next_url: str, said: str = "") -> HttpResponse:
        """Show the page, with what was wrong with the last try."""
        shown = {
            "providers": providers.configured(),
            "next": attempts.own_address(request, next_url),
            "said": said,
            "site": settings.SITE_NAME,
            **asked_of(request.user),
        }
        return render(request, "login/login.html", shown, status=401 if said else 200)


class BeginLoginView(PageView):
    """Sends the browser to a provider."""

    http_method_names = ("get",)

    def get(self, request: HttpRequest, provider: str) -> HttpResponse:
        """Note the attempt and redirect."""
        found = providers.named(provider)
        next_url = request.GET.get("next", "")
        url = attempts.begin(request, found, redirect_uri=callback_of(found), next_url=next_url)
        return HttpResponseRedirect(url)


class CompleteLoginView(PageView):
    """Takes the browser back from a provider."""

    http_method_names = ("get",)

    def get(self, request: HttpRequest, provider: str) -> HttpResponse:
        """Log in whom the provider answers for, in a session of its own."""
        found = providers.named(provider)
        attempt, code = attempts.take(request, found, redirect_uri=callback_of(found))
        answer = exchange.redeem(
            found,
            code=code,
            redirect_uri=attempt.redirect_uri,
            verifier=attempt.verifier,
            nonce=attempt.nonce,
            now=timezone.now(),
        )
        identity = logins.log_in(found, answer.person, now=timezone.now())
        begin_session(request, found, identity, answer)
        return HttpResponseRedirect(after_login(request, attempt.next_url))


class LogoutPage(PageView):
    """Ends the session here, and leads to where the login at the institution is ended."""

    http_method_names = ("post",)

    def post(self, request: HttpRequest) -> HttpResponse:
        """End the session."""
        url = end_session_url(request)
        logouts.forget_session(request.session.session_key or "")
        auth.logout(request)
        # A form may lead to this service only; a page may lead anywhere.
        return render(request, "login/logged_out.html", {"url": url})


@method_decorator(csrf_exempt, name="dispatch")
class BackChannelLogoutView(View):
    """Where providers say that a login is over (OpenID Connect Back-Channel Logout 1.0)."""

    http_method_names = ("post",)

    @method_decorator(never_cache)
    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """Answer; nobody keeps the answer."""
        return super().dispatch(request, *args, **kwargs)

    def post(self, request: HttpRequest, provider: str) -> HttpResponse:
        """End what came of the login that the token names."""
        token = request.POST.get("logout_token", "")
        try:
            found, now = providers.named(provider), timezone.now()
            claims = tokens.read_logout_token(found, token, now=now)
            ended = logouts.end_by_provider(found, claims, now=now)
        except (fetching.ProviderUnreachable, published.WrongIssuer):
            return JsonResponse({"error": "temporarily_unavailable"}, status=503)
        except DomainError as error:
            log.warning("A logout was refused: %s", error.code, extra={"why": str(error.detail)})
            return JsonResponse({"error": "invalid_request"}, status=400)
        log.info("A provider ended %s logins", ended, extra={"provider": provider})
        return HttpResponse()


def begin_session(
    request: HttpRequest, provider: Provider, identity: LinkedIdentity, answer: Proof
) -> None:
    """Begin a session under a new key, with nothing of the one before."""
    request.session.flush()
    auth.login(request, identity.user, backend=BY_PASSWORD)
    request.session[PROVIDER] = provider.name
    request.session[ID_TOKEN] = answer.id_token
    request.session.save()
    key = request.session.session_key or ""
    logins.note_session(identity, key, sid=answer.person.sid, now=timezone.now())


def asked_of(person: Any) -> dict[str, bool]:
    """Return what somebody who is logged in has to do before they can use the service."""
    if not person.is_authenticated or person.is_machine:
        return {}
    return {
        "awaited": platform_terms.awaited_from(person),
        "missing": not completeness_of(person)["is_complete"],
    }


def callback_of(provider: Provider) -> str:
    """Return where browsers come back to, whatever a request calls this service."""
    return settings.SITE_URL + reverse("oidc-callback", args=[provider.name])


def end_session_url(request: HttpRequest) -> str:
    """Return where the login at the provider is ended; nothing where that cannot be."""
    try:
        provider = providers.named(request.session.get(PROVIDER, ""))
        endpoint = published.metadata_of(provider).end_session_endpoint
    except DomainError:
        return ""
    if not endpoint:
        return ""
    told = {
        "id_token_hint": request.session.get(ID_TOKEN, ""),
        "client_id": provider.client_id,
        "post_logout_redirect_uri": settings.SITE_URL + reverse("login"),
    }
    return f"{endpoint}{'&' if '?' in endpoint else '?'}{urlencode(told)}"
