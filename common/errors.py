"""What can go wrong in the domain, without a word about HTTP.

A service raises a subclass defined beside it; the API turns the base class into a status and
the message into the body that Waldur's clients know (`common.api.exceptions`).
"""

from collections.abc import Mapping, Sequence

Detail = str | Sequence[str] | Mapping[str, object]


class DomainError(Exception):
    """Something the caller asked for cannot be done, and the caller can be told why."""

    code = "error"

    def __init__(self, detail: Detail, **more: object) -> None:
        """Keep the message as the client shall read it: a sentence, a list, or a field map.

        `more` is what else is known, by name: which component, which state it is in. Clients that
        ask for problem details read it, and the staff's pages say it.
        """
        super().__init__(detail)
        self.detail = detail
        self.more = more


class Invalid(DomainError):
    """The request contradicts a rule, whatever the state of things (400)."""

    code = "invalid"


class Forbidden(DomainError):
    """The actor may see the object but not do this to it (403)."""

    code = "permission_denied"


class Missing(DomainError):
    """What the request names does not exist for this actor (404)."""

    code = "not_found"


class Conflict(DomainError):
    """The request is right but comes at the wrong time (409)."""

    code = "conflict"


class TooOften(DomainError):
    """The actor has asked for it so often that they have to wait (429)."""

    code = "too_often"

    def __init__(self, detail: Detail, *, retry_after: int) -> None:
        """Keep the message, and in how many seconds it may be asked for again."""
        super().__init__(detail)
        self.retry_after = retry_after


class Away(DomainError):
    """What somebody else's service would have to say cannot be had now (503)."""

    code = "away"

    def __init__(self, detail: Detail, *, retry_after: int) -> None:
        """Keep the message, and in how many seconds it is worth asking again."""
        super().__init__(detail)
        self.retry_after = retry_after


class Gone(DomainError):
    """What the request names was there, and is not kept any more (410)."""

    code = "gone"
