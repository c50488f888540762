"""Refusing what comes too often (429), with when to come again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import HttpResponse, JsonResponse

from common.api.exceptions import PROBLEM, problem
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
