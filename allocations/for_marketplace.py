"""What the allocations add to the marketplace's reads (`marketplace.contributions`)."""

from __future__ import annotations

from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import NullIf

from allocations import backends
from allocations.models import AgentService, OfferingUser, ResourceApiKey


def exposed_attributes() -> F:
    """Return the column of an order with the names of the attributes that its provider chose."""
    return F("offering__user_attribute_config__exposed_fields")


def username(user: Any) -> NullIf:
    """Return the column of a resource with the user's name at its site, if that has told one."""
    mine = OfferingUser.objects.filter(offering=OuterRef("offering"), user=user)
    return NullIf(Subquery(mine.live().values("username")[:1]), Value(""))


def has_api_keys() -> Exists:
    """Return whether there are keys of a resource that are not deleted."""
    return Exists(ResourceApiKey.objects.filter(resource=OuterRef("pk")).held())


def integration_status() -> ArraySubquery:
    """Return the column of an offering with what agents do for it, one JSON object each."""
    services = AgentService.objects.filter(identity__offering=OuterRef("pk"))
    return ArraySubquery(services.shown())


def has_account(user: Any) -> Exists:
    """Return whether the user has an account at an offering's site."""
    return Exists(OfferingUser.objects.live().filter(offering=OuterRef("pk"), user=user))


def is_site_of(user: Any) -> Q:
    """Return the condition that the user has an account at an offering's site."""
    mine: QuerySet[Any] = OfferingUser.objects.live().filter(user=user)
    return Q(pk__in=mine.values("offering"))


def stoppable_types() -> frozenset[str]:
    """Return the types of offerings whose backends can stop at an order that they have begun."""
    return backends.stoppable_types()
