"""`/api/event-feed/`: what happened, in order, from where a reader left off."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from django.conf import settings
from rest_framework import status as http
from rest_framework.exceptions import ValidationError

from common.api.access import SCOPED, Rule
from common.api.actions import reading
from common.api.viewsets import ApiViewSet
from identity.api.feed.filters import FeedFilter, StreamFilter
from identity.api.feed.serializers import CursorGone, EventFeed, ServedElsewhere
from identity.models import Event
from identity.services import feed

if TYPE_CHECKING:
    from rest_framework.request import Request
    from rest_framework.response import Response

    from identity.api.requests import AuthenticatedRequest

ELSEWHERE = "Streams of events are served by a process of their own, at another address."


class EventFeedViewSet(ApiViewSet):
    """The feed of events that concern the caller."""

    access: ClassVar[dict[str, Rule]] = {"read": SCOPED, "stream": SCOPED}

    @reading(EventFeed, detail=False, filterset=FeedFilter, also=((410, CursorGone),))
    def read(self, request: AuthenticatedRequest) -> Response:
        """Read the events after a cursor.

        The earliest first, of those that you may see. Without `after` it begins with the oldest
        that is kept. Send `next` of the answer as `after` of the next request; `has_more` tells
        whether to ask at once. Where the events after the cursor are not kept any more, the answer
        is 410 and names the oldest cursor that can be used.
        """
        asked = words(FeedFilter, request.query_params)
        part = feed.read(
            asked["after"],
            kinds=feed.kinds_of(asked["types"]),
            limit=int(asked["limit"]),
            user=request.user,
            now=self.now,
        )
        body = {"events": part.events, "next": str(part.position), "has_more": part.has_more}
        return self.answer(body)

    @reading(
        ServedElsewhere,
        detail=False,
        filterset=StreamFilter,
        status=http.HTTP_421_MISDIRECTED_REQUEST,
    )
    def stream(self, request: AuthenticatedRequest) -> Response:
        """Open a stream of events.

        Server-sent events, the same as the feed has, for as long as the connection holds;
        `Last-Event-ID` goes on where an earlier stream ended. Streams are served by a process of
        their own: where this address answers 421, use the `url` in the answer, if there is one.
        """
        body = {"detail": ELSEWHERE, "code": "served_elsewhere"}
        if settings.EVENT_STREAM_URL:
            body["url"] = settings.EVENT_STREAM_URL + request.get_full_path()
        return self.answer(body)

    def perform_content_negotiation(self, request: Request, force: bool = False) -> Any:  # noqa: FBT001, FBT002
        """Answer JSON also to who accepts `text/event-stream` only."""
        return super().perform_content_negotiation(request, force=True)


def words(filterset: Any, query: Any) -> dict[str, Any]:
    """Return what a query asks of the feed.

    :raises ValidationError: for a value that cannot be read.
    """
    asked = filterset(data=query, queryset=Event.objects.none())
    if not asked.is_valid():
        raise ValidationError(asked.errors)
    given = asked.form.cleaned_data
    return {
        "after": given.get("after") or "",
        "types": given.get("types") or [],
        "limit": given.get("limit") or feed.LIMIT,
    }
