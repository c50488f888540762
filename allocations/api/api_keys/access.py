"""Who asks for keys, who does something with them, and who sees their values."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from common.api.access import Either, Needs, Own, follow
from identity.permissions import P

if TYPE_CHECKING:
    from identity.models import User

PROJECT = ("resource.project", "resource.project.customer")
PROVIDER = ("resource.offering", "resource.offering.customer")

MANAGES = Needs(P.MANAGE_API_KEY, on=PROJECT)
ACTS = MANAGES | Own("user")
REPORTS = Needs(P.MANAGE_DELIVERY, on=PROVIDER)
REPORTS_USAGE = Needs(P.REPORT_USAGE, on=PROVIDER)

WORKS = Needs(P.CREATE_ORDER, on=PROJECT)
IS_INSIDE = Needs(P.VIEW_RESOURCE, on=("resource.project",))


@dataclass(frozen=True)
class KeyForOneself(Either):
    """Those who work in the project, for a key that is nobody else's."""

    at_once: bool = False

    def allows(self, user: User, target: Any) -> bool:
        """Ask for a key of the user's own, and a role with which something is asked for."""
        return bool(
            follow(target, "user") == user and not user.is_limited and WORKS.allows(user, target)
        )

    def __str__(self) -> str:
        return f"for a key of one's own, {WORKS}"


@dataclass(frozen=True)
class Reveals(Either):
    """The one person whose key it is; of nobody's own, all who are in the project or manage keys.

    Staff and support see every value, which is recorded like everybody's look.
    """

    at_once: bool = False

    def allows(self, user: User, target: Any) -> bool:
        """Ask whose key it is."""
        if user.is_staff or user.is_support:
            return True
        if target.user is not None:
            return Own("user").allows(user, target)
        return IS_INSIDE.allows(user, target) or MANAGES.allows(user, target)

    def __str__(self) -> str:
        return (
            "staff or support; or the person whose key it is; or, if it is nobody's own, whoever"
            " is in the project or manages its keys"
        )
