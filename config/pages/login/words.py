"""What a page says of a login that came to nothing: what to do, and nothing of anybody else."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from identity.oidc.attempts import Canceled, NoAttempt, UnmetAuthentication
from identity.oidc.claims import OtherEnvironment
from identity.oidc.exchange import (
    LowAssurance,
    NoAnswer,
    StaleAuthentication,
    WeakAuthentication,
)
from identity.oidc.fetching import ProviderUnreachable
from identity.oidc.providers import UnknownProvider
from identity.oidc.published import WrongIssuer
from identity.oidc.tokens import BadToken
from identity.services.credentials import ShutOut
from identity.services.logins import LoginRefused

if TYPE_CHECKING:
    from collections.abc import Mapping

    from common.errors import DomainError


@dataclass(frozen=True)
class RefusalPage:
    """A status, a title and what to do."""

    status: int
    title: str
    advice: str


NOT_VALID = RefusalPage(
    400,
    "This login is not valid any more",
    "It was begun too long ago, in another browser, or is over already. Begin again.",
)
SECOND_FACTOR = RefusalPage(
    403,
    "A second factor is needed",
    "Your institution did not confirm that you logged in with a second factor, as this service "
    "asks. Set one up with your institution, or with the login service that it goes through, and "
    "try again.",
)
AWAY = RefusalPage(
    503,
    "The login service does not answer",
    "That is not your fault. Try again in some minutes; your other ways to log in work as before.",
)
REFUSED = RefusalPage(
    403,
    "You cannot log in here",
    "Your institution knows you, but you may not log in here, at least not in this way. "
    "Ask the support of this service.",
)

PAGES: Mapping[type[DomainError], RefusalPage] = {
    UnknownProvider: RefusalPage(404, "There is no such way to log in", "Choose another one."),
    NoAttempt: NOT_VALID,
    UnmetAuthentication: SECOND_FACTOR,
    Canceled: RefusalPage(
        400,
        "You did not log in",
        "The login was canceled, or your institution did not let you in.",
    ),
    NoAnswer: NOT_VALID,
    BadToken: RefusalPage(
        400,
        "The login could not be checked",
        "What the login service answered is not what was asked for. Begin again; if it goes "
        "on like this, tell the support of this service.",
    ),
    StaleAuthentication: RefusalPage(
        403,
        "You logged in too long ago",
        "This service asks that you have just logged in at your institution. Begin again, and "
        "log in there anew.",
    ),
    WeakAuthentication: SECOND_FACTOR,
    LowAssurance: RefusalPage(
        403,
        "Your institution does not assure enough of you",
        "This service asks that your identity was checked better than your institution says it "
        "was. Ask your institution, or the support of this service.",
    ),
    ProviderUnreachable: AWAY,
    WrongIssuer: AWAY,
    OtherEnvironment: REFUSED,
    ShutOut: REFUSED,
    LoginRefused: REFUSED,
}
"""The page for each error, the more particular ones first."""


def page_for(error: DomainError) -> RefusalPage | None:
    """Return what is said of an error; None if it is none of a login."""
    return next((page for kind, page in PAGES.items() if isinstance(error, kind)), None)
