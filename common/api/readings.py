"""That somebody was shown people's data: what an answer had, told to whoever keeps a record of it.

The read plans know which columns of which people they show; nothing is asked of the database for
it. A model whose rows are people says by `personal` which of its columns tell of them.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from rest_framework import status as http

from common.addresses import address_of
from common.contributions import contributed_to

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from rest_framework.response import Response

    from common.api.reads.plan import Shown

log = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class Reading:
    """What one request showed to whom; `is_of_people` if it asked for people themselves."""

    reader: Any
    address: str
    place: str
    shown: Shown
    is_of_people: bool
    now: datetime


def _nobody(reading: Reading) -> None:
    """Keep no record."""


@dataclass(frozen=True, kw_only=True)
class CommonContributions:
    """What the apps above do about answers; by default nothing."""

    note_reading: Callable[[Reading], None] = _nobody


@lru_cache(maxsize=1)
def contributions() -> CommonContributions:
    """Return what the composition root plugs in."""
    return contributed_to("common", CommonContributions)


def note(reading: Reading) -> None:
    """Have a record kept of a reading; that it cannot be kept keeps nobody from the answer."""
    try:
        contributions().note_reading(reading)
    except Exception:
        log.exception("A reading of %s could not be noted", reading.place)


def nobody() -> Shown:
    """Return that nobody's data were shown so far."""
    return {}


def noted(view: Any, response: Response) -> Response:
    """Have a record kept of whom a read told, and of what a write told of people themselves."""
    _note_answer(view, response)
    return response


def _note_answer(view: Any, response: Response) -> None:
    request, is_of_people = view.request, hasattr(view.model, "personal")
    is_told = response.status_code in {http.HTTP_200_OK, http.HTTP_201_CREATED}
    if not (view.people and is_told and request.user.is_authenticated):
        return
    if request.method == "GET" or (is_of_people and request.method != "HEAD"):
        note(
            Reading(
                reader=request.user,
                address=address_of(request),
                place=f"{view.model.__name__}.{view.action}",
                shown=view.people,
                is_of_people=is_of_people,
                now=view.now,
            )
        )
