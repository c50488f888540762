"""What evaluations of policies came to, and what sites ran because of them."""

from __future__ import annotations

from enum import StrEnum

from django.db import models

from accounting.models.policy import SlurmPeriodicUsagePolicy
from accounting.site_settings import CommandType
from common.json_column import JsonColumn
from common.models import UuidModel, choices, one_of, text
from marketplace.models import Resource


class ExecutionMode(StrEnum):
    """Whether a command ran on a cluster or on an emulator of one."""

    EMULATOR = "emulator"
    PRODUCTION = "production"


class SlurmPolicyEvaluationLog(UuidModel):
    """One evaluation of one resource that was asked for, or that changed something.

    Written once; only what the site answered is added to it. States are `{paused, downscaled}`.
    """

    policy = models.ForeignKey(
        SlurmPeriodicUsagePolicy, on_delete=models.CASCADE, related_name="evaluation_logs"
    )
    resource = models.ForeignKey(Resource, on_delete=models.CASCADE, related_name="+")
    billing_period = models.CharField(max_length=20)
    usage_percentage = models.DecimalField(max_digits=30, decimal_places=2)
    grace_limit_percentage = models.DecimalField(max_digits=9, decimal_places=2)
    actions_taken = JsonColumn(default=list, of=str, blank=True)
    previous_state = JsonColumn(default=dict, blank=True)
    new_state = JsonColumn(default=dict, blank=True)
    stomp_message_sent = models.BooleanField(default=False)
    site_agent_confirmed = models.BooleanField(null=True, blank=True)
    site_agent_response = JsonColumn(null=True, blank=True)
    evaluated_at = models.DateTimeField()

    class Meta:
        indexes = (
            models.Index(fields=["policy", "-id"], name="evaluation_by_policy"),
            models.Index(fields=["resource", "-id"], name="evaluation_by_resource"),
        )

    def __str__(self) -> str:
        return f"{self.resource_id} at {self.usage_percentage} % in {self.billing_period}"


class SlurmCommandHistory(UuidModel):
    """One command that a site has run for a policy, or could not run."""

    policy = models.ForeignKey(
        SlurmPeriodicUsagePolicy, on_delete=models.CASCADE, related_name="command_history"
    )
    resource = models.ForeignKey(Resource, on_delete=models.CASCADE, related_name="+")
    billing_period = models.CharField(max_length=20)
    command_type = models.CharField(max_length=15, choices=choices(CommandType))
    description = text(long=True)
    shell_command = text(long=True)
    parameters = JsonColumn(default=dict, blank=True)
    execution_mode = models.CharField(max_length=10, choices=choices(ExecutionMode))
    success = models.BooleanField()
    error_message = text(long=True)
    executed_at = models.DateTimeField()

    class Meta:
        constraints = (
            one_of("command_type", CommandType, "command_type"),
            one_of("execution_mode", ExecutionMode, "command_execution_mode"),
        )
        indexes = (
            models.Index(fields=["policy", "-id"], name="command_by_policy"),
            models.Index(fields=["resource", "-id"], name="command_by_resource"),
        )
        verbose_name_plural = "Slurm command history"

    def __str__(self) -> str:
        return str(self.shell_command or self.description)
