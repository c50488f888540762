"""What totals look like."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rest_framework import serializers

from common.api.reads.outputs import EnumField, NumberField, UuidField
from marketplace.components import BillingType

if TYPE_CHECKING:
    from decimal import Decimal

EXACT = 2**53
"""Up to here every whole number has a double of its own."""


class TotalField(NumberField):
    """A sum, which may be larger than any integer that JSON's readers take."""

    def to_representation(self, value: Decimal | float) -> float:  # type: ignore[override]
        """Return an int, or a float for what is no whole number or too large for one."""
        return float(value) if value > EXACT else super().to_representation(value)


class ComponentStats(serializers.Serializer[Any]):
    """What allocations have and have used of a component of an offering."""

    billing_type = EnumField(BillingType, source="component.billing_type")
    description = serializers.CharField(source="component.description")
    limit = TotalField()
    limit_usage = TotalField()
    limit_usage_terminated = TotalField()
    measured_unit = serializers.CharField(source="component.measured_unit")
    name = serializers.CharField(source="component.name")
    offering_name = serializers.CharField(source="component.offering.name")
    offering_uuid = UuidField(source="component.offering.uuid")
    type = serializers.CharField(source="component.type")
    usage = TotalField()
    usage_terminated = TotalField()


class ComponentsUsageStats(serializers.Serializer[Any]):
    """The same of all components of which a site reports usage."""

    components = ComponentStats(many=True)
