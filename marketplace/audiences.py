"""Who reads which columns of offerings, where not all who see them do.

The catalogue hides by these, and filters and orderings find by them; see `common.audience`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db.models import Q

from common.audience import TIMES, among_keys, everybody, nobody
from identity import access
from identity.permissions import Permission

if TYPE_CHECKING:
    from common.audience import Audiences


def its_providers(user: Any, prefix: str) -> Q | None:
    """Let those read the column of an offering who help to provide it."""
    within = access.reach(user, Permission.VIEW_PROVIDER_SIDE)
    if within.everywhere:
        return None
    theirs = Q(**{f"{prefix}customer__in": within.customers})
    return among_keys(prefix, within.offerings) | theirs


OF_OFFERING: Audiences = {
    **TIMES,
    **dict.fromkeys(("name", "slug", "terms_of_service", "type", "uuid"), everybody),
    **dict.fromkeys(("backend_id", "backend_metadata", "backend_id_rules"), its_providers),
    # counted by `OfferingQuerySet`
    **dict.fromkeys(("order_count", "total_customers", "total_cost_estimated"), its_providers),
    **dict.fromkeys(("_customers", "_estimated"), its_providers),
    **dict.fromkeys(("secret_options", "service_attributes"), nobody),
}
