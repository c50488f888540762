"""Whom a provider serves, as it sees them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rest_framework import serializers

from common.api.json_shapes import TEXT, JsonField, list_of, record
from common.api.reads.outputs import (
    Computed,
    Derived,
    Omitted,
    Output,
    UrlField,
    UuidField,
    Withheld,
    if_may,
)
from common.audience import among
from identity.api.customers.serializers import (
    NO_INVOICES,
    NestedPriceEstimate,
    PaymentProfile,
)
from identity.api.members.serializers import HeldRoleOutput
from identity.api.users.serializers import GENDERS
from identity.models import Grant
from identity.names import full_name
from marketplace.models import Offering, ProviderCustomer, ProviderPerson, ProviderProject

if TYPE_CHECKING:
    from django.db.models import Q

    from identity.models import User

BY_CONSENT = "shown with the accounts of each offering, as its user attribute configuration says"
PROJECT = record({"image": TEXT, "name": TEXT, "uuid": TEXT})
PERSON = record({"email": TEXT, "full_name": TEXT, "image": TEXT, "uuid": TEXT})


def some_or_none(rows: list[Any] | None) -> list[Any]:
    """Return an array that was put together in the database, where null stands for an empty one."""
    return rows or []


class MarketplaceProviderCustomerOutput(Output):
    """An organization that holds allocations of the provider, with its projects and people."""

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


def who_agreed(user: User, prefix: str) -> Q:
    """Let those who provide read it of the people who agreed to the terms of what they provide."""
    people = ProviderPerson.objects.all().of(Offering.objects.provided_by(user))
    return among(prefix, people.agreed())


def name_if_told(first: str, last: str, is_told: bool) -> str | None:  # noqa: FBT001 - a column
    """Return a person's name as people write it, if they agreed to be told of."""
    return full_name(first, last) if is_told else None


def of_agreeing(*columns: str, fn: Any = if_may) -> Any:
    """Return the field of what is told of a person who agreed to an offering's terms."""
    return Withheld(
        *columns, by="has_agreed", fn=fn, audience=who_agreed, output=serializers.CharField()
    )


class MarketplaceServiceProviderUserOutput(Output):
    """Somebody in a project that holds allocations of the provider: who they are, no more."""

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

    active_isds = Omitted(serializers.ListField(child=serializers.CharField()), reason=BY_CONSENT)
    address = Omitted(serializers.CharField(), reason=BY_CONSENT)
    affiliations = Omitted(serializers.ListField(child=serializers.CharField()), reason=BY_CONSENT)
    identity_source = Omitted(serializers.CharField(), reason=BY_CONSENT)
    job_title = Omitted(serializers.CharField(), reason=BY_CONSENT)
    organization = Omitted(serializers.CharField(), reason=BY_CONSENT)
    organization_address = Omitted(serializers.CharField(), reason=BY_CONSENT)
    organization_country = Omitted(serializers.CharField(), reason=BY_CONSENT)
    organization_registry_code = Omitted(serializers.CharField(), reason=BY_CONSENT)
    organization_type = Omitted(serializers.CharField(), reason=BY_CONSENT)
    organization_vat_code = Omitted(serializers.CharField(), reason=BY_CONSENT)
    personal_title = Omitted(serializers.CharField(), reason=BY_CONSENT)
    registration_method = Omitted(serializers.CharField(), reason=BY_CONSENT)
    birth_date = Omitted(serializers.DateField(allow_null=True), reason=BY_CONSENT)
    civil_number = Omitted(serializers.CharField(allow_null=True), reason=BY_CONSENT)
    country_of_residence = Omitted(serializers.CharField(), reason=BY_CONSENT)
    eduperson_assurance = Omitted(
        serializers.ListField(child=serializers.CharField()), reason=BY_CONSENT
    )
    email = of_agreeing("email")
    first_name = of_agreeing("first_name")
    full_name = of_agreeing("first_name", "last_name", fn=name_if_told)
    last_name = of_agreeing("last_name")
    gender = Omitted(serializers.ChoiceField(choices=GENDERS, allow_null=True), reason=BY_CONSENT)
    nationalities = Omitted(
        serializers.ListField(child=serializers.CharField()), reason=BY_CONSENT, withheld=True
    )
    nationality = Omitted(serializers.CharField(), reason=BY_CONSENT)
    phone_number = Omitted(serializers.CharField(), reason=BY_CONSENT)
    place_of_birth = Omitted(serializers.CharField(), reason=BY_CONSENT)
    projects_count = serializers.IntegerField(source="held_in")


class ClientOutput(Output):
    """The same as a person of the API, for the list of an offering's people."""

    class Meta:
        model = ProviderPerson
        fields = (
            "email",
            "first_name",
            "full_name",
            "is_active",
            "last_name",
            "url",
            "username",
            "uuid",
        )

    email = of_agreeing("email")
    first_name = of_agreeing("first_name")
    full_name = of_agreeing("first_name", "last_name", fn=name_if_told)
    last_name = of_agreeing("last_name")
    url = UrlField("user-detail")


class ProjectPermissionLogOutput(HeldRoleOutput):
    """A role in a project that holds allocations of the provider, also an ended one."""

    class Meta:
        model = Grant
        fields = (
            *HeldRoleOutput.Meta.fields,
            "created_by_full_name",
            "created_by_username",
            "customer_name",
            "customer_uuid",
            "project",
            "project_created",
            "project_end_date",
            "project_name",
            "project_uuid",
            "role",
            "user_email",
            "user_native_name",
        )

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
    user_email = Omitted(serializers.CharField(), reason=BY_CONSENT)
    user_native_name = Omitted(serializers.CharField(), reason=BY_CONSENT)
