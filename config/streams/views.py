"""`/api/event-feed/stream/`, as the process that serves streams answers it."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import Error
from django.http import JsonResponse, StreamingHttpResponse
from django.views.decorators.csrf import csrf_exempt
from rest_framework.exceptions import APIException, MethodNotAllowed

from common.api import exceptions
from common.errors import DomainError
from config.streams.hub import HUB, NoPlace
from config.streams.reading import begin, read
from config.streams.stream import Stream

if TYPE_CHECKING:
    from django.http import HttpRequest
    from django.http.response import HttpResponseBase

NO_PLACE = "There is no place for one more stream; come again."
NO_DATABASE = "The database does not answer; come again."
UNBUFFERED = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}


@csrf_exempt
def answer(request: HttpRequest) -> HttpResponseBase:
    """Answer a stream, or that nothing else can be had here."""
    if request.method == "GET":
        return stream(request)
    return refused_as_in_the_api(MethodNotAllowed(str(request.method)), request)


def stream(request: HttpRequest) -> HttpResponseBase:
    """Answer the events from a cursor on, for as long as both sides keep the connection."""
    cursor = request.headers.get("Last-Event-ID", "").strip()
    try:
        person, first = HUB.enter(partial(begin, request.META, request.GET, cursor))
    except (NoPlace, Error) as error:
        return refuse_for_now(NO_PLACE if isinstance(error, NoPlace) else NO_DATABASE)
    except (APIException, DomainError) as refused:
        return refused_as_in_the_api(refused, request)
    if not HUB.seat(person):
        HUB.leave()
        return refuse_too_many()
    pieces = Stream(HUB, partial(read, request.META, request.GET), first, person)
    return StreamingHttpResponse(pieces, content_type="text/event-stream", headers=UNBUFFERED)


def refuse_too_many() -> JsonResponse:
    """Return that a person has as many streams as one may have."""
    detail = (
        f"You have {settings.STREAMS_PER_PERSON} streams already, and may have no more: close one "
        "that is not read. One stream tells of everything that you may see."
    )
    return JsonResponse({"detail": detail}, status=429, headers={"Retry-After": "30"})


def refuse_for_now(detail: str) -> JsonResponse:
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
        headers={
            **({"WWW-Authenticate": "Token"} if answer.status_code == 401 else {}),
            **({"Allow": "GET"} if answer.status_code == 405 else {}),
        },
    )
