"""Of whom a site is told anything: people who have an account by right, and who agreed.

Conditions on rows that name a person and an offering.
"""

from __future__ import annotations

from typing import Any

from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import Now

from common.rows import rows_of
from identity import access
from identity.models import Grant
from identity.roles import ScopeType
from marketplace.lifecycle import OrderState, OrderType, ResourceState
from marketplace.querysets.terms import deadline

HELD = frozenset(ResourceState) - {ResourceState.CREATING, ResourceState.TERMINATED}


def by_right(*, offering: Any, user: Any) -> Q:
    """Return the condition that a person is in a project that holds an allocation of an offering.

    One that is still asked for counts once the provider has agreed to deliver it. `offering` and
    `user` are the columns of the row that name them, or their keys.
    """
    grants = Grant.objects.filter(access.in_force())
    theirs = grants.filter(scope_type=ScopeType.PROJECT, user=user)
    held = theirs.filter(
        project__resources__offering=offering, project__resources__state__in=sorted(HELD)
    )
    coming = theirs.filter(
        project__resources__offering=offering,
        project__resources__state=ResourceState.CREATING,
        project__resources__orders__type=OrderType.CREATE,
        project__resources__orders__state=OrderState.EXECUTING,
    )
    return Q(Exists(held)) | Q(Exists(coming))


def agreed(*, offering: str = "offering", user: Any = "user") -> Q:
    """Return the condition that a person agreed to an offering's terms, where there are some.

    `offering` is the column of the row that names it, `user` that of the person, or a reference to
    it in a query around this one. A consent to older terms is enough unless they ask for a new one
    and the days of grace are over.
    """
    terms = rows_of("marketplace.TermsOfService").filter(
        offering=OuterRef(offering), is_active=True
    )
    consents = rows_of("marketplace.Consent").filter(
        offering=OuterRef("offering"), user=OuterRef(OuterRef(user)), revocation_date__isnull=True
    )
    to_these = consents.filter(version=OuterRef("version"))
    late = Q(requires_reconsent=True, deadline__lte=Now()) & ~Exists(to_these)
    missing = terms.annotate(deadline=deadline()).filter(~Exists(consents) | late)
    return Q(~Exists(missing))
