"""ETags: a read says which version it is, and a write may insist on one.

The tag changes with anything that the caller would see change, so that `If-None-Match` never
withholds news. Where an output names keys that are no part of the version (`Meta.volatile`: what
agents and counters change all the time), the tag has two parts, a digest of the rest before one of
the whole, and `If-Match` compares the first alone. A write with `If-Match` runs under a lock on its
row: nobody comes between the check and the change.
"""

from __future__ import annotations

import hashlib
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from django.db import transaction
from rest_framework import exceptions, status

from common.api.renderers import OrjsonRenderer

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator

    from rest_framework.request import Request
    from rest_framework.response import Response

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


class PreconditionFailed(exceptions.APIException):
    """The row is no longer the version that `If-Match` names (412)."""

    status_code = status.HTTP_412_PRECONDITION_FAILED
    default_detail = "The object has been changed since it was read."
    default_code = "precondition_failed"


def etag(data: Any, body: bytes, volatile: Collection[str] = ()) -> str:
    """Return the tag of what is answered, and of its bytes."""
    whole = _digest(body)
    if not (isinstance(data, dict) and data.keys() & set(volatile)):
        return f'"{whole}"'
    lasting = {key: value for key, value in data.items() if key not in volatile}
    return f'"{_digest(OrjsonRenderer().render(lasting))}-{whole}"'


def _digest(body: bytes) -> str:
    return hashlib.blake2b(body, digest_size=16).hexdigest()


def volatile_keys(output: Any) -> tuple[str, ...]:
    """Return the keys of an output that are no part of its rows' versions."""
    meta = getattr(output, "Meta", None)
    keys: tuple[str, ...] = getattr(meta, "volatile", ())
    return keys


@contextmanager
def guard(view: Any, request: Request) -> Iterator[None]:
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
        data = _shown(view, row)
        current = etag(data, OrjsonRenderer().render(data), volatile_keys(view.output))
        if not matches(wanted, current, part=version):
            raise PreconditionFailed
        yield


def _shown(view: Any, row: Any) -> Any:
    """Return what a tag is of: the row by the view's output, or what the view has instead."""
    if hasattr(view, "representation"):
        return view.representation(row)
    return view.rendered(row, view.output)


def matches(header: str, current: str, part: Callable[[str], str] = str) -> bool:
    """Tell whether a list of tags, or `*`, names the current one (weak tags count as strong).

    `part` returns what of a tag is compared: all of it, or its `version`.
    """
    tags = {tag.strip().removeprefix("W/") for tag in header.split(",")}
    return "*" in tags or part(current) in {part(tag) for tag in tags}


def version(tag: str) -> str:
    """Return the part of a tag that tells which version of the row it is of."""
    return tag.strip('"').partition("-")[0]


def finish(request: Request, response: Response, volatile: Collection[str] = ()) -> Response:
    """Tag a read, unless its action has done so, and answer 304 when the client has all of it."""
    if request.method != "GET" or response.status_code != status.HTTP_200_OK:
        return response
    tag = response.get("ETag")
    if tag is None:
        body = OrjsonRenderer().render(response.data)
        response.rendered_body = body  # type: ignore[attr-defined]  # the renderer takes it from here
        tag = response["ETag"] = etag(response.data, body, volatile)
    wanted = request.META.get("HTTP_IF_NONE_MATCH")
    if wanted and matches(wanted, tag):
        response.data, response.rendered_body = None, b""  # type: ignore[attr-defined]
        response.status_code = status.HTTP_304_NOT_MODIFIED
    return response
