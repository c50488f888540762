"""What sites may report."""

from __future__ import annotations

from decimal import Decimal
from types import MappingProxyType
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.core.exceptions import ObjectDoesNotExist
from rest_framework import serializers

from accounting.amounts import DECIMALS, MAX_DIGITS
from accounting.models.usage import MissingUsagePolicy
from accounting.services.usage import Reported
from accounting.services.user_usages import UserReported
from allocations.models import OfferingUser
from common.api.inputs import Input, RelatedUrl, RelatedUuid, uuid_in_url
from common.api.reads.outputs import EnumField
from common.api.times import LocalMomentField
from marketplace.models import Resource, ResourcePlanPeriod

if TYPE_CHECKING:
    from collections.abc import Mapping

AT_MOST = 10_000
"""Entries in one report."""


class UsageAmount(serializers.DecimalField):
    """How much: not negative, with two decimals."""

    def __init__(self, **kwargs: Any) -> None:
        """Take DRF's arguments."""
        super().__init__(max_digits=MAX_DIGITS, decimal_places=DECIMALS, min_value=0, **kwargs)


class Reportable(RelatedUuid):
    """Something that usage is reported for; the message is one that agents know."""

    def to_internal_value(self, data: Any) -> Any:
        """Return the object with the UUID."""
        try:
            return self.found(UUID(str(data)))
        except (ValueError, ObjectDoesNotExist):
            message = f"Object with uuid={data} does not exist."
            raise serializers.ValidationError(message) from None


class ReportablePlanPeriod(Reportable):
    """A time under a plan of a resource that the caller may see."""

    def __init__(self, **kwargs: Any) -> None:
        """Expect a plan period's UUID."""
        super().__init__(ResourcePlanPeriod, **kwargs)

    def found(self, uuid: UUID) -> ResourcePlanPeriod:
        """Return the plan period."""
        resources = Resource.objects.visible_to(self.context["request"].user)
        return ResourcePlanPeriod.objects.select_related("resource").get(
            uuid=uuid, resource__in=resources
        )


class ComponentUsageItemInput(Input):
    """How much of one component was used in the month."""

    type = serializers.CharField(max_length=50)
    amount = UsageAmount()
    description = serializers.CharField(max_length=10_000, required=False, allow_blank=True)
    recurring = serializers.BooleanField(required=False, allow_null=True)
    missing_usage_policy = EnumField(MissingUsagePolicy, required=False)


class ComponentUsageCreateInput(Input):
    """A month's usage of an allocation, or of one plan period of it."""

    class Meta(Input.Meta):
        become_rows = ("usages",)

    date = LocalMomentField(required=False)
    plan_period = ReportablePlanPeriod(required=False)
    resource = Reportable(Resource, required=False)
    usages = ComponentUsageItemInput(many=True, max_length=AT_MOST)  # type: ignore[call-arg]

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Name the resource in either case, and put the entries in the service's terms."""
        period = attrs.get("plan_period")
        resource = attrs.get("resource") or (period and period.resource)
        if resource is None:
            raise serializers.ValidationError("Either plan_period or resource should be provided.")
        if period is not None and period.resource_id != resource.pk:
            raise serializers.ValidationError(
                {"plan_period": ["The plan period belongs to another resource."]}
            )
        return {
            "resource": resource,
            "plan_period": period,
            "at": attrs.get("date"),
            "reported": [reported(entry) for entry in attrs["usages"]],
        }


class AccountUrl(RelatedUrl):
    """A person's account; those of one report are looked up together, since there are many."""

    def __init__(self, **kwargs: Any) -> None:
        """Expect an account's URL."""
        super().__init__("marketplace-offering-user-detail", OfferingUser, **kwargs)

    def found(self, uuid: UUID) -> OfferingUser:
        """Return the account among those of the report, or of what the caller may see."""
        report = self.root
        if isinstance(report, ComponentUserUsageBulkCreateInput):
            if uuid not in report.accounts:
                raise OfferingUser.DoesNotExist
            return report.accounts[uuid]
        account: OfferingUser = super().found(uuid)
        return account


class ComponentUserUsageCreateInput(Input):
    """A person's part of a component usage."""

    username = serializers.CharField(max_length=100)
    usage = UsageAmount(required=False, default=Decimal(0))
    user = AccountUrl(required=False, allow_null=True)
    date = LocalMomentField(required=False)


class ComponentUserUsageBulkCreateInput(Input):
    """The parts of several people in a component usage."""

    class Meta(Input.Meta):
        become_rows = ("usages",)

    accounts: Mapping[UUID, OfferingUser] = MappingProxyType({})
    usages = ComponentUserUsageCreateInput(many=True, max_length=AT_MOST)  # type: ignore[call-arg]

    def to_internal_value(self, data: Any) -> Any:
        """Look up the accounts that are named, then read the entries."""
        entries = data.get("usages") if isinstance(data, dict) else None
        listed = entries[:AT_MOST] if isinstance(entries, list) else []
        urls = [entry.get("user") for entry in listed if isinstance(entry, dict)]
        named = {uuid_in_url(url) for url in urls if isinstance(url, str)} - {None}
        visible = OfferingUser.objects.visible_to(self.context["request"].user)
        found = visible.filter(uuid__in=named) if named else ()
        self.accounts = {account.uuid: account for account in found}
        return super().to_internal_value(data)


def reported(entry: dict[str, Any]) -> Reported:
    """Return an entry of a report in the service's terms."""
    return Reported(
        type=entry["type"],
        amount=entry["amount"],
        description=entry.get("description", ""),
        recurring=bool(entry.get("recurring")),
        missing_usage_policy=MissingUsagePolicy(
            entry.get("missing_usage_policy", MissingUsagePolicy.NONE)
        ),
    )


def user_reported(entry: dict[str, Any]) -> UserReported:
    """Return a person's entry in the service's terms."""
    return UserReported(
        username=entry["username"], amount=entry["usage"], account=entry.get("user")
    )
