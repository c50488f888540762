"""What invoices and their items look like. None is made yet; the shapes are what clients expect."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from common.api.json_shapes import NUMBER, TEXT, WHOLE, JsonField, list_of, record
from common.api.reads.outputs import EnumField
from marketplace.components import BillingUnit

STATES = ("canceled", "created", "paid", "pending", "pending_finalization")


def text(**kwargs: Any) -> serializers.CharField:
    """Return a text that may be left out."""
    return serializers.CharField(required=False, **kwargs)


def uuid(**kwargs: Any) -> serializers.UUIDField:
    """Return a UUID."""
    return serializers.UUIDField(**kwargs)


class PartyOutput(serializers.Serializer[Any]):
    """Who pays or is paid, as it stands on the invoice."""

    address = text()
    bank_account = text()
    bank_name = text()
    country = text()
    country_name = text(allow_null=True)
    email = text()
    name = text()
    phone_number = text()
    postal = text()
    vat_code = text()


DETAILS = record(
    {
        **dict.fromkeys(
            (
                "offering_component_name",
                "offering_component_type",
                "offering_name",
                "offering_type",
                "offering_uuid",
                "plan_name",
                "plan_uuid",
                "resource_name",
                "resource_uuid",
                "service_provider_name",
                "service_provider_uuid",
            ),
            TEXT,
        ),
        "plan_component_id": WHOLE,
        "resource_limit_periods": list_of(
            record(
                {
                    "billing_periods": WHOLE,
                    "end": TEXT,
                    "quantity": NUMBER,
                    "start": TEXT,
                    "total": TEXT,
                }
            )
        ),
    }
)


class InvoiceItemOutput(serializers.Serializer[Any]):
    """A line of an invoice, within it."""

    article_code = text()
    backend_uuid = uuid(required=False, allow_null=True)
    billing_type = text()
    credit = serializers.BooleanField(required=False)
    details = JsonField(DETAILS, required=False)
    end = serializers.DateTimeField(required=False)
    factor = serializers.IntegerField(required=False)
    measured_unit = text()
    name = text()
    price = serializers.FloatField(required=False)
    project_name = text()
    project_uuid = uuid(required=False, allow_null=True)
    quantity = text()
    resource = text(allow_null=True)
    resource_name = text()
    resource_uuid = uuid(required=False)
    start = serializers.DateTimeField(required=False)
    tax = text()
    total = text()
    unit = EnumField(BillingUnit, required=False)
    unit_price = text()
    url = text()
    uuid = uuid(required=False)


class InvoiceItemDetailOutput(serializers.Serializer[Any]):
    """A line of an invoice by itself, with whose it is."""

    article_code = text()
    customer_name = serializers.CharField()
    customer_uuid = uuid()
    details = JsonField(required=False)
    end = serializers.DateTimeField(required=False)
    invoice = serializers.CharField()
    measured_unit = text()
    name = text()
    offering_component_type = serializers.CharField(allow_null=True)
    offering_name = serializers.CharField(allow_null=True)
    offering_uuid = uuid()
    price = serializers.FloatField()
    project_name = serializers.CharField()
    project_uuid = uuid(allow_null=True)
    quantity = text()
    resource = text(allow_null=True)
    start = serializers.DateTimeField(required=False)
    unit = EnumField(BillingUnit, required=False)
    unit_price = text()
    uuid = uuid()


class InvoiceOutput(serializers.Serializer[Any]):
    """What an organization owes for a month."""

    backend_id = text()
    compensations = serializers.FloatField(required=False)
    customer = text()
    customer_details = PartyOutput(required=False)
    due_date = serializers.DateField(required=False)
    incurred_costs = serializers.FloatField(required=False)
    invoice_date = serializers.DateField(required=False, allow_null=True)
    issuer_details = PartyOutput(required=False)
    items = InvoiceItemOutput(many=True, required=False)
    month = serializers.IntegerField(required=False)
    number = serializers.IntegerField(required=False)
    payment_url = text()
    price = text()
    reference_number = text()
    state = serializers.ChoiceField(choices=STATES, required=False)
    tax = text()
    total = text()
    url = text()
    uuid = uuid(required=False)
    year = serializers.IntegerField(required=False)
