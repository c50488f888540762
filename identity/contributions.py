"""What the apps above add to identity's reads: what organisations provide, what projects hold."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from django.db.models import Q, UUIDField, Value

from common.contributions import contributed_to

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from uuid import UUID

    from django.db.models.expressions import Combinable


@dataclass(frozen=True)
class ScopeKind:
    """What roles of a kind of scope are held in: its rows, and the routes of its URLs."""

    model: Any
    routes: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class IdentityContributions:
    """Columns and conditions on identity's rows; by default nobody provides or holds anything."""

    provider_uuid: Callable[[], Combinable] = lambda: Value(None, output_field=UUIDField())
    """The column of an organisation with the UUID of what it is as a provider, or null."""

    is_provider: Callable[[], Q] = lambda: Q(pk__in=())
    """The condition that an organisation is a provider."""

    is_served_by: Callable[[Any, UUID], Q] = lambda user, provider: Q(pk__in=())
    """The condition that the user sees an allocation of a provider's in an organisation."""

    holds_called: Callable[[Any, str], Q] = lambda user, name: Q(pk__in=())
    """The condition that the user sees an allocation of that name or backend ID in a project."""

    provider_access: Callable[[Any], list[dict[str, Any]]] = lambda _: []
    """What offerings see of a person, by which grounds."""

    hinders_move: Callable[[Any, Any], Sequence[str]] = lambda project, customer: ()
    """Sentences that say why what a project holds cannot be another organisation's now."""

    offering_scope: Callable[[], ScopeKind | None] = lambda: None
    """What the roles at offerings are held in."""


@lru_cache(maxsize=1)
def contributions() -> IdentityContributions:
    """Return what the composition root plugs in."""
    return contributed_to("identity", IdentityContributions)
