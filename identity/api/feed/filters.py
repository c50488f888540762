"""Query parameters of the event feed."""

from __future__ import annotations

from typing import Any

from common.api.filters import NOTHING, ApiFilterSet, Exact, Number, Texts
from identity.models import Event
from identity.services import feed


class StreamFilter(ApiFilterSet):
    """From where to read, and which types of events."""

    class Meta:
        model = Event

    after = Exact(method="leave", reads=NOTHING)
    types = Texts(method="leave", reads=NOTHING)

    def leave(self, rows: Any, name: str, value: Any) -> Any:
        """Leave it to the service, which has to look at the cursor first."""
        return rows


class FeedFilter(StreamFilter):
    """The same, and how many events at most."""

    limit = Number(
        method="leave", reads=NOTHING, min_value=1, max_value=feed.MOST, decimal_places=0
    )
