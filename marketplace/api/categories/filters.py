"""Query parameters of the list of categories."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db.models import Exists, OuterRef, QuerySet

from common.api.filters import (
    NOTHING,
    OWN,
    SEEN,
    ApiFilterSet,
    Choices,
    Contains,
    Flag,
    OneUuid,
    Ordering,
)
from marketplace.lifecycle import OfferingState
from marketplace.models import Offering, Resource
from marketplace.querysets import ORDERABLE

if TYPE_CHECKING:
    from uuid import UUID

STATES_BY_NUMBER = {
    "1": OfferingState.DRAFT,
    "2": OfferingState.ACTIVE,
    "3": OfferingState.PAUSED,
    "4": OfferingState.ARCHIVED,
    "5": OfferingState.UNAVAILABLE,
}
"""The numbers that Waldur gave the states before it named them; this parameter still takes them."""


class NumberedStates(Choices):
    """States of offerings by their numbers."""

    def __init__(self, **kwargs: Any) -> None:
        """Type the parameter as the contract does."""
        super().__init__(None, STATES_BY_NUMBER, **kwargs)
        self.api_schema = {
            "type": "array",
            "items": {"type": "integer", "enum": [int(number) for number in STATES_BY_NUMBER]},
        }


class AnyText(Ordering):
    """An ordering whose words the contract does not list."""

    def __init__(self, words: dict[str, str], **kwargs: Any) -> None:
        """Type the parameter as the contract does."""
        super().__init__(words, **kwargs)
        self.api_schema = {"type": "string"}


class CategoryFilter(ApiFilterSet):
    """Categories by what is on them."""

    accessible = Flag(method="filter_accessible", reads=OWN)
    customer_uuid = OneUuid(method="filter_customer", reads=SEEN)
    customers_offerings_state = NumberedStates(
        method="filter_customers_offerings_state", reads=NOTHING
    )
    group_uuid = OneUuid("group__uuid")
    has_shared = Flag(method="filter_has_shared", reads=SEEN)
    offering_name = Contains(method="filter_offering_name", reads=SEEN)
    resource_customer_uuid = OneUuid(method="filter_resource_customer", reads=SEEN)
    resource_project_uuid = OneUuid(method="filter_resource_project", reads=SEEN)
    title = Contains("title")
    o = AnyText({"title": "title", "group_title": "group__title", "created": "created"})

    def filter_accessible(self, rows: QuerySet[Any], name: str, value: Any) -> QuerySet[Any]:
        """Keep those with offerings that the caller may order from, or those without."""
        listed = Offering.objects.orderable_by(self.request.user)
        return self._with(rows, listed) if value else self._without(rows, listed)

    def filter_customer(self, rows: QuerySet[Any], name: str, value: UUID) -> QuerySet[Any]:
        """Keep those with offerings of the organisation, in the states that are asked for.

        An offering that is not in the catalogue counts for those who help to provide it.
        """
        numbers = self.form.cleaned_data.get("customers_offerings_state") or ()
        states = [STATES_BY_NUMBER[number] for number in numbers] or ORDERABLE
        seen = Offering.objects.visible_to(self.request.user)
        offered = seen.filter(customer__uuid=value, state__in=states)
        return self._with(rows, offered)

    def filter_customers_offerings_state(
        self, rows: QuerySet[Any], name: str, value: list[str]
    ) -> QuerySet[Any]:
        """Leave all: it says in which states `customer_uuid` looks."""
        return rows

    def filter_has_shared(self, rows: QuerySet[Any], name: str, value: Any) -> QuerySet[Any]:
        """Keep those with shared offerings in the catalogue, or those without."""
        seen = Offering.objects.visible_to(self.request.user)
        shared = seen.filter(shared=True, state__in=ORDERABLE)
        return self._with(rows, shared) if value else self._without(rows, shared)

    def filter_offering_name(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        """Keep those with listed offerings whose name contains the text."""
        listed = Offering.objects.orderable_by(self.request.user)
        return self._with(rows, listed.filter(name__icontains=value))

    def filter_resource_customer(
        self, rows: QuerySet[Any], name: str, value: UUID
    ) -> QuerySet[Any]:
        """Keep those in which the organisation has allocations, as far as the caller sees them."""
        return self._with(rows, self._used().filter(resources__project__customer__uuid=value))

    def filter_resource_project(self, rows: QuerySet[Any], name: str, value: UUID) -> QuerySet[Any]:
        """Keep those in which the project has allocations, as far as the caller sees them."""
        return self._with(rows, self._used().filter(resources__project__uuid=value))

    def _used(self) -> Any:
        seen = Resource.objects.visible_to(self.request.user)
        return Offering.objects.filter(resources__in=seen)

    @staticmethod
    def _with(rows: QuerySet[Any], offerings: Any) -> QuerySet[Any]:
        return rows.filter(Exists(offerings.filter(category=OuterRef("pk"))))

    @staticmethod
    def _without(rows: QuerySet[Any], offerings: Any) -> QuerySet[Any]:
        return rows.exclude(Exists(offerings.filter(category=OuterRef("pk"))))


class CategoryGroupFilter(ApiFilterSet):
    """Groups of categories by their title."""

    title = Contains("title")
