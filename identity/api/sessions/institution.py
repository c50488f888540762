"""`/api-auth/eduteams/` and `/api-auth/keycloak/`: from a login by institution to a token."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from django.conf import settings
from rest_framework.response import Response

from common.api.access import PUBLIC, Rule
from common.api.actions import Declared
from common.api.viewsets import ApiViewSet
from common.errors import DomainError
from identity.api.sessions import refusals
from identity.api.sessions.filters import LoginAnswerFilter
from identity.api.sessions.serializers import CoreAuthToken
from identity.oidc import attempts, exchange, providers
from identity.services import logins

if TYPE_CHECKING:
    from django.http import HttpRequest
    from rest_framework.request import Request

    from identity.oidc.providers import Provider

NOT_DECLARED = ((404, {"$ref": "#/components/schemas/Error"}),)
"""What is answered where the operator has declared no such provider."""


class InstitutionLoginViewSet(ApiViewSet):
    """Logging in by an institution, at the addresses that Waldur's clients know."""

    authentication_classes = ()
    waldur_name = ""
    access: ClassVar[dict[str, Rule]] = {"init": PUBLIC, "complete": PUBLIC}

    def init(self, request: Request) -> Response:
        """Begin a login by institution.

        Redirects to the provider of identities, from where the browser comes back to `complete/`
        with a code. The answer sets a cookie, which has to come back with it.
        """
        try:
            provider = providers.known_to_waldur(self.waldur_name)
            url = attempts.begin(browser_of(request), provider, redirect_uri=self.callback())
        except DomainError as error:
            raise refusals.of_login(error) from error
        return Response(status=302, headers={"Location": url})

    init.api = Declared(status=302, empty=True, also=NOT_DECLARED)  # type: ignore[attr-defined]

    def complete(self, request: Request) -> Response:
        """Get a token for a login by institution.

        Takes the `code` and the `state` that the provider of identities gave the browser, once and
        within ten minutes. The token ends when the provider ends the login.
        """
        try:
            token = self.token_for(request, providers.known_to_waldur(self.waldur_name))
        except DomainError as error:
            raise refusals.of_login(error) from error
        answer = self.answer({"token": token})
        answer["Cache-Control"] = "no-store"
        return answer

    complete.api = Declared(  # type: ignore[attr-defined]
        output=CoreAuthToken, filterset=LoginAnswerFilter, also=NOT_DECLARED
    )

    def token_for(self, request: Request, provider: Provider) -> str:
        """Return a token for whom the provider answers for.

        :raises DomainError: it does not, or the person may not log in.
        """
        attempt, code = attempts.take(browser_of(request), provider, redirect_uri=self.callback())
        answer = exchange.redeem(
            provider,
            code=code,
            redirect_uri=attempt.redirect_uri,
            verifier=attempt.verifier,
            nonce=attempt.nonce,
            now=self.now,
        )
        identity = logins.log_in(provider, answer.person, now=self.now)
        return logins.give_token(identity, sid=answer.person.sid, now=self.now)

    def callback(self) -> str:
        """Return where browsers come back to."""
        return f"{settings.SITE_URL}/api-auth/{self.waldur_name}/complete/"

    def get_authenticate_header(self, request: Request) -> str:
        """Let a refusal be 401: without a challenge it would be 403."""
        return "Token"


class EduteamsLoginViewSet(InstitutionLoginViewSet):
    """Logging in by the institution that is behind MyAccessID, which Waldur calls eduTEAMS."""

    waldur_name = "eduteams"


class KeycloakLoginViewSet(InstitutionLoginViewSet):
    """Logging in by the provider that Waldur calls Keycloak."""

    waldur_name = "keycloak"

    def init(self, request: Request) -> Response:
        """Begin a login by the provider that Waldur calls Keycloak.

        Redirects there, from where the browser comes back to `complete/` with a code. The answer
        sets a cookie, which has to come back with it.
        """
        return super().init(request)

    init.api = Declared(status=302, empty=True, also=NOT_DECLARED)  # type: ignore[attr-defined]

    def complete(self, request: Request) -> Response:
        """Get a token for a login by the provider that Waldur calls Keycloak.

        Takes the `code` and the `state` that the provider gave the browser, once and within ten
        minutes. The token ends when the provider ends the login.
        """
        return super().complete(request)

    complete.api = Declared(  # type: ignore[attr-defined]
        output=CoreAuthToken, filterset=LoginAnswerFilter, also=NOT_DECLARED
    )


def browser_of(request: Request) -> HttpRequest:
    """Return Django's request, with the session of the browser."""
    found: HttpRequest = request._request  # noqa: SLF001 - DRF has no other name for it
    return found
