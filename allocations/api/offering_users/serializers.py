"""What an account at a site looks like."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from rest_framework import serializers

from allocations.lifecycle import AccountState
from allocations.models import OfferingUser
from allocations.querysets.accounts import EVERYTHING, exposable, shown
from allocations.services.accounts import RUNTIME_STATES
from common.api.reads.outputs import (
    Computed,
    EnumField,
    Omitted,
    Output,
    UrlField,
    UuidField,
    Withheld,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime
    from uuid import UUID

T = TypeVar("T")

GENDERS = ("female", "male", "unknown")
NO_PROVIDER_ACCOUNTS = "accounts are kept per offering, not per provider"


def may_see(attribute: str, names: Sequence[str]) -> bool:
    """Tell whether an attribute is among those shown, and the platform lets it be."""
    return attribute in names and (EVERYTHING in names or exposable(attribute))


def if_shown(attribute: str) -> Callable[[T, Sequence[str]], T | None]:
    """Return the function that leaves an attribute out unless it is among those shown."""

    def choose(value: T, names: Sequence[str]) -> T | None:
        return value if may_see(attribute, names) else None

    return choose


def about(column: str, output: Any = None, attribute: str | None = None) -> Withheld:
    """Return a key with a column of the person, if the caller gets to see it."""
    return Withheld(
        f"user.{column}",
        by="shown",
        fn=if_shown(attribute or column),
        audience=shown(attribute or column),
        output=output or serializers.CharField(),
    )


def words() -> serializers.Field[Any, Any, Any, Any]:
    """Return the type of a list of words."""
    return serializers.ListField(child=serializers.CharField())


def full_name(first: str, last: str, names: Sequence[str]) -> str | None:
    """Return a person's name as people write it, if the caller gets to see it."""
    return f"{first} {last}".strip() if may_see("full_name", names) else None


def runtime_state(state: str) -> str | None:
    """Return how the account stands for the person; nothing while it is not there."""
    return next((word for word, at_site in RUNTIME_STATES.items() if at_site == state), None)


def consent(uuid: UUID | None, version: str | None, date: datetime | None) -> dict[str, str] | None:
    """Return a consent in force as the API shows it."""
    if uuid is None or date is None:
        return None
    return {
        "uuid": uuid.hex,
        "version": version or "",
        "agreement_date": date.isoformat().replace("+00:00", "Z"),
    }


def posix(key: str) -> Callable[[dict[str, Any]], Any]:
    """Return the function that reads what the site told of the account in its own directory."""
    return lambda metadata: metadata.get(key)


class OfferingUserServiceProviderCommentOutput(serializers.Serializer[Any]):
    """What the person is told about the account."""

    service_provider_comment = serializers.CharField(required=False)
    service_provider_comment_url = serializers.URLField(required=False)


