"""What requests about orders carry."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rest_framework import serializers

from common.api.inputs import Input, RelatedUrl
from common.api.json_shapes import OBJECT, JsonField, Shape
from common.api.times import DayField
from common.links import web_link
from identity.models import Project
from marketplace.models import Offering, Plan

if TYPE_CHECKING:
    from uuid import UUID

ATTRIBUTES = Shape(
    {
        "type": "object",
        "properties": {"description": {"type": "string"}, "name": {"type": "string"}},
        "additionalProperties": {},
    },
    OBJECT.fault,
)
LIMITS = Shape({"type": "object", "additionalProperties": {"type": "number"}}, OBJECT.fault)
"""An object; whether its values are limits that can be had, is the service's question."""


class PlanUrl(RelatedUrl):
    """A plan, under any of the addresses that plans have.

    Anybody may name a plan of an offering that they see; whether it can be had is another question.
    """

    def __init__(self, **kwargs: Any) -> None:
        """Take DRF's arguments."""
        super().__init__("marketplace-plan-detail", Plan, **kwargs)

    def found(self, uuid: UUID) -> Any:
        """Return the plan, if its offering is seen."""
        offerings = Offering.objects.visible_to(self.context["request"].user)
        return Plan.objects.get(uuid=uuid, offering__in=offerings)

    @property
    def _collection(self) -> str:
        return "plans/"


class OrderCreateInput(Input):
    """An order for a new allocation."""

    accepting_terms_of_service = serializers.BooleanField(required=False)
    attributes = JsonField(ATTRIBUTES, required=False)
    callback_url = serializers.URLField(
        max_length=500, required=False, allow_null=True, validators=[web_link]
    )
    limits = JsonField(LIMITS, required=False)
    offering = RelatedUrl(
        "marketplace-public-offering-detail",
        Offering,
        visible="orderable_by",
        error_messages={"does_not_exist": "Offering is not available."},
    )
    plan = PlanUrl(required=False)
    project = RelatedUrl("project-detail", Project)
    request_comment = serializers.CharField(
        max_length=10_000, required=False, allow_null=True, allow_blank=True
    )
    slug = serializers.SlugField(max_length=80, required=False, allow_blank=True)
    start_date = DayField(required=False, allow_null=True)


class OrderUpdateInput(Input):
    """What changes about a waiting order."""

    attributes = JsonField(required=False)
    limits = JsonField(LIMITS, required=False)
    start_date = DayField(required=False, allow_null=True)


class OrderApproveByProviderInput(Input):
    """What the provider adds to an order."""

    attributes = JsonField(required=False)


class OrderErrorDetailsInput(Input):
    """Why an order failed, or was rejected by the consumer."""

    consumer_rejection_comment = serializers.CharField(required=False, allow_blank=True)
    error_message = serializers.CharField(required=False, allow_blank=True)
    error_traceback = serializers.CharField(required=False, allow_blank=True)


class OrderProviderRejectionInput(Input):
    """Why a provider rejects an order."""

    provider_rejection_comment = serializers.CharField(required=False, allow_blank=True)


class OrderBackendIDInput(Input):
    """What a provider calls an order."""

    backend_id = serializers.CharField(max_length=255, allow_blank=True)
