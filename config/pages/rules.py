"""What the API asks of a value holds on the admin's pages too: the same field judges it.

The input with which the API creates or updates the rows of a model speaks for that model; one
literal names the others. A column that no input has is judged by its model alone.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

from django.db.models import Model, QuerySet
from rest_framework import serializers

from allocations.api.offering_users.inputs import OfferingUserInput
from allocations.api.shared_accounts.inputs import (
    CustomerServiceAccountInput,
    ProjectServiceAccountInput,
)
from allocations.models import (
    CourseAccount,
    CustomerServiceAccount,
    OfferingUser,
    ProjectServiceAccount,
)
from common.api.inputs import RelatedUrl, RelatedUuid
from common.api.json_shapes import JsonField
from config.documents.routes import all_routes
from marketplace.api.offerings.components import OfferingComponentInput
from marketplace.api.offerings.endpoints import NestedEndpointInput
from marketplace.api.offerings.inputs import OfferingCreateInput, OfferingOverviewUpdateInput
from marketplace.api.offerings.partitions import OfferingPartitionInput
from marketplace.api.offerings.plugin_options import PLUGIN_OPTIONS_BY_HAND
from marketplace.api.resources.inputs import ProviderResourceUpdateInput
from marketplace.models import (
    Offering,
    OfferingComponent,
    OfferingEndpoint,
    OfferingPartition,
    Resource,
)

if TYPE_CHECKING:
    from collections.abc import Mapping


class OfferingByHand(OfferingCreateInput):
    """An offering as a person writes it, who is told of slips in the names of its settings."""

    plugin_options = JsonField(PLUGIN_OPTIONS_BY_HAND)


Inputs = tuple[type[serializers.BaseSerializer[Any]], ...]

BESIDE_ROUTES: Mapping[type[Model], Inputs] = {
    CourseAccount: (ProjectServiceAccountInput,),
    CustomerServiceAccount: (CustomerServiceAccountInput,),
    Offering: (OfferingByHand, OfferingOverviewUpdateInput),
    OfferingComponent: (OfferingComponentInput,),
    OfferingEndpoint: (NestedEndpointInput,),
    OfferingPartition: (OfferingPartitionInput,),
    OfferingUser: (OfferingUserInput,),
    ProjectServiceAccount: (ProjectServiceAccountInput,),
    Resource: (ProviderResourceUpdateInput,),
}
"""Models whose columns no route of their own writes, or whose input says no model."""

WRITES = {"create", "update", "partial_update"}

NOTHING: tuple[Any, ...] = (None, "", {}, [])
"""What stands for no value: whether that may be is the form's question."""

ANOTHER_ROW = (RelatedUrl, RelatedUuid, serializers.RelatedField, serializers.BaseSerializer)
"""Fields that name rows: a form's choice of a row is one already."""


@lru_cache
def inputs() -> Mapping[type[Model], Inputs]:
    """Return the inputs that speak for each model."""
    found: dict[type[Model], Inputs] = {}
    for route in all_routes():
        declared = getattr(getattr(route.viewset, route.action), "api", None)
        model = getattr(getattr(getattr(declared, "input", None), "Meta", None), "model", None)
        if route.action in WRITES and model is not None:
            found[model] = (declared.input,)  # type: ignore[union-attr]
    return found | dict(BESIDE_ROUTES)


@lru_cache
def validating_fields(model: type[Model]) -> Mapping[str, serializers.Field[Any, Any, Any, Any]]:
    """Return the fields of the API's inputs that validate a model's columns, by their names."""
    found: dict[str, serializers.Field[Any, Any, Any, Any]] = {}
    for made in reversed(inputs().get(model, ())):
        fields: Any = made(partial=True).fields  # type: ignore[attr-defined]
        found |= {n: field for n, field in fields.items() if not isinstance(field, ANOTHER_ROW)}
    return found


def faults(model: type[Model], values: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the API would object to in values, by column; nothing stands for no value."""
    known = validating_fields(model)
    found = {}
    for name, value in values.items():
        if name not in known or value in NOTHING or isinstance(value, Model | QuerySet):
            continue
        try:
            known[name].run_validation(value)
        except serializers.SkipField:
            continue
        except serializers.ValidationError as error:
            found[name] = error.detail
    return found
