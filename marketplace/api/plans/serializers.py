"""Plans, as providers and as everybody sees them, and what is sent to change them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from functools import cache
from typing import Any, ClassVar

from rest_framework import serializers

from common.api.inputs import Input, RelatedUrl
from common.api.reads.outputs import (
    Computed,
    DecimalString,
    Derived,
    EnumField,
    MapField,
    Nested,
    NumberField,
    Omitted,
    Output,
    UrlField,
)
from identity.api.inputs import Columns
from identity.api.organization_groups import OrganizationGroupOutput
from marketplace import pricing
from marketplace.components import BillingType, BillingUnit, LimitPeriod, PlanBillingMode
from marketplace.models import Offering, Plan, PlanComponent

NO_DISCOUNTS = "discounts by volume are not given"

AS_NUMBER, AS_TEXT = NumberField().to_representation, DecimalString().to_representation
KINDS = {kind.value: kind for kind in BillingType}

Rows = Iterable[Mapping[str, Any]]


@cache
def billed_as(billing_type: str, mode: str) -> str:
    """Return how a component is charged under a plan of the mode."""
    return pricing.billed_as(BillingType(billing_type), PlanBillingMode(mode))


def is_active(archived: bool, max_amount: int | None, used: int) -> bool:  # noqa: FBT001 - a column
    """Tell whether a plan can still be ordered."""
    return not archived and (max_amount is None or used < max_amount)


def prices_of(components: Rows) -> list[pricing.Price]:
    """Return rendered components as prices."""
    return [
        pricing.Price(
            row["type"],
            KINDS[row["billing_type"]],
            Decimal(row["price"]),
            row["amount"],
            None if row["min_value"] is None else Decimal(repr(row["min_value"])),
        )
        for row in components
    ]


def plan_type(components: Rows) -> str:
    """Return the one way in which what has a price is charged, "mixed", or nothing."""
    kinds = {row["billing_type"] for row in components if Decimal(row["price"])}
    return "mixed" if len(kinds) > 1 else next(iter(kinds), "")


def init_price(components: Rows) -> float:
    """Return what is charged once, when an allocation begins."""
    return AS_NUMBER(pricing.activation_price(prices_of(components)))


def switch_price(components: Rows) -> float:
    """Return what is charged once, when an allocation changes to the plan."""
    return AS_NUMBER(pricing.switch_price(prices_of(components)))


def minimal_price(components: Rows) -> str:
    """Return what the smallest allocation costs per period."""
    return AS_TEXT(pricing.minimal_price(prices_of(components)))


def by_type(key: str) -> Any:
    """Return the function that maps each component's type to one of its values."""
    return lambda components: {row["type"]: row.get(key) for row in components}


class NestedPlanComponentOutput(Output):
    """The price of one component, how it is charged, and the amount that the plan includes."""

    class Meta:
        model = PlanComponent
        fields = (
            "amount",
            "billing_type",
            "discount_aggregation",
            "discount_description",
            "discount_formula",
            "future_price",
            "is_prepaid",
            "limit_period",
            "measured_unit",
            "min_value",
            "name",
            "price",
            "type",
        )

    billing_type = Computed(
        "component.billing_type", "plan.billing_mode", fn=billed_as, output=EnumField(BillingType)
    )
    discount_aggregation = Omitted(
        serializers.ChoiceField(choices=["customer", "resource"]), reason=NO_DISCOUNTS
    )
    discount_description = Omitted(serializers.CharField(allow_null=True), reason=NO_DISCOUNTS)
    discount_formula = Omitted(serializers.CharField(), reason=NO_DISCOUNTS)
    future_price = DecimalString(allow_null=True)
    is_prepaid = serializers.BooleanField(source="component.is_prepaid")
    limit_period = EnumField(LimitPeriod, source="component.limit_period")
    measured_unit = serializers.CharField(source="component.measured_unit", allow_null=True)
    min_value = NumberField(source="component.min_value", allow_null=True)
    name = serializers.CharField(source="component.name")
    price = DecimalString()
    type = serializers.CharField(source="component.type")


