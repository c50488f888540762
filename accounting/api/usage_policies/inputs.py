"""What is sent to make, try and evaluate policies, and what agents report."""

from __future__ import annotations

from collections import Counter
from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from accounting.models import ExecutionMode
from accounting.periods import Period
from accounting.site_settings import LimitType, QosStrategy
from accounting.thresholds import Action
from common.api.inputs import Input, RelatedUrl, RelatedUuid, uuid_in_url
from common.api.json_shapes import OBJECT, JsonField, Shape, map_of
from common.api.reads.outputs import EnumField
from identity.models import OrganizationGroup
from marketplace.models import Offering, Resource

MOST_GRACE = 100
MOST_COMMANDS = 1000
FAULT = "A number from 0 to 1000000 is required."


def _weight_fault(value: Any) -> list[str] | None:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return None if is_number and 0 <= value <= 1_000_000 else [FAULT]


WEIGHTS = map_of(Shape({"type": "number"}, _weight_fault))


@extend_schema_field({"type": "number"})
class PolicyAmount(serializers.DecimalField):
    """An amount of usage, which need not have been reported."""

    def __init__(self) -> None:
        """Take six decimals at most."""
        super().__init__(max_digits=20, decimal_places=6, min_value=0, required=False)


@extend_schema_field({"type": "number"})
class Ratio(serializers.DecimalField):
    """How much more than the limit may be used: 0.2 is 20 %."""

    def __init__(self) -> None:
        """Take four decimals at most."""
        super().__init__(
            max_digits=7, decimal_places=4, min_value=0, max_value=MOST_GRACE, required=False
        )


class ActionsField(serializers.CharField):
    """Actions with commas between, each of them once."""

    default_error_messages = {"unknown": "{action} is not an available action."}

    def to_internal_value(self, data: Any) -> str:
        """Return them as they are stored."""
        words = [word.strip() for word in super().to_internal_value(data).split(",")]
        wanted = list(dict.fromkeys(word for word in words if word))
        for word in wanted:
            if word not in set(Action):
                self.fail("unknown", action=word)
        if not wanted:
            self.fail("blank")
        return ",".join(wanted)


class GroupField(serializers.CharField):
    """An organization group, by its UUID or by a URL that ends in it."""

    default_error_messages = {"does_not_exist": "Invalid hyperlink - Object does not exist."}

    def to_internal_value(self, data: Any) -> Any:
        """Return the group."""
        uuid = uuid_in_url("/" + super().to_internal_value(data))
        found = OrganizationGroup.objects.filter(uuid=uuid).first() if uuid else None
        return found or self.fail("does_not_exist")


class NestedOfferingComponentLimitInput(Input):
    """What is allowed of a component in a period."""

    type = serializers.CharField(max_length=50)
    limit = serializers.IntegerField(min_value=0, max_value=2**63 - 1)


class SlurmPeriodicUsagePolicyInput(Input):
    """A policy of an offering."""

    scope = RelatedUrl("marketplace-provider-offering-detail", Offering, visible="provided_by")
    actions = ActionsField(max_length=255)
    component_limits_set = NestedOfferingComponentLimitInput(many=True)
    apply_to_all = serializers.BooleanField(required=False)
    carryover_enabled = serializers.BooleanField(required=False)
    carryover_factor = serializers.IntegerField(min_value=0, max_value=100, required=False)
    grace_ratio = Ratio()
    limit_type = EnumField(LimitType, required=False)
    options = JsonField(OBJECT, required=False)
    organization_groups = serializers.ListField(child=GroupField(), required=False)
    period = serializers.ChoiceField(choices=[p.value for p in Period], required=False)
    qos_strategy = EnumField(QosStrategy, required=False)
    raw_usage_reset = serializers.BooleanField(required=False)
    tres_billing_enabled = serializers.BooleanField(required=False)
    tres_billing_weights = JsonField(WEIGHTS, required=False)

    def validate_component_limits_set(self, entries: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """Refuse a component that is limited twice."""
        twice = sorted(
            name for name, n in Counter(entry["type"] for entry in entries).items() if n > 1
        )
        if twice:
            message = f"These components are repeated: {', '.join(twice)}."
            raise serializers.ValidationError(message)
        return entries

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Put the limits in the service's terms."""
        limits = attrs.pop("component_limits_set", None)
        if limits is not None:
            attrs["component_limits"] = {entry["type"]: entry["limit"] for entry in limits}
        return attrs


class SlurmPolicyEvaluateRequestInput(Input):
    """Which allocation; without one, all that the policy holds for."""

    resource_uuid = serializers.UUIDField(required=False, allow_null=True)


class SlurmCommandResultInput(Input):
    """What an agent ran for an allocation, and how that went."""

    class Meta(Input.Meta):
        lists_of_texts = ("commands_executed",)

    resource_uuid = serializers.UUIDField()
    success = serializers.BooleanField()
    error_message = serializers.CharField(required=False, allow_blank=True, default="")
    mode = EnumField(ExecutionMode, required=False, default=ExecutionMode.PRODUCTION.value)
    commands_executed = serializers.ListField(
        child=serializers.CharField(), required=False, default=list, max_length=MOST_COMMANDS
    )

    def validate_mode(self, mode: str) -> ExecutionMode:
        """Return the mode as the service knows it."""
        return ExecutionMode(mode)


class SlurmPolicyPreviewRequestInput(Input):
    """Settings to try, with amounts or an allocation to try them on."""

    allocation = PolicyAmount()
    carryover_enabled = serializers.BooleanField(required=False)
    carryover_factor = serializers.IntegerField(min_value=0, max_value=100, required=False)
    current_usage = PolicyAmount()
    daily_usage_rate = PolicyAmount()
    grace_ratio = Ratio()
    previous_usage = PolicyAmount()
    resource_uuid = RelatedUuid(Resource, visible="provided_by", required=False, allow_null=True)
