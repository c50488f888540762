"""`/api/event-feed/stream/`, as the process that serves streams answers it."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from django.db import Error
from django.http import JsonResponse, StreamingHttpResponse
from django.views.decorators.http import require_GET
from rest_framework.exceptions import APIException

from config.common.api import exceptions
from config.common.errors import DomainError
from config.streams.hub import HUB, NoPlace
from config.streams.reading import read
from config.streams.stream import Stream

if TYPE_CHECKING:
    from django.http import HttpRequest
    from django.http.response import HttpResponseBase

UNBUFFERED = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}


@require_GET
def stream(request: HttpRequest) -> HttpResponseBase:
    """Answer the events from a cursor on, for as long as both sides keep the connection."""
    ask = partial(read, request.META, request.GET)
    try:
        first = HUB.enter(partial(ask, request.headers.get("Last-Event-ID", "").strip()))
    except NoPlace:
        return come_again("There is no place for one more stream; come again.")
    except Error:
        return come_again("The database does not answer; come again.")
    except (APIException, DomainError) as refused:
        return refused_as_in_the_api(refused, request)
    pieces = Stream(HUB, ask, first)
    return StreamingHttpResponse(pieces, content_type="text/event-stream", headers=UNBUFFERED)


def come_again(detail: str) -> JsonResponse:
    """Return why there is no stream now, and when to try again."""
    return JsonResponse({"detail": detail}, status=503, headers={"Retry-After": "10"})


def refused_as_in_the_api(refused: Exception, request: HttpRequest) -> JsonResponse:
    """Return an error with the status and the body that the API has for it."""
    answer = exceptions.handle(refused, {"request": request})
    if answer is None:
        raise refused
    return JsonResponse(
        answer.data,
        status=answer.status_code,
        safe=False,
        content_type=answer.content_type or "application/json",
        headers={"WWW-Authenticate": "Token"} if answer.status_code == 401 else {},
    )
