"""What terms of service and consents look like."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from rest_framework import serializers

from common.api.inputs import Input, RelatedUrl, RelatedUuid
from common.api.json_shapes import TEXT, TRUTH, JsonField, record
from common.api.reads.outputs import Computed, Output, UrlField, UuidField
from identity.api.inputs import Columns
from marketplace.models import Consent, Offering, TermsOfService
from marketplace.models.terms import MOST_GRACE_DAYS

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from uuid import UUID


def consent_info(
    uuid: UUID | None, version: str | None, date: datetime | None, revoked: datetime | None
) -> dict[str, Any] | None:
    """Return what a person said to an offering's terms, as the API shows it."""
    if uuid is None or date is None:
        return None
    return {
        "uuid": uuid.hex,
        "version": version or "",
        "agreement_date": date.isoformat().replace("+00:00", "Z"),
        "is_revoked": revoked is not None,
    }


def is_in_force(revoked: datetime | None) -> bool:
    """Tell whether a consent was not taken back."""
    return revoked is None


CONSENT_INFO = record(
    {"uuid": TEXT, "version": TEXT, "agreement_date": TEXT, "is_revoked": TRUTH},
    required=("uuid", "version", "agreement_date", "is_revoked"),
)
"""What a person said to an offering's terms."""

TERMS = (
    "created",
    "grace_period_days",
    "has_user_consent",
    "is_active",
    "modified",
    "offering_name",
    "offering_uuid",
    "requires_reconsent",
    "terms_of_service",
    "terms_of_service_link",
    "user_consent",
    "uuid",
    "version",
)


class OfferingTermsOfServiceOutput(Output):
    """A version of an offering's terms of service."""

    class Meta:
        model = TermsOfService
        fields: ClassVar[tuple[str, ...]] = TERMS
        always: ClassVar[tuple[str, ...]] = (
            "created",
            "has_user_consent",
            "modified",
            "offering_name",
            "offering_uuid",
            "user_consent",
            "uuid",
        )

    offering_name = serializers.CharField(source="offering.name")
    offering_uuid = UuidField(source="offering.uuid")
    has_user_consent = serializers.BooleanField()
    user_consent = Computed(
        "consent_uuid",
        "consent_version",
        "consent_date",
        "consent_revoked",
        fn=consent_info,
        output=JsonField(CONSENT_INFO, allow_null=True),
    )


class OfferingTermsOfServiceCreateOutput(OfferingTermsOfServiceOutput):
    """The new terms, and whose they are."""

    class Meta(OfferingTermsOfServiceOutput.Meta):
        fields = (*TERMS, "offering")
        always = (*OfferingTermsOfServiceOutput.Meta.always, "offering")

    offering = UrlField("marketplace-provider-offering-detail", source="offering.uuid")


class OfferingTermsOfServiceInput(Columns):
    """What of terms may be changed: what they say only while nobody has agreed to it."""

    class Meta(Input.Meta):
        model = TermsOfService
        fields: ClassVar[tuple[str, ...]] = (
            "grace_period_days",
            "is_active",
            "terms_of_service",
            "terms_of_service_link",
        )

    grace_period_days = serializers.IntegerField(min_value=0, max_value=MOST_GRACE_DAYS)


class OfferingTermsOfServiceCreateInput(OfferingTermsOfServiceInput):
    """A version of an offering's terms; a draft unless `is_active` is true."""

    class Meta(OfferingTermsOfServiceInput.Meta):
        fields = (
            *OfferingTermsOfServiceInput.Meta.fields,
            "offering",
            "requires_reconsent",
            "version",
        )

    offering = RelatedUrl("marketplace-provider-offering-detail", Offering, visible="provided_by")


def if_shown(attribute: str) -> Any:
    """Return the function that leaves an attribute empty unless it is among those shown."""

    def choose(value: str, names: Sequence[str]) -> str:
        return value if attribute in names else ""

    return choose


def full_name(first: str, last: str, names: Sequence[str]) -> str:
    """Return a person's name as people write it, if the caller gets to see it."""
    return f"{first} {last}".strip() if "full_name" in names else ""


class UserOfferingConsentOutput(Output):
    """A person's consent to an offering's terms of service."""

    class Meta:
        model = Consent
        fields: ClassVar[tuple[str, ...]] = (
            "agreement_date",
            "collected_attributes",
            "created",
            "has_consent",
            "modified",
            "offering_name",
            "offering_slug",
            "offering_url",
            "offering_uuid",
            "requires_reconsent",
            "revocation_date",
            "user_email",
            "user_full_name",
            "user_username",
            "user_uuid",
            "uuid",
            "version",
        )
        always: ClassVar[tuple[str, ...]] = tuple(name for name in fields if name != "version")

    offering_name = serializers.CharField(source="offering.name")
    offering_slug = serializers.CharField(source="offering.slug")
    offering_url = UrlField("marketplace-public-offering-detail", source="offering.uuid")
    offering_uuid = UuidField(source="offering.uuid")
    has_consent = Computed("revocation_date", fn=is_in_force, output=serializers.BooleanField())
    requires_reconsent = serializers.BooleanField()
    collected_attributes = serializers.ListField(child=serializers.CharField())
    user_uuid = UuidField(source="user.uuid")
    user_username = Computed(
        "user.username",
        "shown_of_person",
        fn=if_shown("username"),
        output=serializers.CharField(),
    )
    user_full_name = Computed(
        "user.first_name",
        "user.last_name",
        "shown_of_person",
        fn=full_name,
        output=serializers.CharField(),
    )
    user_email = Computed(
        "user.email", "shown_of_person", fn=if_shown("email"), output=serializers.CharField()
    )


class UserOfferingConsentCreateOutput(UserOfferingConsentOutput):
    """The consent, and to whose terms it is."""

    class Meta(UserOfferingConsentOutput.Meta):
        fields = (*UserOfferingConsentOutput.Meta.fields, "offering")
        always = (*UserOfferingConsentOutput.Meta.always, "offering")

    offering = UuidField(source="offering.uuid")


class UserOfferingConsentCreateInput(Input):
    """To the terms of which offering the caller agrees."""

    offering = RelatedUuid(Offering, visible="with_terms_for")


class UserOfferingConsentInput(Input):
    """The version that the person agrees to now."""

    version = serializers.CharField(max_length=50, allow_blank=True, required=False)
