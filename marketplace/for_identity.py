"""What the marketplace adds to identity's reads (`identity.contributions`)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db.models import F, Q

from identity.contributions import ScopeKind
from marketplace.models import Offering, Resource
from marketplace.services import moves

if TYPE_CHECKING:
    from uuid import UUID

    from identity.models import Customer, Project


def provider_uuid() -> F:
    """Return the column of an organisation with the UUID of what it is as a provider, or null."""
    return F("service_provider__uuid")


def is_provider() -> Q:
    """Return the condition that an organisation is a provider."""
    return Q(service_provider__isnull=False)


def is_served_by(user: Any, provider: UUID) -> Q:
    """Return the condition that the user sees an allocation of a provider's in an organisation."""
    seen = Resource.objects.visible_to(user)
    served = seen.filter(offering__customer__service_provider__uuid=provider)
    return Q(pk__in=served.values("project__customer"))


def holds_called(user: Any, name: str) -> Q:
    """Return the condition that the user sees an allocation of that name in a project."""
    seen = Resource.objects.visible_to(user)
    named = seen.filter(Q(name=name) | Q(backend_id=name))
    return Q(pk__in=named.values("project"))


def hinders_move(project: Project, customer: Customer) -> list[str]:
    """Return why what a project holds cannot be another organisation's now."""
    return moves.hindrances(project, customer)


def offering_scope() -> ScopeKind:
    """Return what the roles at offerings are held in: either URL of an offering names it."""
    routes = ("marketplace-provider-offering-detail", "marketplace-public-offering-detail")
    return ScopeKind(Offering, routes)
