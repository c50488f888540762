"""`Idempotency-Key`: a POST that is sent again is answered again, not carried out again.

The key is claimed in a transaction of its own, so that a second request sees it in flight; the
change and its answer are committed together, so that a crash leaves either both or neither.
"""

from __future__ import annotations

import hashlib
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.conf import settings
from django.db import IntegrityError, transaction
from django.http import HttpResponse
from django.utils import timezone
from rest_framework import exceptions, status

if TYPE_CHECKING:
    from collections.abc import Callable

    from rest_framework.request import Request
    from rest_framework.response import Response

HEADER = "HTTP_IDEMPOTENCY_KEY"
MAX_LENGTH = 255
ABANDONED_AFTER = timedelta(minutes=2)
"""A claim without an answer is older than any request may last: its process died."""

KEPT_HEADERS = ("Content-Type", "Location")


class KeyReused(exceptions.APIException):
    """The key came with another request before (422)."""

    status_code = status.HTTP_422_UNPROCESSABLE_ENTITY
    default_detail = "This Idempotency-Key was used for another request."
    default_code = "idempotency_key_reused"


class InFlight(exceptions.APIException):
    """The first request with the key is still being served (409)."""

    status_code = status.HTTP_409_CONFLICT
    default_detail = "A request with this Idempotency-Key is being processed."
    default_code = "idempotency_key_in_flight"


def serve(view: Any, request: Request, handle: Callable[[], Response]) -> HttpResponse:
    """Serve a request through `handle`, or from the answer that its key already has."""
    key = request.META.get(HEADER)
    mine = request.method == "POST" and request.user.is_authenticated
    if not key or not mine or view.action in view.never_replayed:
        return handle()
    try:
        claim, is_new = _claim(request, key)
    except exceptions.APIException as error:
        refused: HttpResponse = view.finish(view.handle_exception(error))
        return refused
    return _serve_once(claim, handle) if is_new else _again(claim)


def _claim(request: Request, key: str) -> tuple[Any, bool]:
    """Claim the key for this request, or return the claim that answers it.

    :raises KeyReused: when the key belongs to another request.
    :raises InFlight: when that request has no answer yet.
    """
    if len(key) > MAX_LENGTH or not key.isprintable():
        raise exceptions.ValidationError({"Idempotency-Key": ["At most 255 printable characters."]})
    model = apps.get_model(settings.IDEMPOTENCY_KEY_MODEL)
    digest = _digest(request)
    now = timezone.now()
    mine = {"user": request.user, "key": key}
    try:
        with transaction.atomic():
            return model.objects.create(**mine, request_digest=digest, created=now), True
    except IntegrityError:
        claim = model.objects.filter(**mine).first()
    if claim is None:
        raise InFlight
    if claim.request_digest != digest:
        raise KeyReused
    if claim.status is not None:
        return claim, False
    abandoned = model.objects.filter(
        pk=claim.pk, status=None, created__lt=now - ABANDONED_AFTER
    ).update(created=now)
    if not abandoned:
        raise InFlight
    return claim, True


def _digest(request: Request) -> str:
    """Return what a request is known by; what others were answered is not a limited token's."""
    caller: Any = request.user
    by_token = [str(request.auth.pk).encode()] if caller.is_limited else []
    asked = (str(request.method).encode(), request.get_full_path().encode(), request.body)
    whole = b"\0".join((*asked, *by_token))
    return hashlib.sha256(whole).hexdigest()


def _serve_once(claim: Any, handle: Callable[[], Response]) -> HttpResponse:
    try:
        with transaction.atomic():
            response: HttpResponse = handle().render()
            claim.status = response.status_code
            claim.body = response.content
            claim.headers = {name: response[name] for name in KEPT_HEADERS if name in response}
            claim.save()
    except BaseException:
        claim.delete()
        raise
    return response


def _again(claim: Any) -> HttpResponse:
    response = HttpResponse(bytes(claim.body), status=claim.status, headers=claim.headers)
    response["Idempotency-Replayed"] = "true"
    return response
