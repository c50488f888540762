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
    """Whoever may give roles where the path leads to: in a scope, or where a row invites to."""

    path: str = ""
    at_once: bool = False

    @property
    def needs(self) -> tuple[str, ...]:
        """Return the permissions, one for each kind of scope."""
        return tuple(str(permission) for permission in GIVING.values())

    def allows(self, user: Any, target: Any) -> bool:
        """Ask the user's grants."""
        found = follow(target, self.path)
        scope_id = getattr(found, "scope_id", found.pk)
        in_customer = found.scope_type == ScopeType.CUSTOMER
        customer_id = scope_id if in_customer else found.customer_id
        return access.gives_roles(user, ScopeType(found.scope_type), scope_id, customer_id)

    def __str__(self) -> str:
        named = ", ".join(f"`{permission}`" for permission in self.needs)
        return f"whoever may give roles in the scope ({named}, there or in its organization)"
