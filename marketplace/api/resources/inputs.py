"""What requests about resources carry."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from common.api.inputs import Input, RelatedUuid
from common.api.json_shapes import OBJECT, JsonField
from common.api.times import DayField
from common.links import access_link
from identity.api.inputs import NotKept
from identity.models import Project
from marketplace.api.orders.inputs import LIMITS, PlanUrl
from marketplace.api.orders.serializers import NO_ATTACHMENTS
from marketplace.models import Offering

LONGEST_TEXT = 100_000
MOST_SECTIONS = 1000


class ResourceUpdateInput(Input):
    """What people write about an allocation."""

    description = serializers.CharField(required=False, allow_blank=True, max_length=LONGEST_TEXT)
    end_date = DayField(required=False, allow_null=True)
    name = serializers.CharField(max_length=255)


class ProviderResourceUpdateInput(ResourceUpdateInput):
    """What a provider changes about an allocation."""

    downscaled = serializers.BooleanField(required=False)
    paused = serializers.BooleanField(required=False)
    restrict_member_access = serializers.BooleanField(required=False)


class ResourceUpdateLimitsInput(Input):
    """Other limits; `replace` gives up those that are not named."""

    attachment = NotKept(f"{NO_ATTACHMENTS.capitalize()}.")
    limits = JsonField(LIMITS)
    replace = serializers.BooleanField(required=False)
    request_comment = serializers.CharField(
        max_length=10_000, required=False, allow_null=True, allow_blank=True
    )


class ResourceSwitchPlanInput(Input):
    """Another plan."""

    plan = PlanUrl()


class ResourceTerminateInput(Input):
    """What else there is to say about the end of an allocation."""

    attributes = JsonField(required=False)


class ResourceOptionsInput(Input):
    """All options of an allocation."""

    options = JsonField(required=False, allow_null=True)


class ResourceEndDateInput(Input):
    """The day on which an allocation ends; null is never."""

    end_date = DayField(allow_null=True, required=False)


class ResourceSlugInput(Input):
    """A short name."""

    slug = serializers.SlugField(max_length=80)


class ResourceSuggestNameInput(Input):
    """What a name is wanted for."""

    attributes = JsonField(required=False)
    offering = RelatedUuid(Offering, visible="orderable_by")
    plan = serializers.UUIDField(required=False, allow_null=True)
    project = RelatedUuid(Project)


# --- what providers say ---------------------------------------------------------------------------


class AllRequired(Input):
    """Every field must be sent, though the contract calls none required."""

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Refuse a body without one of them."""
        if missing := set(self.fields) - set(attrs):
            raise serializers.ValidationError(
                {name: ["This field is required."] for name in sorted(missing)}
            )
        return attrs


class ResourceBackendIDInput(AllRequired):
    """What a provider calls an allocation."""

    backend_id = serializers.CharField(max_length=255, allow_blank=True, required=False)


class ResourceEffectiveIDInput(AllRequired):
    """Under which ID an allocation runs in the end."""

    effective_id = serializers.CharField(max_length=255, allow_blank=True, required=False)


class ResourceBackendMetadataInput(Input):
    """What a provider notes for itself."""

    backend_metadata = JsonField()


class ResourceEndpointInput(Input):
    """An address at which an allocation is used."""

    name = serializers.CharField(max_length=255)
    url = serializers.CharField(max_length=1000, validators=[access_link])


class ResourceEndpointsInput(Input):
    """All addresses at which an allocation is used."""

    endpoints = ResourceEndpointInput(many=True, max_length=MOST_SECTIONS)  # type: ignore[call-arg]


class ResourceSetLimitsInput(Input):
    """All limits that hold at the provider."""

    limits = JsonField(OBJECT)


class ReportSectionInput(Input):
    """A section of a report."""

    body = serializers.CharField(max_length=LONGEST_TEXT)
    header = serializers.CharField(max_length=255)


class ResourceReportInput(Input):
    """A report about an allocation."""

    report = ReportSectionInput(many=True, max_length=MOST_SECTIONS)  # type: ignore[call-arg]

    def validate_report(self, report: list[Any]) -> list[Any]:
        """Refuse a report that says nothing."""
        if not report:
            raise serializers.ValidationError("Report object should contain at least one section.")
        return report


class ResourceSetStateErredInput(Input):
    """Why an allocation does not work."""

    error_message = serializers.CharField(required=False, allow_blank=True)
    error_traceback = serializers.CharField(required=False, allow_blank=True)


class ResourcePausedInput(Input):
    """Whether nobody may use an allocation."""

    paused = serializers.BooleanField(default=False)


class ResourceDownscaledInput(Input):
    """Whether an allocation may be used with less than was granted only."""

    downscaled = serializers.BooleanField(default=False)


class ResourceRestrictMemberAccessInput(Input):
    """Whether members of the project are kept out of an allocation."""

    restrict_member_access = serializers.BooleanField(default=False)
