"""What can go wrong with the AAI, by who has to wait: the person, or everybody."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from common.errors import DomainError
from common.redaction import without_secrets

if TYPE_CHECKING:
    from datetime import timedelta


class AaiError(DomainError):
    """The AAI did not do what it was asked for."""

    code = "aai_error"
    rests: ClassVar[bool] = False
    """Whether the service is left alone for a while, not only the person."""

    def __init__(self, detail: str, *, retry_after: timedelta | None = None) -> None:
        """Take what happened, and how long the AAI wants to be left alone."""
        super().__init__(without_secrets(detail)[:1000])
        self.retry_after = retry_after


class AaiAway(AaiError):
    """The AAI does not answer, is too slow, overloaded or broken."""

    code = "aai_away"
    rests = True


class AaiRefuses(AaiError):
    """The AAI does not accept the API key, or not what is done with it."""

    code = "aai_refuses"
    rests = True


class AaiConflict(AaiError):
    """Somebody else changes the person at the AAI at the moment."""

    code = "aai_conflict"


class AaiUnknown(AaiError):
    """The AAI does not know the person."""

    code = "aai_unknown"


class AaiUnreadable(AaiError):
    """The AAI answers something that cannot be read, or does not do what it says."""

    code = "aai_unreadable"


class NotUnderstood(AaiUnreadable):
    """The AAI does not understand what it is asked for."""

    code = "aai_not_understood"
