"""What events can happen to."""

from typing import ClassVar

from common.models import UuidModel
from identity.event_scope import EventScope


class EventSubject(UuidModel):
    """A row that events are recorded about, under the nouns of their kinds."""

    event_nouns: ClassVar[tuple[str, ...]] = ()

    class Meta:
        abstract = True

    def event_scope(self) -> EventScope:
        """Return where its events belong; unless a model says otherwise, nowhere."""
        return EventScope()
