"""What evaluations and previews answer: objects that are computed, not stored."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from rest_framework import serializers

from accounting.api.usage_policies.serializers import SlurmCommandHistoryOutput, texts
from accounting.projection import NOTIFICATION_RATIO, ProjectionStatus, QosStatus, project
from common.api.reads.outputs import EnumField, MapField, NumberField, UuidField

if TYPE_CHECKING:
    from datetime import date

    from accounting.services.evaluation import Report
    from accounting.services.preview import Preview

number = NumberField().to_representation


class SlurmPolicyEvaluateResource(serializers.Serializer[Any]):
    """What the evaluation of an allocation came to."""

    actions_taken = texts()
    new_state = MapField()
    previous_state = MapField()
    resource_name = serializers.CharField()
    resource_uuid = UuidField()
    usage_percentage = NumberField()


class SlurmPolicyEvaluateResponse(serializers.Serializer[Any]):
    """What an evaluation came to."""

    billing_period = serializers.CharField()
    policy_uuid = UuidField()
    resources = SlurmPolicyEvaluateResource(many=True)


class SlurmPolicyDryRunResource(serializers.Serializer[Any]):
    """What the evaluation of an allocation would come to; the flags are the present ones."""

    downscaled = serializers.BooleanField()
    paused = serializers.BooleanField()
    resource_name = serializers.CharField()
    resource_uuid = UuidField()
    usage_percentage = NumberField()
    would_trigger = texts()


class SlurmPolicyDryRunResponse(serializers.Serializer[Any]):
    """What an evaluation would come to."""

    billing_period = serializers.CharField()
    grace_limit_percentage = NumberField()
    policy_uuid = UuidField()
    resources = SlurmPolicyDryRunResource(many=True)


class SlurmPolicyCarryover(serializers.Serializer[Any]):
    """What a period passes on to the next one."""

    base_allocation = NumberField()
    carryover = NumberField()
    carryover_cap = NumberField()
    carryover_factor = serializers.IntegerField()
    previous_usage = NumberField()
    total_allocation = NumberField()
    unused = NumberField()


class SlurmPolicyThresholds(serializers.Serializer[Any]):
    """The amounts at which something happens."""

    allocation = NumberField()
    blocked_threshold = NumberField()
    grace_ratio = NumberField()
    notification_ratio = NumberField()
    notification_threshold = NumberField()
    slowdown_threshold = NumberField()


class SlurmPolicyDateProjection(serializers.Serializer[Any]):
    """When a threshold is reached."""

    date = serializers.DateField(allow_null=True)
    days = serializers.IntegerField(allow_null=True)
    status = EnumField(ProjectionStatus)


class SlurmPolicyDateProjections(serializers.Serializer[Any]):
    """When each threshold is reached."""

    blocked = SlurmPolicyDateProjection()
    notification = SlurmPolicyDateProjection()
    slowdown = SlurmPolicyDateProjection()


class SlurmCommand(serializers.Serializer[Any]):
    """A command that a site would run."""

    command = serializers.CharField()
    description = serializers.CharField()
    parameters = MapField()
    type = serializers.CharField()


class SlurmPolicyPreviewResponse(serializers.Serializer[Any]):
    """What settings would mean for an allocation."""

    base_allocation = NumberField()
    billing_period_end = serializers.DateField(required=False)
    billing_period_start = serializers.DateField(required=False)
    carryover = SlurmPolicyCarryover(allow_null=True)
    carryover_enabled = serializers.BooleanField()
    carryover_factor = serializers.IntegerField()
    command_history = SlurmCommandHistoryOutput(many=True, required=False)
    current_qos_status = EnumField(QosStatus, required=False)
    current_usage = NumberField(required=False)
    daily_usage_rate = NumberField(required=False)
    date_projections = SlurmPolicyDateProjections(required=False)
    effective_allocation = NumberField()
    grace_ratio = NumberField()
    preview_commands = SlurmCommand(many=True, required=False)
    thresholds = SlurmPolicyThresholds()
    usage_percentage = NumberField(required=False)


def evaluated(report: Report) -> dict[str, Any]:
    """Return what an evaluation came to."""
    return {
        "policy_uuid": report.policy.uuid.hex,
        "billing_period": report.billing_period,
        "resources": [
            {
                "resource_uuid": outcome.resource.uuid.hex,
                "resource_name": outcome.resource.name,
                "usage_percentage": number(outcome.usage_percentage),
                "actions_taken": outcome.actions_taken,
                "previous_state": dict(outcome.previous_state),
                "new_state": dict(outcome.new_state),
            }
            for outcome in report.outcomes
        ],
    }


def foreseen(report: Report) -> dict[str, Any]:
    """Return what an evaluation would come to."""
    return {
        "policy_uuid": report.policy.uuid.hex,
        "billing_period": report.billing_period,
        "grace_limit_percentage": number(report.grace_limit_percentage),
        "resources": [
            {
                "resource_uuid": outcome.resource.uuid.hex,
                "resource_name": outcome.resource.name,
                "usage_percentage": number(outcome.usage_percentage),
                **outcome.previous_state,
                "would_trigger": outcome.actions_taken,
            }
            for outcome in report.outcomes
        ],
    }


def previewed(preview: Preview, today: date, history: list[dict[str, Any]]) -> dict[str, Any]:
    """Return what settings would mean; what is not known of the period is left out."""
    draft, portion = preview.draft, preview.portion
    bounds = {"billing_period_start": preview.begins, "billing_period_end": preview.ends}
    return {
        "base_allocation": number(portion.limit),
        "effective_allocation": number(portion.allowed),
        "carryover_enabled": draft.carryover_enabled,
        "carryover_factor": draft.carryover_factor,
        "carryover": _carryover(preview) if draft.carryover_enabled else None,
        "grace_ratio": number(draft.grace_ratio),
        "thresholds": _thresholds(preview),
        "current_usage": number(portion.used),
        "daily_usage_rate": number(preview.daily_usage_rate),
        "usage_percentage": number(preview.percentage),
        "current_qos_status": preview.status.value,
        "date_projections": _projections(preview, today),
        "preview_commands": [
            {
                "type": command.type.value,
                "description": command.description,
                "command": command.command,
                "parameters": dict(command.parameters),
            }
            for command in preview.commands
        ],
        "command_history": history,
        **{name: day.isoformat() for name, day in bounds.items() if day is not None},
    }


def _carryover(preview: Preview) -> dict[str, Any]:
    draft, portion = preview.draft, preview.portion
    return {
        "previous_usage": number(portion.previous),
        "carryover_factor": draft.carryover_factor,
        "base_allocation": number(portion.limit),
        "unused": number(max(portion.limit - portion.previous, Decimal(0))),
        "carryover_cap": number(portion.limit * draft.carryover_factor / 100),
        "carryover": number(portion.carried),
        "total_allocation": number(portion.allowed),
    }


def _thresholds(preview: Preview) -> dict[str, Any]:
    thresholds = preview.thresholds
    return {
        "allocation": number(thresholds.allocation),
        "grace_ratio": number(thresholds.grace_ratio),
        "notification_ratio": number(NOTIFICATION_RATIO),
        "notification_threshold": number(thresholds.notification),
        "slowdown_threshold": number(thresholds.slowdown),
        "blocked_threshold": number(thresholds.blocked),
    }


def _projections(preview: Preview, today: date) -> dict[str, Any]:
    thresholds = preview.thresholds
    amounts = {
        "notification": thresholds.notification,
        "slowdown": thresholds.slowdown,
        "blocked": thresholds.blocked,
    }
    found = {}
    for name, amount in amounts.items():
        when = project(amount, preview.portion.used, preview.daily_usage_rate, today)
        day = None if when.date is None else when.date.isoformat()
        found[name] = {"status": when.status.value, "days": when.days, "date": day}
    return found
