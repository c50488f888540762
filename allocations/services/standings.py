"""How people stand at offerings: what decides whether they may log in there, read together."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

from django.db.models import Case, OuterRef, Q, Value, When
from django.db.models.fields import BooleanField

from allocations.access_plane.values import Standing
from allocations.models import OfferingUser
from identity.standing import is_refused
from marketplace.login_nodes import is_entitling, nodes_of
from marketplace.models import OfferingEndpoint
from marketplace.querysets.rights import by_right

if TYPE_CHECKING:
    from collections.abc import Collection

    from django.db.models import QuerySet

COLUMNS = (
    "user",
    "user__is_active",
    "offering",
    "offering__state",
    "offering__plugin_options",
    "state",
    "username",
    "is_restricted",
    "has_right",
)


def with_right(accounts: QuerySet[OfferingUser]) -> QuerySet[Any]:
    """Add whether somebody has an account by right: by an allocation, or because staff gave it.

    Who was refused access to the platform has none.
    """
    right = Q(is_granted=True) | by_right(offering=OuterRef("offering"), user=OuterRef("user"))
    right &= ~is_refused("user")
    return accounts.annotate(
        has_right=Case(
            When(right, then=Value(value=True)),
            default=Value(value=False),
            output_field=BooleanField(),
        )
    )


def of_people(keys: Collection[int]) -> dict[int, list[Standing]]:
    """Return how people stand where they have accounts, by their keys."""
    accounts = with_right(OfferingUser.objects.live().filter(user__in=keys)).order_by("pk")
    rows: list[dict[str, Any]] = list(accounts.values(*COLUMNS))
    urls: dict[int, list[str]] = defaultdict(list)
    at = {row["offering"] for row in rows if is_entitling(row["offering__plugin_options"])}
    for offering, url in OfferingEndpoint.objects.filter(offering__in=at).values_list(
        "offering", "url"
    ):
        urls[offering].append(url)
    found: dict[int, list[Standing]] = defaultdict(list)
    for row in rows:
        options = row["offering__plugin_options"]
        found[row["user"]].append(
            Standing(
                offering=row["offering"],
                state=row["state"],
                username=row["username"],
                is_restricted=row["is_restricted"],
                has_right=row["has_right"],
                is_person_active=row["user__is_active"],
                offering_state=row["offering__state"],
                is_entitling=is_entitling(options),
                nodes=nodes_of(options, urls[row["offering"]]),
            )
        )
    return dict(found)
