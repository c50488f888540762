"""The life of an invitation and of a request for a role. Pure: importable without Django."""

from enum import StrEnum

from common.machine import Machine


class InvitationState(StrEnum):
    """Where an invitation stands, in the words of the API."""

    REQUESTED = "requested"
    PROJECT = "project"
    PENDING = "pending"
    ACCEPTED = "accepted"
    REJECTED = "rejected"
    CANCELED = "canceled"
    EXPIRED = "expired"


class MailingState(StrEnum):
    """How far the mail of an invitation has got, in the words of the API."""

    SCHEDULED = "Scheduled"
    PROCESSING = "Processing"
    OK = "OK"
    ERRED = "Erred"


OPEN_INVITATION = frozenset(
    {InvitationState.REQUESTED, InvitationState.PROJECT, InvitationState.PENDING}
)
"""The states of an invitation that may still come to something."""

_ANSWERABLE = frozenset({InvitationState.PENDING})

INVITATION = Machine(
    {
        "approve": (
            frozenset({InvitationState.REQUESTED}),
            frozenset({InvitationState.PENDING, InvitationState.PROJECT}),
        ),
        "reject": (
            frozenset({InvitationState.REQUESTED}),
            frozenset({InvitationState.REJECTED}),
        ),
        "begin": (frozenset({InvitationState.PROJECT}), frozenset({InvitationState.PENDING})),
        "send": (
            frozenset({InvitationState.PENDING, InvitationState.EXPIRED}),
            frozenset({InvitationState.PENDING}),
        ),
        "change": (OPEN_INVITATION, OPEN_INVITATION),
        "accept": (_ANSWERABLE, frozenset({InvitationState.ACCEPTED})),
        "decline": (_ANSWERABLE, frozenset({InvitationState.REJECTED})),
        "cancel": (OPEN_INVITATION, frozenset({InvitationState.CANCELED})),
        "expire": (
            frozenset({InvitationState.PENDING, InvitationState.REQUESTED}),
            frozenset({InvitationState.EXPIRED}),
        ),
    }
)
"""`reject` is by who has to approve, `decline` by who was invited; both end in `rejected`.

One to a project that has not begun waits in `project`, without an end; `begin` has it mailed. One
that is changed stays where it is.
"""


class RequestState(StrEnum):
    """Where a request for a role stands, in the words of the API; nothing is kept as a draft."""

    DRAFT = "draft"
    PENDING = "pending"
    APPROVED = "approved"
    REJECTED = "rejected"
    CANCELED = "canceled"


_UNDECIDED = frozenset({RequestState.PENDING})

ROLE_REQUEST = Machine(
    {
        "approve": (_UNDECIDED, frozenset({RequestState.APPROVED})),
        "reject": (_UNDECIDED, frozenset({RequestState.REJECTED})),
        "cancel": (_UNDECIDED, frozenset({RequestState.CANCELED})),
    }
)
"""`approve` and `reject` are by who gives the role, `cancel` is by who asked for it."""


class AccessorType(StrEnum):
    """In which capacity somebody was shown a person's data."""

    STAFF = "staff"
    SUPPORT = "support"
    MEMBER = "organization_member"
    PROVIDER = "service_provider"
    ONESELF = "self"
