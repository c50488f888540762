"""Who helps to provide an offering: the roles that are held in offerings."""

from __future__ import annotations

from typing import Any, Self

from django.db.models import CharField, F, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce

from common.rows import rows_of
from identity import access
from identity.querysets import GrantQuerySet
from identity.roles import ScopeType


class OfferingRoleQuerySet(GrantQuerySet):
    """Roles in offerings."""

    def visible_to(self, user: Any) -> Self:
        """Keep the user's own, and those in offerings that they help to provide."""
        return super().visible_to(user).filter(scope_type=ScopeType.OFFERING)

    def ended(self) -> Self:
        """Keep those that give nothing now."""
        return self.filter(~Q(access.in_force()))

    def for_api(self, user: Any) -> Self:
        """Add what the offering is called now; one that is gone, as it was called then."""
        offerings = rows_of("marketplace.Offering").filter(pk=OuterRef("scope_id"))

        def called(column: str) -> Coalesce:
            text = CharField()
            now = Subquery(offerings.values(column), output_field=text)
            return Coalesce(now, F("scope_name"), output_field=text)

        return self.annotate(offering_name=called("name"), offering_slug=called("slug"))
