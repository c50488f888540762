"""Components, endpoints and settings of accounts, as offerings and resources show them."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from common.api.json_shapes import TEXT, JsonField, Shape, list_of, record
from common.api.reads.outputs import EnumField, NumberField, Omitted, Output, UuidField
from marketplace.components import BillingType, LimitPeriod
from marketplace.models import OfferingComponent

NO_FACTORS = "amounts are kept in the component's unit"


class OfferingComponentOutput(Output):
    """Something that is counted in an offering, such as node-hours."""

    class Meta:
        model = OfferingComponent
        fields = (
            "article_code",
            "billing_type",
            "default_limit",
            "description",
            "factor",
            "is_boolean",
            "is_builtin",
            "is_prepaid",
            "limit_amount",
            "limit_decimal_places",
            "limit_period",
            "max_available_limit",
            "max_prepaid_duration",
            "max_renewal_duration",
            "max_value",
            "measured_unit",
            "min_prepaid_duration",
            "min_renewal_duration",
            "min_value",
            "name",
            "offering_uuid",
            "overage_component",
            "prepaid_duration_step",
            "renewal_duration_step",
            "type",
            "unit_factor",
            "uuid",
        )

    billing_type = EnumField(BillingType)
    default_limit = NumberField(allow_null=True)
    factor = Omitted(serializers.IntegerField(allow_null=True), reason=NO_FACTORS)
    limit_amount = NumberField(allow_null=True)
    limit_period = EnumField(LimitPeriod, allow_null=True)
    max_available_limit = NumberField(allow_null=True)
    max_value = NumberField(allow_null=True)
    min_value = NumberField(allow_null=True)
    offering_uuid = UuidField(source="offering.uuid")
    overage_component = UuidField(source="overage_component.uuid", allow_null=True)


UUID_TEXT = Shape({"type": "string", "format": "uuid"}, TEXT.fault)


class EndpointsField(JsonField):
    """Addresses at which something is used: name, URL and UUID of each."""

    def __init__(self, **kwargs: Any) -> None:
        """Take DRF's arguments."""
        shape = record({"name": TEXT, "url": TEXT, "uuid": UUID_TEXT})
        super().__init__(list_of(shape), **kwargs)
