"""Who sees whom a provider serves."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from common.api.access import Either
from identity.permissions import Permission
from marketplace.models import Offering

if TYPE_CHECKING:
    from identity.models import User


@dataclass(frozen=True)
class Serves(Either):
    """Those who help to provide something: in the organisation, or one of its offerings."""

    at_once: bool = False

    def __str__(self) -> str:
        return "whoever helps to provide an offering of it"

    def allows(self, user: User, target: Any) -> bool:
        """Ask for a role in the organisation, or for an offering of it within the user's reach."""
        return bool(
            user.may(Permission.VIEW_PROVIDER_SIDE, target.customer)
            or Offering.objects.provided_by(user).filter(customer=target.customer).exists()
        )
