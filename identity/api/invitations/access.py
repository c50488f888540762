"""Who may invite: whoever may give roles there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from common.api.access import Either, follow
from identity import access
from identity.permissions import GIVING
from identity.roles import ScopeType


@dataclass(frozen=True)
class GivesRoles(Either):
    """Whoever may give roles in the scope that the path leads to; "" is that of the row itself."""

    path: str = ""
    at_once: bool = False

    @property
    def needs(self) -> tuple[str, ...]:
        """Return the permissions, one for each kind of scope."""
        return tuple(str(permission) for permission in GIVING.values())

    def allows(self, user: Any, target: Any) -> bool:
        """Ask the user's grants."""
        if not self.path:
            scope_id, customer_id = target.scope_id, target.customer_id
            return access.gives_roles(user, ScopeType(target.scope_type), scope_id, customer_id)
        scope = follow(target, self.path)
        customer_id = scope.pk if scope.scope_type is ScopeType.CUSTOMER else scope.customer_id
        return access.gives_roles(user, scope.scope_type, scope.pk, customer_id)

    def __str__(self) -> str:
        named = ", ".join(f"`{permission}`" for permission in self.needs)
        return f"whoever may give roles in the scope ({named}, there or in its organization)"
