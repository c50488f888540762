"""What roles are held in: organizations and projects, and the offerings of the app above."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

from identity.contributions import ScopeKind, contributions
from identity.models import Customer, Project
from identity.roles import ScopeType

if TYPE_CHECKING:
    from collections.abc import Mapping


@lru_cache(maxsize=1)
def kinds() -> Mapping[ScopeType, ScopeKind]:
    """Return the rows and routes of each kind of scope that is served."""
    found = {
        ScopeType.CUSTOMER: ScopeKind(Customer, ("customer-detail",)),
        ScopeType.PROJECT: ScopeKind(Project, ("project-detail",)),
    }
    offering = contributions().offering_scope()
    return found | ({ScopeType.OFFERING: offering} if offering else {})


def scope_of(scope_type: str, scope_id: int) -> Any:
    """Return the scope that a row names by type and key, or None when it is not there any more."""
    kind = kinds().get(ScopeType(scope_type))
    rows = kind.model.objects.filter(pk=scope_id) if kind else None
    return rows.first() if rows is not None else None
