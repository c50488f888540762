"""What Django itself refuses: JSON below `/api`, like every other error there; pages elsewhere."""

from __future__ import annotations

import sys
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent
from django.http import HttpResponsePermanentRedirect, JsonResponse
from django.urls import Resolver404, resolve
from django.views import defaults
from django.views.csrf import csrf_failure as csrf_page
from django.views.decorators.csrf import csrf_exempt

from common.api.exceptions import PROBLEM, problem
from config import health

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest
    from django.http.response import HttpResponseBase

LONGEST_ADDRESS = 8000
"""Bytes of an address with its query; the server in front of us reads a little more."""

SAFE = frozenset({"GET", "HEAD"})


def is_of_api(request: HttpRequest) -> bool:
    """Tell whether an address is one of the API's, known or not."""
    return request.path_info.startswith(("/api/", "/api-auth/")) or request.path_info == "/api"


def refused(request: HttpRequest, status: HTTPStatus, detail: str) -> JsonResponse:
    """Return an error of the API, as problem details if they are wanted."""
    body: dict[str, Any] = {"detail": detail}
    if PROBLEM not in request.META.get("HTTP_ACCEPT", ""):
        return JsonResponse(body, status=status)
    code = status.name.lower()
    return JsonResponse(
        problem(body, int(status), code, request), status=status, content_type=PROBLEM
    )


@csrf_exempt
def unknown(request: HttpRequest, **_: object) -> HttpResponseBase:
    """Answer an unknown address of the API, for every method.

    One that lacks its last slash is sent on, with its method and body.
    """
    path = request.path_info
    if not path.endswith("/") and is_known(f"{path}/", getattr(request, "urlconf", None)):
        place = request.get_full_path(force_append_slash=True)
        return HttpResponsePermanentRedirect(place, preserve_request=request.method not in SAFE)
    return refused(request, HTTPStatus.NOT_FOUND, "Not found.")


def is_known(path: str, urlconf: Any = None) -> bool:
    """Tell whether something is served at a path."""
    try:
        return resolve(path, urlconf).func is not unknown
    except Resolver404:
        return False


# --- Django's own handlers ------------------------------------------------------------------------


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponseBase:
    """Answer a request that Django cannot take: a host that is none of ours, a body too large."""
    if not is_of_api(request):
        return defaults.bad_request(request, exception)
    if isinstance(exception, RequestDataTooBig | TooManyFieldsSent):
        return refused(request, HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "The body is too large.")
    return refused(request, HTTPStatus.BAD_REQUEST, "The request cannot be read.")


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponseBase:
    """Answer what may not be done."""
    if not is_of_api(request):
        return defaults.permission_denied(request, exception)
    return refused(
        request, HTTPStatus.FORBIDDEN, "You do not have permission to perform this action."
    )


def not_found(request: HttpRequest, exception: Exception) -> HttpResponseBase:
    """Answer an address at which nothing is."""
    if not is_of_api(request):
        return defaults.page_not_found(request, exception)
    return refused(request, HTTPStatus.NOT_FOUND, "Not found.")


def failed(request: HttpRequest) -> HttpResponseBase:
    """Answer what went wrong here; the log has it, under the id that the answer carries."""
    if health.is_away(sys.exc_info()[1]):
        return health.away(request)
    if not is_of_api(request):
        return defaults.server_error(request)
    return refused(request, HTTPStatus.INTERNAL_SERVER_ERROR, "A server error occurred.")


def forged(request: HttpRequest, reason: str = "") -> HttpResponseBase:
    """Answer a form without its CSRF token."""
    if not is_of_api(request):
        return csrf_page(request, reason)
    return refused(request, HTTPStatus.FORBIDDEN, f"CSRF Failed: {reason}")


class AddressMiddleware:
    """Refuses addresses that are longer than any of ours (414)."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        """Keep the rest of the chain."""
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer at once what is too long."""
        query = request.META.get("QUERY_STRING", "")
        if len(request.META.get("PATH_INFO", "")) + len(query) > LONGEST_ADDRESS:
            return refused(
                request,
                HTTPStatus.REQUEST_URI_TOO_LONG,
                f"The address is longer than {LONGEST_ADDRESS} characters.",
            )
        return self.get_response(request)