class OfferingUserOutput(Output):
    """A person's account at an offering."""

    class Meta:
        model = OfferingUser
        fields = (
            "consent_data",
            "created",
            "customer_name",
            "customer_uuid",
            "has_compliance_checklist",
            "has_consent",
            "home_directory",
            "is_profile_complete",
            "is_restricted",
            "login_shell",
            "missing_profile_attributes",
            "modified",
            "offering",
            "offering_has_active_tos",
            "offering_name",
            "offering_uuid",
            "primarygroup",
            "requires_reconsent",
            "runtime_state",
            "service_provider_account_username",
            "service_provider_account_uuid",
            "service_provider_comment",
            "service_provider_comment_url",
            "state",
            "uidnumber",
            "url",
            "user",
            "user_active_isds",
            "user_address",
            "user_affiliations",
            "user_birth_date",
            "user_civil_number",
            "user_country_of_residence",
            "user_eduperson_assurance",
            "user_email",
            "user_first_name",
            "user_full_name",
            "user_gender",
            "user_identity_source",
            "user_job_title",
            "user_last_name",
            "user_nationalities",
            "user_nationality",
            "user_organization",
            "user_organization_address",
            "user_organization_country",
            "user_organization_registry_code",
            "user_organization_type",
            "user_organization_vat_code",
            "user_personal_title",
            "user_phone_number",
            "user_place_of_birth",
            "user_primary_gid",
            "user_uid_number",
            "user_username",
            "user_uuid",
            "username",
            "uuid",
        )

    url = UrlField("marketplace-offering-user-detail")
    user = UrlField("user-detail", source="user.uuid")
    user_uuid = UuidField(source="user.uuid")
    offering = UrlField("marketplace-provider-offering-detail", source="offering.uuid")
    offering_uuid = UuidField(source="offering.uuid")
    offering_name = serializers.CharField(source="offering.name")
    customer_uuid = UuidField(source="offering.customer.uuid")
    customer_name = serializers.CharField(source="offering.customer.name")
    username = serializers.CharField(allow_null=True)
    state = EnumField(AccountState)
    runtime_state = Computed(
        "state", fn=runtime_state, output=serializers.ChoiceField(choices=tuple(RUNTIME_STATES))
    )
    has_consent = serializers.BooleanField()
    requires_reconsent = serializers.BooleanField()
    offering_has_active_tos = serializers.BooleanField()
    consent_data = Computed(
        "consent_uuid",
        "consent_version",
        "consent_date",
        fn=consent,
        output=serializers.DictField(child=serializers.CharField(), allow_null=True),
    )
    has_compliance_checklist = Omitted(
        serializers.BooleanField(), reason="checklists are not served"
    )
    is_profile_complete = Computed(fn=lambda: True, output=serializers.BooleanField())
    missing_profile_attributes = Computed(fn=list, output=words())
    service_provider_account_username = Omitted(
        serializers.CharField(allow_null=True), reason=NO_PROVIDER_ACCOUNTS
    )
    service_provider_account_uuid = Omitted(UuidField(allow_null=True), reason=NO_PROVIDER_ACCOUNTS)
    uidnumber = Computed(
        "backend_metadata", fn=posix("uidnumber"), output=serializers.IntegerField(allow_null=True)
    )
    primarygroup = Computed(
        "backend_metadata",
        fn=posix("primarygroup"),
        output=serializers.IntegerField(allow_null=True),
    )
    login_shell = Computed(
        "backend_metadata", fn=posix("loginShell"), output=serializers.CharField(allow_null=True)
    )
    home_directory = Computed(
        "backend_metadata", fn=posix("homeDir"), output=serializers.CharField(allow_null=True)
    )
    user_username = about("username")
    user_full_name = Withheld(
        "user.first_name",
        "user.last_name",
        by="shown",
        fn=full_name,
        audience=shown("full_name"),
        output=serializers.CharField(),
    )
    user_first_name = about("first_name", attribute="full_name")
    user_last_name = about("last_name", attribute="full_name")
    user_email = about("email")
    user_phone_number = about("phone_number")
    user_personal_title = about("personal_title")
    user_job_title = about("job_title")
    user_gender = about("gender", serializers.ChoiceField(choices=GENDERS, allow_null=True))
    user_birth_date = about("birth_date", serializers.DateField(allow_null=True))
    user_place_of_birth = about("place_of_birth")
    user_civil_number = about("civil_number", serializers.CharField(allow_null=True))
    user_nationality = about("nationality")
    user_nationalities = about("nationalities", words())
    user_country_of_residence = about("country_of_residence")
    user_address = about("address")
    user_organization = about("organization")
    user_organization_address = about("organization_address")
    user_organization_country = about("organization_country")
    user_organization_registry_code = about("organization_registry_code")
    user_organization_type = about("organization_type")
    user_organization_vat_code = about("organization_vat_code")
    user_affiliations = about("affiliations", words())
    user_eduperson_assurance = about("eduperson_assurance", words())
    user_active_isds = about("active_isds", words())
    user_identity_source = about("identity_source")
    user_uid_number = about("uid_number", serializers.IntegerField(allow_null=True))
    user_primary_gid = about("primary_gid", serializers.IntegerField(allow_null=True))
