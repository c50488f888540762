"""Whom a provider serves, as it sees them."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from config.common.api.json_shapes import TEXT, JsonField, list_of, record
from config.common.api.outputs import Computed, Derived, Omitted, Output, UrlField, UuidField
from identity.api.customers.serializers import (
    NO_INVOICES,
    NestedPriceEstimate,
    PaymentProfile,
)
from identity.api.users.serializers import GENDERS
from identity.models import Grant
from identity.names import full_name
from marketplace.models import ProviderCustomer, ProviderPerson, ProviderProject

BY_CONSENT = "told offering by offering, as its user attribute configuration says"
PROJECT = record({"image": TEXT, "name": TEXT, "uuid": TEXT})
PERSON = record({"email": TEXT, "full_name": TEXT, "image": TEXT, "uuid": TEXT})


def some_or_none(rows: list[Any] | None) -> list[Any]:
    """Return an array that was put together in the database, where null stands for an empty one."""
    return rows or []


class MarketplaceProviderCustomerOutput(Output):
    """An organisation with its projects and people that hold allocations of the provider."""

    class Meta:
        model = ProviderCustomer
        fields = (
            "abbreviation",
            "billing_price_estimate",
            "email",
            "name",
            "payment_profiles",
            "phone_number",
            "projects",
            "projects_count",
            "slug",
            "users",
            "users_count",
            "uuid",
        )

    billing_price_estimate = Omitted(NestedPriceEstimate, reason=NO_INVOICES)
    payment_profiles = Omitted(PaymentProfile(many=True), reason=NO_INVOICES)
    projects = Computed("provider_projects", fn=some_or_none, output=JsonField(list_of(PROJECT)))
    projects_count = Derived("projects", fn=len, output=serializers.IntegerField())
    users = Computed("provider_users", fn=some_or_none, output=JsonField(list_of(PERSON)))
    users_count = Derived("users", fn=len, output=serializers.IntegerField())
    uuid = UuidField()


class MarketplaceProviderCustomerProjectOutput(Output):
    """A project that holds allocations of the provider."""

    class Meta:
        model = ProviderProject
        fields = (
            "billing_price_estimate",
            "description",
            "end_date",
            "name",
            "resources_count",
            "users_count",
            "uuid",
        )

    billing_price_estimate = Omitted(NestedPriceEstimate, reason=NO_INVOICES)
    resources_count = serializers.IntegerField(source="held_count")
    users_count = serializers.IntegerField()
    uuid = UuidField()


class MarketplaceServiceProviderUserOutput(Output):
    """Somebody in a project that holds allocations of the provider; not what is only his own."""

    class Meta:
        model = ProviderPerson
        fields = (
            "active_isds",
            "address",
            "affiliations",
            "birth_date",
            "civil_number",
            "country_of_residence",
            "eduperson_assurance",
            "email",
            "first_name",
            "full_name",
            "gender",
            "identity_source",
            "is_active",
            "job_title",
            "last_name",
            "nationalities",
            "nationality",
            "organization",
            "organization_address",
            "organization_country",
            "organization_registry_code",
            "organization_type",
            "organization_vat_code",
            "personal_title",
            "phone_number",
            "place_of_birth",
            "projects_count",
            "registration_method",
            "username",
            "uuid",
        )

    active_isds = serializers.ListField(child=serializers.CharField())
    address = Omitted(serializers.CharField(), reason=BY_CONSENT)
    affiliations = serializers.ListField(child=serializers.CharField())
    birth_date = Omitted(serializers.DateField(allow_null=True), reason=BY_CONSENT)
    civil_number = Omitted(serializers.CharField(allow_null=True), reason=BY_CONSENT)
    country_of_residence = Omitted(serializers.CharField(), reason=BY_CONSENT)
    eduperson_assurance = serializers.ListField(child=serializers.CharField())
    full_name = Computed("first_name", "last_name", fn=full_name, output=serializers.CharField())
    gender = Omitted(serializers.ChoiceField(choices=GENDERS, allow_null=True), reason=BY_CONSENT)
    nationalities = Omitted(
        serializers.ListField(child=serializers.CharField()), reason=BY_CONSENT, withheld=True
    )
    nationality = Omitted(serializers.CharField(), reason=BY_CONSENT)
    phone_number = Omitted(serializers.CharField(), reason=BY_CONSENT)
    place_of_birth = Omitted(serializers.CharField(), reason=BY_CONSENT)
    projects_count = serializers.IntegerField(source="held_in")
    uuid = UuidField()


class ProjectPermissionLogOutput(Output):
    """A role in a project that holds allocations of the provider, also an ended one."""

    class Meta:
        model = Grant
        fields = (
            "created",
            "created_by",
            "created_by_full_name",
            "created_by_username",
            "customer_name",
            "customer_uuid",
            "expiration_time",
            "project",
            "project_created",
            "project_end_date",
            "project_name",
            "project_uuid",
            "role",
            "role_name",
            "user",
            "user_email",
            "user_full_name",
            "user_native_name",
            "user_username",
            "user_uuid",
        )

    created_by = UrlField("user-detail", source="created_by.uuid", allow_null=True)
    created_by_full_name = Computed(
        "created_by.first_name",
        "created_by.last_name",
        fn=full_name,
        output=serializers.CharField(allow_null=True),
    )
    created_by_username = serializers.CharField(source="created_by.username", allow_null=True)
    customer_name = serializers.CharField(source="customer.name")
    customer_uuid = UuidField(source="customer.uuid")
    project = UrlField("project-detail", source="project.uuid")
    project_created = serializers.DateTimeField(source="project.created")
    project_end_date = serializers.DateField(source="project.end_date")
    project_name = serializers.CharField(source="project.name")
    project_uuid = UuidField(source="project.uuid")
    role = Computed("role.name", fn=lambda name: name, output=serializers.CharField())
    role_name = serializers.CharField(source="role.name")
    user = UrlField("user-detail", source="user.uuid")
    user_email = serializers.CharField(source="user.email")
    user_full_name = Computed(
        "user.first_name", "user.last_name", fn=full_name, output=serializers.CharField()
    )
    user_native_name = serializers.CharField(source="user.native_name")
    user_username = serializers.CharField(source="user.username")
    user_uuid = UuidField(source="user.uuid")
