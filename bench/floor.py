"""The floors as pages: what a list costs at least on this server, with the same authentication.

They are routed where BENCH_FLOOR is set, which the settings allow on the bench's databases alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from django.db import connection
from django.http import HttpResponse, JsonResponse
from django.urls import path
from django.views.decorators.http import require_safe

from bench.floors import FLOORS
from identity.api.authentication import TokenAuthentication

if TYPE_CHECKING:
    from django.http import HttpRequest
    from rest_framework.request import Request

MAX_SIZE = 300


@require_safe
def floor(request: HttpRequest, noun: str) -> HttpResponse:
    """Answer the first page of a list."""
    if noun not in FLOORS:
        return JsonResponse({"detail": f"There is no floor for {noun}."}, status=404)
    caller: Any = TokenAuthentication().authenticate(cast("Request", request))
    if caller is None:
        return JsonResponse({"detail": "A token is needed."}, status=401)
    size = min(int(request.GET.get("page_size", "10")), MAX_SIZE)
    base = request.build_absolute_uri("/")[:-1]
    with connection.cursor() as cursor:
        count, body = FLOORS[noun].answer(cursor, caller[0], base, size)
    response = HttpResponse(body, content_type="application/json")
    response.headers["X-Result-Count"] = str(count)
    return response


urlpatterns = [path("<str:noun>/", floor)]
