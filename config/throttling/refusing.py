"""Refusing what comes too often (429), with when to come again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.http import HttpResponse, JsonResponse
from rest_framework.throttling import BaseThrottle

from config.common.api.exceptions import PROBLEM, problem
from config.throttling import limits

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest
    from django.http.response import HttpResponseBase


class RateLimitMiddleware:
    """Refuses by token and address, before anything is asked of the database."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        """Keep the rest of the chain."""
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Count the request, and let it pass or not."""
        wait = limits.wait_for(limits.of_request(request))
        return refused(request, wait) if wait else self.get_response(request)


class PersonThrottle(BaseThrottle):
    """Refuses by person, whichever of their tokens or sessions they ask with."""

    _wait = 0

    def allow_request(self, request: Any, view: Any) -> bool:
        """Tell whether a person may ask once more."""
        key = getattr(request.user, "pk", None)
        self._wait = 0 if key is None else limits.wait_for(limits.of_person(key))
        return not self._wait

    def wait(self) -> float:
        """Return the seconds until they may."""
        return self._wait


def refused(request: HttpRequest, wait: int) -> HttpResponse:
    """Return the refusal, in the words and the form of the API's others."""
    detail = f"Request was throttled. Expected available in {wait} second{'s' * (wait != 1)}."
    answer: HttpResponse
    if not request.path_info.startswith("/api"):
        answer = HttpResponse(detail, status=429, content_type="text/plain")
    elif PROBLEM in request.META.get("HTTP_ACCEPT", ""):
        body = problem({"detail": detail}, 429, "throttled", request)
        answer = JsonResponse(body, status=429, content_type=PROBLEM)
    else:
        answer = JsonResponse({"detail": detail}, status=429)
    answer.headers["Retry-After"] = str(wait)
    answer.headers["Content-Length"] = str(len(answer.content))
    return answer
