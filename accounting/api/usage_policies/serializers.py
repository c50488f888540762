"""What policies look like, and what was evaluated and run for them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rest_framework import serializers

from accounting.models import (
    ExecutionMode,
    PolicyComponentLimit,
    SlurmCommandHistory,
    SlurmPeriodicUsagePolicy,
    SlurmPolicyEvaluationLog,
)
from accounting.periods import LIMIT_PERIODS, NAMES, Period
from accounting.site_settings import LimitType, QosStrategy
from accounting.thresholds import SUPPORTED_BY, Action
from common.api.reads.outputs import (
    Computed,
    EnumField,
    MapField,
    Nested,
    NumberField,
    Output,
    UrlField,
    UuidField,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


def texts() -> serializers.ListField:
    """Return the type of a list of texts."""
    return serializers.ListField(child=serializers.CharField())


def full_name(first: str, last: str) -> str:
    """Return a person's name as people write it."""
    return f"{first} {last}".strip()


def warnings(
    actions: str,
    plugin_options: Mapping[str, Any],
    apply_to_all: bool,  # noqa: FBT001 - a column
    groups: Sequence[str],
    period: int,
    limit_periods: Sequence[str],
) -> list[str]:
    """Return what about a policy will keep it from doing what it says."""
    chosen = set(actions.split(","))
    found = [
        f"{action} is never taken: plugin_options of the offering lack {option}."
        for action, option in SUPPORTED_BY.items()
        if action in chosen and plugin_options.get(option) is not True
    ]
    if not apply_to_all and not groups:
        found.append("The policy applies to nobody: neither to all nor to any organization group.")
    same = LIMIT_PERIODS[period].value
    others = sorted(set(limit_periods) - {same})
    if others:
        found.append(
            f"The policy measures by {NAMES[period].lower()}, limits of the offering by"
            f" {', '.join(others)}."
        )
    return found


class NestedOfferingComponentLimitOutput(Output):
    """What is allowed of a component in a period."""

    class Meta:
        model = PolicyComponentLimit
        fields = ("limit", "type")
        always = ("limit", "type")

    limit = serializers.IntegerField()
    type = serializers.CharField(source="component.type")


class SlurmPeriodicUsagePolicyOutput(Output):
    """A policy of an offering."""

    class Meta:
        model = SlurmPeriodicUsagePolicy
        fields = (
            "actions",
            "affected_resources_count",
            "apply_to_all",
            "carryover_enabled",
            "carryover_factor",
            "component_limits_set",
            "created",
            "created_by_full_name",
            "created_by_username",
            "fired_datetime",
            "grace_ratio",
            "has_fired",
            "limit_type",
            "options",
            "organization_groups",
            "period",
            "period_name",
            "qos_strategy",
            "raw_usage_reset",
            "scope",
            "scope_name",
            "scope_uuid",
            "tres_billing_enabled",
            "tres_billing_weights",
            "url",
            "uuid",
            "warnings",
        )
        always = (
            "actions",
            "affected_resources_count",
            "component_limits_set",
            "created",
            "created_by_full_name",
            "created_by_username",
            "fired_datetime",
            "has_fired",
            "period_name",
            "scope",
            "scope_name",
            "scope_uuid",
            "url",
            "uuid",
            "warnings",
        )

    url = UrlField("marketplace-slurm-periodic-usage-policy-detail")
    scope = UrlField("marketplace-provider-offering-detail", source="offering.uuid")
    scope_name = serializers.CharField(source="offering.name")
    scope_uuid = UuidField(source="offering.uuid")
    affected_resources_count = serializers.IntegerField()
    component_limits_set = Nested(
        NestedOfferingComponentLimitOutput,
        source="component_limits_set",
        many=True,
        order_by=("component__type",),
    )
    created_by_full_name = Computed(
        "created_by.first_name",
        "created_by.last_name",
        fn=full_name,
        output=serializers.CharField(),
    )
    created_by_username = serializers.CharField(source="created_by.username")
    grace_ratio = NumberField()
    limit_type = EnumField(LimitType)
    options = MapField()
    organization_groups = Computed("group_uuids", fn=list, output=texts())
    period = serializers.ChoiceField(choices=[period.value for period in Period])
    period_name = Computed("period", fn=NAMES.get, output=serializers.CharField())
    qos_strategy = EnumField(QosStrategy)
    tres_billing_weights = MapField()
    warnings = Computed(
        "actions",
        "offering.plugin_options",
        "apply_to_all",
        "group_uuids",
        "period",
        "limit_periods",
        fn=warnings,
        output=texts(),
    )


class SlurmCommandHistoryOutput(Output):
    """A command that a site has run, or could not run."""

    class Meta:
        model = SlurmCommandHistory
        fields = (
            "command_type",
            "description",
            "error_message",
            "executed_at",
            "execution_mode",
            "parameters",
            "shell_command",
            "success",
            "uuid",
        )
        always = ("command_type", "description", "executed_at", "shell_command", "uuid")

    command_type = serializers.CharField()
    execution_mode = EnumField(ExecutionMode)
    parameters = MapField()


class SlurmPolicyEvaluationLogOutput(Output):
    """An evaluation of an allocation, and what its site answered."""

    class Meta:
        model = SlurmPolicyEvaluationLog
        fields = (
            "actions_taken",
            "billing_period",
            "evaluated_at",
            "grace_limit_percentage",
            "new_state",
            "previous_state",
            "resource_name",
            "resource_uuid",
            "site_agent_confirmed",
            "site_agent_response",
            "stomp_message_sent",
            "usage_percentage",
            "uuid",
        )
        always = (
            "actions_taken",
            "billing_period",
            "evaluated_at",
            "grace_limit_percentage",
            "resource_name",
            "resource_uuid",
            "usage_percentage",
            "uuid",
        )

    resource_uuid = UuidField(source="resource.uuid")
    resource_name = serializers.CharField(source="resource.name")
    actions_taken = texts()
    grace_limit_percentage = NumberField()
    usage_percentage = NumberField()
    previous_state = MapField()
    new_state = MapField()
    site_agent_confirmed = serializers.BooleanField(allow_null=True)
    site_agent_response = MapField(allow_null=True)


ACTIONS = {"type": "array", "items": {"type": "string"}}
AVAILABLE = [action.value for action in Action]
