"""ETags: a read says which version it is, and a write may insist on one.

The tag is a digest of what the caller reads, so it changes with anything that he would see change.
A write with `If-Match` runs under a lock on its row: nobody comes between the check and the deed.
"""

from __future__ import annotations

import hashlib
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from django.db import transaction
from rest_framework import exceptions, status

from config.common.api.renderers import OrjsonRenderer

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rest_framework.response import Response

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


class PreconditionFailed(exceptions.APIException):
    """The row is no longer the version that `If-Match` names (412)."""

    status_code = status.HTTP_412_PRECONDITION_FAILED
    default_detail = "The object has been changed since it was read."
    default_code = "precondition_failed"


def etag(body: bytes) -> str:
    """Return the tag of a body."""
    return f'"{hashlib.blake2b(body, digest_size=16).hexdigest()}"'


@contextmanager
def guard(view: Any, request: Any) -> Iterator[None]:
    """Run a write under a lock on its row, if the client insists on a version of it.

    :raises PreconditionFailed: when the row is another version by now.
    """
    wanted = request.META.get("HTTP_IF_MATCH")
    if not wanted or request.method in SAFE or not view.detail:
        yield
        return
    with transaction.atomic():
        row = view.row()
        view.lock(row)
        current = etag(OrjsonRenderer().render(view.rendered(row, view.output)))
        if not matches(wanted, current):
            raise PreconditionFailed
        yield


def matches(header: str, current: str) -> bool:
    """Tell whether a list of tags, or `*`, names the current one (weak tags count as strong)."""
    tags = {tag.strip().removeprefix("W/") for tag in header.split(",")}
    return "*" in tags or current in tags


def finish(request: Any, response: Response) -> Response:
    """Tag a read, and answer 304 when the client has this version."""
    if request.method != "GET" or response.status_code != status.HTTP_200_OK:
        return response
    body = OrjsonRenderer().render(response.data)
    response.rendered_body = body  # type: ignore[attr-defined]  # the renderer takes it from here
    tag = etag(body)
    response["ETag"] = tag
    wanted = request.META.get("HTTP_IF_NONE_MATCH")
    if wanted and matches(wanted, tag):
        response.data, response.rendered_body = None, b""  # type: ignore[attr-defined]
        response.status_code = status.HTTP_304_NOT_MODIFIED
    return response