BASE = (
    "archived",
    "article_code",
    "backend_id",
    "billing_mode",
    "components",
    "description",
    "future_prices",
    "init_price",
    "is_active",
    "max_amount",
    "minimal_price",
    "name",
    "organization_groups",
    "plan_type",
    "prices",
    "quotas",
    "resources_count",
    "switch_price",
    "unit",
    "unit_price",
    "url",
    "uuid",
)


class BaseProviderPlanOutput(Output):
    """A plan within its offering, as the provider sees it."""

    class Meta:
        model = Plan
        fields: tuple[str, ...] = BASE

    billing_mode = EnumField(PlanBillingMode)
    components = Nested(
        NestedPlanComponentOutput, source="components", many=True, order_by=("component", "pk")
    )
    future_prices = Derived(
        "components",
        fn=by_type("future_price"),
        output=MapField(child=serializers.CharField(allow_null=True)),
    )
    init_price = Derived("components", fn=init_price, output=NumberField())
    is_active = Derived(
        "archived",
        "max_amount",
        "resources_count",
        fn=is_active,
        output=serializers.BooleanField(),
    )
    minimal_price = Derived("components", fn=minimal_price, output=DecimalString())
    organization_groups = Nested(
        OrganizationGroupOutput, source="organization_groups", many=True, order_by=("name", "pk")
    )
    plan_type = Derived("components", fn=plan_type, output=serializers.CharField())
    prices = Derived(
        "components", fn=by_type("price"), output=MapField(child=serializers.CharField())
    )
    quotas = Derived(
        "components", fn=by_type("amount"), output=MapField(child=serializers.IntegerField())
    )
    resources_count = serializers.IntegerField()
    switch_price = Derived("components", fn=switch_price, output=NumberField())
    unit = EnumField(BillingUnit)
    unit_price = DecimalString()
    url = UrlField("marketplace-plan-detail")


class BasePublicPlanOutput(BaseProviderPlanOutput):
    """A plan as everybody sees it."""

    url = UrlField("marketplace-public-offering-plan", uuid="offering.uuid", plan_uuid="uuid")


class ProviderPlanDetailsOutput(BaseProviderPlanOutput):
    """A plan of an offering."""

    class Meta:
        model = Plan
        fields = (*BASE, "offering")
        always = (
            "components",
            "future_prices",
            "init_price",
            "is_active",
            "minimal_price",
            "name",
            "offering",
            "organization_groups",
            "plan_type",
            "prices",
            "quotas",
            "resources_count",
            "switch_price",
            "url",
            "uuid",
        )

    offering = UrlField("marketplace-provider-offering-detail", source="offering.uuid")


class PlanColumns(Columns):
    """What a plan is made of, beside its prices."""

    class Meta(Input.Meta):
        model = Plan
        fields: ClassVar[tuple[str, ...]] = (
            "archived",
            "article_code",
            "backend_id",
            "billing_mode",
            "description",
            "max_amount",
            "name",
            "unit",
            "unit_price",
        )

    unit_price = serializers.DecimalField(max_digits=22, decimal_places=10, min_value=Decimal(0))


class ProviderPlanDetailsInput(PlanColumns):
    """A new plan, or the whole of one; the offering of a plan stays."""

    class Meta:
        model = Plan
        fields: ClassVar[tuple[str, ...]] = (*PlanColumns.Meta.fields, "offering")

    offering = RelatedUrl("marketplace-provider-offering-detail", Offering, visible="provided_by")


class PricesUpdateInput(Input):
    """Prices by component type."""

    prices = serializers.DictField(
        child=serializers.DecimalField(max_digits=22, decimal_places=10, min_value=Decimal(0))
    )


class QuotasUpdateInput(Input):
    """Included amounts by component type."""

    quotas = serializers.DictField(
        child=serializers.IntegerField(min_value=0, max_value=2_147_483_647)
    )
