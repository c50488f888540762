"""What the allocations add to identity's reads (`identity.contributions`)."""

from __future__ import annotations

from typing import Any

from django.db.models import Q

from allocations.models import OfferingUser
from allocations.services import attributes
from identity.access import allowing
from identity.models import Grant, User
from identity.permissions import Permission
from identity.roles import ScopeType
from identity.services import data_exposure
from marketplace.models import Consent, Offering


def provider_access(user: User) -> list[dict[str, Any]]:
    """Return for each offering that sees a person what it sees, by which grounds, since when."""
    accounts = {one.offering_id: one for one in OfferingUser.objects.live().filter(user=user)}
    consents = {
        one.offering_id: one
        for one in Consent.objects.filter(user=user, revocation_date__isnull=True)
    }
    offerings = (
        Offering.objects.filter(pk__in={*accounts, *consents})
        .select_related("customer", "user_attribute_config")
        .order_by("name", "pk")
    )
    teams = _teams(offerings)
    return [
        _entry(offering, accounts.get(offering.pk), consents.get(offering.pk), user, teams)
        for offering in offerings
    ]


def _entry(
    offering: Offering,
    account: OfferingUser | None,
    consent: Consent | None,
    user: User,
    teams: dict[tuple[str, int], list[Grant]],
) -> dict[str, Any]:
    grounds = {
        "account": account and account.created,
        "consent": consent and consent.agreement_date,
    }
    seen = attributes.exposed_at(offering) if account or consent else ()
    people = (
        *teams.get((ScopeType.OFFERING.value, offering.pk), ()),
        *teams.get((ScopeType.CUSTOMER.value, offering.customer_id), ()),
    )
    return {
        "offering_uuid": offering.uuid.hex,
        "offering_name": offering.name,
        "provider_uuid": offering.customer.uuid.hex,
        "provider_name": offering.customer.name,
        "provider_team": data_exposure.team(people, but=user),
        "exposed_fields": list(seen),
        "grounds": [
            {"ground": ground, "since": since.isoformat()}
            for ground, since in grounds.items()
            if since
        ],
        "consent_date": consent and consent.agreement_date.isoformat(),
        "consent_version": consent and consent.version,
    }


def _teams(offerings: Any) -> dict[tuple[str, int], list[Grant]]:
    """Return who may see the provider's side, by the scope in which they hold their role."""
    held = Grant.objects.in_force().filter(
        Q(scope_type=ScopeType.OFFERING, scope_id__in=[one.pk for one in offerings])
        | Q(scope_type=ScopeType.CUSTOMER, scope_id__in=[one.customer_id for one in offerings]),
        allowing(Permission.VIEW_PROVIDER_SIDE),
        user__is_active=True,
    )
    found: dict[tuple[str, int], list[Grant]] = {}
    for grant in held.select_related("user", "role").order_by("user__username", "pk"):
        found.setdefault((grant.scope_type, grant.scope_id), []).append(grant)
    return found
