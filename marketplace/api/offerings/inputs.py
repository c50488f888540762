"""What is sent to put up an offering and to change it."""

from __future__ import annotations

from typing import Any, ClassVar

from rest_framework import serializers

from common.api.inputs import FiniteField, Input, RelatedUrl
from common.api.json_shapes import JsonField, Shape, map_of, record
from identity.api.customers.serializers import COUNTRIES
from identity.api.inputs import Columns, NotKept
from identity.models import Customer
from marketplace.api.offerings import omitted_keys
from marketplace.api.offerings.components import (
    AMOUNT,
    AmountField,
    OfferingComponentInput,
)
from marketplace.api.offerings.options import OptionsInput
from marketplace.api.offerings.plugin_options import PLUGIN_OPTIONS, SECRET_OPTIONS
from marketplace.api.offerings.rules import BACKEND_ID_RULES
from marketplace.api.plans.serializers import PlanColumns
from marketplace.components import OfferingType
from marketplace.models import Category, Offering

BOUNDS: Shape = map_of(
    record(
        {"max": AMOUNT, "max_available_limit": AMOUNT, "min": AMOUNT},
        required=("max", "max_available_limit", "min"),
    )
)
COLUMNS_OF_BOUNDS = {
    "min": "min_value",
    "max": "max_value",
    "max_available_limit": "max_available_limit",
}
OVERVIEW = (
    "access_url",
    "backend_id",
    "description",
    "documentation_url",
    "full_description",
    "getting_started",
    "helpdesk_url",
    "integration_guide",
    "name",
    "privacy_policy_link",
    "slug",
)


class OfferingColumns(Columns):
    """Columns of an offering."""

    class Meta:
        model = Offering
        fields: ClassVar[tuple[str, ...]] = ()

    latitude = FiniteField(min_value=-90, max_value=90, allow_null=True)
    longitude = FiniteField(min_value=-180, max_value=180, allow_null=True)


class OfferingCreateInput(OfferingColumns):
    """A new offering with its components and plans."""

    class Meta:
        model = Offering
        fields: ClassVar[tuple[str, ...]] = (
            *OVERVIEW,
            "attributes",
            "backend_id_rules",
            "backend_metadata",
            "billable",
            "category",
            "compliance_checklist",
            "components",
            "country",
            "customer",
            "datacite_doi",
            "image",
            "latitude",
            "limits",
            "longitude",
            "offering_group",
            "options",
            "plans",
            "plugin_options",
            "resource_options",
            "shared",
            "thumbnail",
            "type",
            "vendor_details",
        )
        required: ClassVar[tuple[str, ...]] = ("category", "name", "type")
        become_rows = ("components", "plans")

    attributes = JsonField()
    backend_id_rules = JsonField(BACKEND_ID_RULES)
    backend_metadata = JsonField()
    category = RelatedUrl("marketplace-category-detail", Category)
    compliance_checklist = NotKept("Checklists are not served.")
    components = OfferingComponentInput(many=True)
    country = serializers.ChoiceField(choices=COUNTRIES, allow_blank=True)
    customer = RelatedUrl("customer-detail", Customer, allow_null=True)
    image = NotKept(f"{omitted_keys.FILES.capitalize()}.")
    limits = JsonField(BOUNDS)
    offering_group = NotKept(f"{omitted_keys.GROUPS.capitalize()}.")
    options = OptionsInput()
    plans = PlanColumns(many=True)
    plugin_options = JsonField(PLUGIN_OPTIONS)
    resource_options = OptionsInput()
    thumbnail = NotKept(f"{omitted_keys.FILES.capitalize()}.")
    type = serializers.ChoiceField(
        choices=[one.value for one in OfferingType],
        error_messages={"invalid_choice": "Invalid value."},
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Ask for the organisation, and name things as the service does."""
        if attrs.get("customer") is None:
            raise serializers.ValidationError({"customer": ["This field is required."]})
        renamed = {"components": "component_drafts", "plans": "plan_drafts"}
        given = {renamed.get(name, name): value for name, value in attrs.items()}
        limits = given.pop("limits", {})
        given["bounds"] = {
            component: {
                COLUMNS_OF_BOUNDS[key]: AmountField().run_validation(value)
                for key, value in bounds.items()
                if key in COLUMNS_OF_BOUNDS
            }
            for component, bounds in limits.items()
        }
        return given


class OfferingOverviewUpdateInput(OfferingColumns):
    """What people read of an offering."""

    class Meta:
        model = Offering
        fields: ClassVar[tuple[str, ...]] = OVERVIEW
        required: ClassVar[tuple[str, ...]] = ("name",)


class OfferingLocationUpdateInput(Input):
    """Where the machine stands."""

    latitude = FiniteField(min_value=-90, max_value=90)
    longitude = FiniteField(min_value=-180, max_value=180)


class OfferingDescriptionUpdateInput(Input):
    """The category that the offering is in."""

    category = RelatedUrl("marketplace-category-detail", Category)


class OfferingOptionsUpdateInput(Input):
    """The form that an order fills in beside its limits."""

    options = OptionsInput()


class OfferingResourceOptionsUpdateInput(Input):
    """The form of what can be changed of an allocation later on."""

    resource_options = OptionsInput()


class OfferingIntegrationUpdateInput(Input):
    """How orders are delivered."""

    backend_id = serializers.CharField(max_length=255, required=False, allow_blank=True)
    plugin_options = JsonField(PLUGIN_OPTIONS, required=False)
    secret_options = JsonField(SECRET_OPTIONS, required=False)
    service_attributes = JsonField(required=False)


class OfferingAttributesInput(Input):
    """An offering's attributes: the body itself is the object."""

    def to_internal_value(self, data: Any) -> Any:
        """Return the object as it was sent."""
        try:
            return {"attributes": JsonField().run_validation(data)}
        except serializers.ValidationError as error:
            raise serializers.ValidationError({"non_field_errors": error.detail}) from error


class OfferingPauseInput(Input):
    """Why no orders are taken for a while."""

    paused_reason = serializers.CharField(required=False, allow_blank=True, max_length=10_000)


class CheckUniqueBackendIDInput(Input):
    """Which backend ID to look for, and where."""

    backend_id = serializers.CharField(max_length=255)
    check_all_offerings = serializers.BooleanField(required=False, default=False)
    use_offering_rules = serializers.BooleanField(required=False, default=False)


class CheckUniqueBackendIDResponse(serializers.Serializer[Any]):
    """Whether the backend ID is free."""

    errors = serializers.ListField(  # type: ignore[assignment]
        child=serializers.CharField(), required=False
    )
    is_unique = serializers.BooleanField()
    is_valid_format = serializers.BooleanField(allow_null=True, required=False)


class DetailState(serializers.Serializer[Any]):
    """Which state the offering is in now."""

    detail = serializers.CharField()
    state = serializers.CharField()
