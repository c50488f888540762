"""Errors as answers: Waldur's bodies by default, RFC 9457 for clients that ask for it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from django.core.exceptions import (
    PermissionDenied,
    RequestDataTooBig,
    SuspiciousOperation,
    TooManyFieldsSent,
)
from django.http import Http404, UnreadablePostError
from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.views import exception_handler

from common.api.parsers import BodyTooLarge
from common.errors import (
    Away,
    Conflict,
    DomainError,
    Forbidden,
    Gone,
    Invalid,
    Missing,
    TooOften,
)

if TYPE_CHECKING:
    from django.http import HttpRequest
    from rest_framework.request import Request

STATUS = {
    Invalid: HTTPStatus.BAD_REQUEST,
    Forbidden: HTTPStatus.FORBIDDEN,
    Missing: HTTPStatus.NOT_FOUND,
    Conflict: HTTPStatus.CONFLICT,
    Gone: HTTPStatus.GONE,
    TooOften: HTTPStatus.TOO_MANY_REQUESTS,
    Away: HTTPStatus.SERVICE_UNAVAILABLE,
}
PROBLEM = "application/problem+json"


class Hinted(str):
    """The code of an error whose words are Waldur's, with what problem details say beyond them."""

    hint: str

    def __new__(cls, code: str, hint: str) -> Hinted:
        """Take the code, and a sentence that helps on."""
        made = super().__new__(cls, code)
        made.hint = hint
        return made


def handle(exc: Exception, context: Mapping[str, Any]) -> Response | None:
    """Answer an anticipated error; None leaves an unanticipated one to the log and a 500."""
    exc = _refused_by_django(exc)
    if isinstance(exc, DomainError):
        response = Response(_body(exc.detail), status=_status(exc))
        if isinstance(exc, TooOften | Away):
            response["Retry-After"] = str(exc.retry_after)
        code = exc.code
    else:
        drf = exception_handler(exc, dict(context))
        if drf is None:
            return None
        response, code = drf, _code(exc)
    if PROBLEM in context["request"].META.get("HTTP_ACCEPT", ""):
        status = int(response.status_code)
        response.data = problem(response.data, status, code, context["request"], exc)
        response.content_type = PROBLEM
    return response


def _refused_by_django(exc: Exception) -> Exception:
    """Return what Django refuses of a request as an error of the API; others are as they were."""
    if isinstance(exc, RequestDataTooBig | TooManyFieldsSent):
        return BodyTooLarge()
    if isinstance(exc, SuspiciousOperation | UnreadablePostError):
        return exceptions.ParseError("The request cannot be read.")
    return exc


def _status(exc: DomainError) -> int:
    for kind, status in STATUS.items():
        if isinstance(exc, kind):
            return status
    raise TypeError(f"{type(exc).__name__} has no status") from exc


def _body(detail: Any) -> Any:
    return {"detail": detail} if isinstance(detail, str) else detail


def _code(exc: Exception) -> str:
    if isinstance(exc, Http404):
        return "not_found"
    if isinstance(exc, PermissionDenied):
        return "permission_denied"
    return exc.default_code if isinstance(exc, exceptions.APIException) else "error"


def problem(
    body: Any,
    status: int,
    code: str,
    request: Request | HttpRequest,
    exc: Exception | None = None,
) -> dict[str, Any]:
    """Return an error body as problem details; `errors` lists every message with its place.

    What else the error knows is added by name: `state`, `valid_states`, `component`, `needs`.
    """
    errors = [{"pointer": pointer, "detail": text} for pointer, text in _messages(body, "")]
    return {
        "type": f"urn:efp-allocations:problem:{code}",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "code": code,
        "detail": errors[0]["detail"] if errors else HTTPStatus(status).phrase,
        "instance": request.path,
        "errors": errors,
        **getattr(exc, "more", {}),
    }


def _messages(body: Any, pointer: str) -> Iterator[tuple[str, str]]:
    if isinstance(body, Mapping):
        if set(body) == {"detail"} and not pointer:
            body = {"": body["detail"]}  # about the request as a whole
        for key, value in body.items():
            yield from _messages(value, f"{pointer}/{key}" if key else pointer)
    elif isinstance(body, list | tuple):
        for position, value in enumerate(body):
            inner = f"{pointer}/{position}" if isinstance(value, Mapping) else pointer
            yield from _messages(value, inner)
    else:
        hint = getattr(getattr(body, "code", ""), "hint", "")
        yield pointer, f"{body} {hint}" if hint else str(body)
