"""Components of offerings, as they are sent."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, ClassVar

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from common.api.inputs import Input
from common.api.json_shapes import WHOLE, Shape
from identity.api.inputs import Columns
from marketplace.components import BillingType
from marketplace.models import OfferingComponent

DURATIONS = (
    "max_prepaid_duration",
    "max_renewal_duration",
    "min_prepaid_duration",
    "min_renewal_duration",
    "prepaid_duration_step",
    "renewal_duration_step",
)
SENT = (
    "article_code",
    "billing_type",
    "default_limit",
    "description",
    "is_boolean",
    "is_prepaid",
    "limit_amount",
    "limit_decimal_places",
    "limit_period",
    "max_available_limit",
    "max_value",
    "measured_unit",
    "min_value",
    "name",
    "overage_component",
    "type",
    "unit_factor",
    *DURATIONS,
)


@extend_schema_field({"type": "number", "nullable": True})
class AmountField(serializers.DecimalField):
    """An amount of a component: a finite number, or none."""

    def __init__(self, **kwargs: Any) -> None:
        """Take DRF's arguments; the column's precision is given."""
        super().__init__(
            max_digits=20,
            decimal_places=2,
            min_value=Decimal(0),
            allow_null=True,
            required=False,
            **kwargs,
        )


def amount_fault(value: Any) -> Any:
    """Return what is wrong with an amount, or None."""
    try:
        AmountField().run_validation(value)
    except serializers.ValidationError as error:
        return error.detail
    return None


AMOUNT = Shape(WHOLE.schema, amount_fault)
"""Called an integer in the contract; what a component's columns take is taken."""


class OfferingComponentInput(Columns):
    """A component to be added."""

    class Meta(Input.Meta):
        model = OfferingComponent
        fields: ClassVar[tuple[str, ...]] = SENT

    billing_type = serializers.ChoiceField(choices=[one.value for one in BillingType])
    default_limit = AmountField()
    limit_amount = AmountField()
    limit_decimal_places = serializers.IntegerField(min_value=0, max_value=2)
    max_available_limit = AmountField()
    max_value = AmountField()
    min_value = AmountField()
    overage_component = serializers.UUIDField(allow_null=True)
    type = serializers.RegexField(
        r"^[a-zA-Z0-9_/:-]+$", max_length=50, error_messages={"invalid": "Enter a valid value."}
    )
    unit_factor = serializers.IntegerField(min_value=1, max_value=2_147_483_647)


class _NamesOne(Input):
    """Refuses a body that does not say which component, in Waldur's own shape."""

    purpose = ""

    def to_internal_value(self, data: Any) -> Any:
        """Return the validated body."""
        if isinstance(data, Mapping) and not data.get("uuid"):
            message = f"UUID for offering component{self.purpose} was not provided."
            raise serializers.ValidationError({"details": message})
        return super().to_internal_value(data)


class UpdateOfferingComponentInput(_NamesOne, OfferingComponentInput):
    """What changes about a component; `uuid` says which one."""

    class Meta:
        model = OfferingComponent
        fields: ClassVar[tuple[str, ...]] = (*SENT, "uuid")
        required: ClassVar[tuple[str, ...]] = ("billing_type", "name", "type", "uuid")

    uuid = serializers.UUIDField()


class RemoveOfferingComponentInput(_NamesOne):
    """The component to remove."""

    purpose = " to remove"

    uuid = serializers.UUIDField()
