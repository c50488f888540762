"""What the apps above add to the marketplace's reads: accounts, keys, agents, backends, usage."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from django.contrib.postgres.fields import ArrayField
from django.db.models import CharField, JSONField, Q, Value
from django.db.models.expressions import BaseExpression, Combinable

from common.contributions import contributed_to

if TYPE_CHECKING:
    from collections.abc import Callable, Collection
    from datetime import date

Column = BaseExpression | Combinable


@dataclass(frozen=True, kw_only=True)
class MarketplaceContributions:
    """Columns and conditions on the marketplace's rows; by default there is nothing above it."""

    exposed_attributes: Callable[[], Column] = lambda: Value(
        None, output_field=ArrayField(CharField(max_length=60))
    )
    """The column of an order with the names of the attributes that its provider chose, or null."""

    username: Callable[[Any], Column] = lambda user: Value(None, output_field=CharField())
    """The column of a resource with the user's name at its site, or null."""

    has_api_keys: Callable[[], Column] = lambda: Value(value=False)
    """The column of a resource that tells whether there are keys of it."""

    is_used_since: Callable[[date], Q] = lambda day: Q(pk__in=())
    """The condition that usage was reported for a month of a resource since a day."""

    integration_status: Callable[[], Column] = lambda: Value(
        [], output_field=ArrayField(JSONField())
    )
    """The column of an offering with what agents do for it, one JSON object each."""

    has_account: Callable[[Any], Column] = lambda user: Value(value=False)
    """The column of an offering that tells whether the user has an account at its site."""

    is_site_of: Callable[[Any], Q] = lambda user: Q(pk__in=())
    """The condition that the user has an account at an offering's site."""

    stoppable_types: Callable[[], Collection[str]] = tuple
    """The types of offerings whose orders can be called off when work on them has begun."""


@lru_cache(maxsize=1)
def contributions() -> MarketplaceContributions:
    """Return what the composition root plugs in."""
    return contributed_to("marketplace", MarketplaceContributions)
