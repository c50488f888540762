"""Answers to probes: whether the process is alive, and whether it can do its work.

And what everybody else is told while the database is away.

Probes are answered before anything else looks at the request: they come over plain HTTP, and call
the process by an address that is in no list of allowed hosts.
"""

import logging
from collections.abc import Callable

from django.db import DatabaseError, InterfaceError, OperationalError, connection
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

log = logging.getLogger(__name__)

AWAY = "The database does not answer; try again."
RETRY_AFTER_SECONDS = 5
AWAY_CODES = ("08", "57P", "53300")
"""Beginnings of SQLSTATEs: of connections, of a server that ends or begins, of one that is full."""


@require_safe
@never_cache
def live(_request: HttpRequest) -> JsonResponse:
    """Answer as long as the process serves requests at all."""
    return JsonResponse({"status": "ok"})


@require_safe
@never_cache
def ready(_request: HttpRequest) -> JsonResponse:
    """Answer 200 when the database answers, and 503 when it does not."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except (DatabaseError, InterfaceError):
        log.exception("the database does not answer")
        return JsonResponse({"status": "unavailable", "database": "down"}, status=503)
    return JsonResponse({"status": "ok", "database": "ok"})


PROBES = {"/health/live": live, "/health/ready": ready}


class ProbeMiddleware:
    """Answers the probes, and leaves everything else to the rest of the chain."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        """Keep the rest of the chain."""
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer at once when the path is a probe's."""
        probe = PROBES.get(request.path)
        if probe is None:
            return self.get_response(request)
        response = probe(request)
        response.headers["Content-Length"] = str(len(response.content))  # nobody else adds it
        return response


def is_away(error: BaseException | None) -> bool:
    """Tell whether an error says that the database cannot be reached, not what it objects to."""
    if isinstance(error, InterfaceError):
        return True
    code = getattr(error.__cause__, "pgcode", None) if error else None
    return isinstance(error, OperationalError) and (code is None or code.startswith(AWAY_CODES))


def away(request: HttpRequest) -> HttpResponse:
    """Answer that the service is not available for a while (503), as JSON below `/api`."""
    headers = {"Retry-After": str(RETRY_AFTER_SECONDS), "Cache-Control": "no-store"}
    if request.path_info.startswith("/api"):
        return JsonResponse({"detail": AWAY}, status=503, headers=headers)
    return HttpResponse(AWAY, status=503, headers=headers, content_type="text/plain")


class DatabaseAwayMiddleware:
    """Turns what a view meets of a database that is away into an answer that clients understand."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        """Keep the rest of the chain."""
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Do nothing as long as all is well."""
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """Answer for the view that failed, when it was not the view's fault."""
        if not is_away(error):
            return None
        log.error("the database does not answer", exc_info=error)
        return away(request)
