"""What keys and parameters of usages, limits of people, usage policies and desired states mean.

See `common.api.meanings`.
"""

from collections.abc import Mapping

NOUNS: Mapping[str, str] = {
    "component_usage": "component usage",
    "credit": "credit",
    "offering_component": "component",
    "plan_period": "plan period",
    "policy": "usage policy",
}

USAGES: Mapping[str, str] = {
    "usage": "How much was used, as a decimal in a string.",
    "BaseComponentUsage.usage": "How much was used.",
    "ComponentUserUsageCreate.usage": "How much the person used, as a decimal in a string.",
    "ComponentUsageItem.amount": "How much was used in the month, with at most two decimals.",
    "ComponentUsageItem.type": "Type of the component.",
    "ComponentUsage.type": "Type of the component.",
    "ComponentUsageFilter.type": "Type of the component.",
    "ComponentUserUsageFilter.type": "Type of the component.",
    "date": "When it was reported (UTC).",
    "ComponentUsageCreate.date": "A moment in the month; without it, now.",
    "ComponentUserUsageCreate.date": "Not used: the month is that of the component usage.",
    "billing_period": "First day of the month.",
    "billing_period_month": "The month, from 1 to 12.",
    "billing_period_year": "The year.",
    "component_usage__billing_period": "First day of the month.",
    "component_usage_billing_period": "First day of the month.",
    "date_after": "The month of the usage.",
    "date_before": "The month of the usage.",
    "recurring": "Whether the same amount stands in the next month until it is reported.",
    "ComponentUsageItem.recurring": "Whether the same amount stands in the next month until it is"
    " reported; null keeps what was said.",
    "ComponentUsage.description": "What the site says of the usage.",
    "BaseComponentUsage.description": "What the site says of the usage.",
    "ComponentUsageItem.description": "What the site says of the usage.",
    "ComponentUserUsage.description": "What the site says of the usage.",
    "ComponentUsage.name": "Name of the component.",
    "BaseComponentUsage.name": "Name of the component.",
    "missing_usage_policy": "What a month without a report means: the amount of the month before"
    " (`reuse`), `zero`, or `none`.",
    "modified_by": "Number of the person who reported it last; null is the service itself.",
    "ComponentUsageCreate.usages": "The amounts, one entry for each component.",
    "ComponentUserUsageBulkCreate.usages": "The parts, one entry for each person.",
    "ComponentUsageCreate.resource": "UUID of the allocation; or send `plan_period`.",
    "ComponentUsageCreate.plan_period": "UUID of a plan period of the allocation: only the part of"
    " the month in it.",
    "ComponentUserUsage.username": "Username of the account at the site.",
    "ComponentUserUsageCreate.username": "Username of the account at the site.",
    "ComponentUserUsageFilter.username": "Username of the account at the site.",
    "ComponentUserUsage.user": "URL of the account; null is not known.",
    "ComponentUserUsageCreate.user": "URL of the account; null is not known.",
    "ComponentUserUsageLimit.limit": "The most that the person may use, as a decimal in a string.",
    "ComponentUserUsageLimit.component": "UUID of the component.",
    "ComponentUserUsageLimit.user": "UUID or username of the account.",
    "ComponentUserUsageLimitFilter.username": "Username of the account at the site.",
    "ComponentUserUsageLimitFilter.component_type": "Type of the component.",
    "ResourcePlanPeriod.start": "When the period began (UTC); null is not known.",
    "ResourcePlanPeriod.end": "When the period ended (UTC); null is still open.",
    "ResourcePlanPeriod.components": "What was used in the period, by component.",
    "BaseComponentUsage.date": "When it was reported (UTC).",
}

POLICIES: Mapping[str, str] = {
    "actions": "What is done, with commas between: `notify_organization_owners`,"
    " `request_slurm_resource_downscaling`, `request_slurm_resource_pausing`.",
    "apply_to_all": "Whether it holds for all allocations of the offering.",
    "SlurmPeriodicUsagePolicy.organization_groups": "The groups of organizations for whose"
    " allocations it holds.",
    "affected_resources_count": "For how many allocations it holds.",
    "carryover_enabled": "Whether what was not used is carried over to the next period.",
    "carryover_factor": "How many percent of the grant may be carried over at most.",
    "component_limits_set": "How much of each component a period grants.",
    "NestedOfferingComponentLimit.limit": "How much a period grants.",
    "NestedOfferingComponentLimit.type": "Type of the component.",
    "fired_datetime": "When it did something last (UTC).",
    "has_fired": "Whether an allocation is over a threshold now.",
    "grace_ratio": "How much more than the grant may be used before it is paused: 0.2 is 20 %.",
    "limit_type": "The kind of limit that Slurm is given.",
    "SlurmPeriodicUsagePolicy.options": "Free settings; stored only.",
    "SlurmPeriodicUsagePolicy.period": "How long it measures: 1 from ever on, 2 a month, 3 three"
    " months, 4 twelve months.",
    "SlurmPeriodicUsagePolicy.uuid": "UUID of the policy.",
    "period_name": "The period, in words.",
    "qos_strategy": "How the quality of service follows usage: at the thresholds, or step by step.",
    "raw_usage_reset": "Whether Slurm's own count starts again with each period.",
    "tres_billing_enabled": "Whether components are weighed into billing units.",
    "tres_billing_weights": "What each component weighs in billing units.",
    "warnings": "What is wrong with it, in words.",
    "SlurmPeriodicUsagePolicy.scope": "URL of the offering.",
    "SlurmPeriodicUsagePolicy.scope_name": "Name of the offering.",
    "SlurmPeriodicUsagePolicy.scope_uuid": "UUID of the offering.",
    "PolicyFilter.scope": "The offering.",
    "PolicyLogFilter.scope": "The offering.",
    "PolicyLogFilter.scope_uuid": "UUID of the offering.",
    "PolicyFilter.scope_uuid": "UUID of the offering.",
    "SlurmPolicyEvaluateRequest.resource_uuid": "UUID of the allocation; without it, all that the"
    " policy holds for.",
    "actions_taken": "What was done: `pause`, `downscale`, `notify`.",
    "would_trigger": "What would be done: `pause`, `downscale`, `notify`.",
    "new_state": "The flags of the allocation afterwards.",
    "previous_state": "The flags of the allocation before.",
    "usage_percentage": "How many percent of the grant were used.",
    "grace_limit_percentage": "At how many percent of the grant it is paused.",
    "resources": "One entry for each allocation.",
    "SlurmPolicyEvaluateResponse.billing_period": "The period that was measured.",
    "SlurmPolicyDryRunResponse.billing_period": "The period that was measured.",
    "SlurmPolicyEvaluationLog.billing_period": "The period that was measured.",
    "evaluated_at": "When it was evaluated (UTC).",
    "site_agent_confirmed": "Whether the site did what it was told; null is not known.",
    "site_agent_response": "What the site reported; null is nothing.",
    "stomp_message_sent": "Whether the site was told.",
    "executed_at": "When it was run (UTC).",
    "execution_mode": "Whether it was run in earnest (`production`) or tried (`emulator`).",
    "command_type": "What the command was for.",
    "shell_command": "The command.",
    "parameters": "Values of the command, by name.",
    "success": "Whether it went well.",
    "commands_executed": "The commands that were run.",
    "SlurmCommandResult.mode": "Whether they were run in earnest (`production`) or tried"
    " (`emulator`).",
    "SlurmCommandResult.resource_uuid": "UUID of the allocation.",
    "command": "The command.",
    "SlurmCommand.description": "What the command does.",
    "SlurmCommandHistory.description": "What the command did.",
    "SlurmCommand.type": "What the command is for.",
    "command_history": "The commands that were run for the allocation, the latest first.",
    "preview_commands": "The commands that the site would run.",
    "allocation": "The amount that a period grants.",
    "base_allocation": "The amount that a period grants.",
    "effective_allocation": "The amount with what is carried over.",
    "total_allocation": "The amount with what is carried over.",
    "carryover": "What is carried over.",
    "carryover_cap": "The most that can be carried over.",
    "current_usage": "What was used in this period.",
    "previous_usage": "What was used in the period before.",
    "daily_usage_rate": "What is used in a day.",
    "unused": "What was not used in the period before.",
    "thresholds": "The amounts at which something happens.",
    "blocked_threshold": "The amount at which it is paused.",
    "slowdown_threshold": "The amount at which it is downscaled.",
    "notification_threshold": "The amount at which people are told.",
    "notification_ratio": "At which part of the amount people are told.",
    "date_projections": "When each threshold is reached if usage goes on so.",
    "SlurmPolicyDateProjections.blocked": "When it is paused.",
    "slowdown": "When it is downscaled.",
    "notification": "When people are told.",
    "SlurmPolicyDateProjection.date": "The day; null is never.",
    "days": "In how many days; null is never.",
    "SlurmPolicyDateProjection.status": "`exceeded` (is reached), `projected` (will be) or"
    " `never`.",
    "current_qos_status": "How it fares: `normal`, `notification`, `slowdown` or `blocked`.",
    "billing_period_start": "First day of the period.",
    "billing_period_end": "Last day of the period.",
}

DESIRED: Mapping[str, str] = {
    "generation": "A number that grows whenever the state has changed.",
    "hash": "SHA-256 of the state: the same for the same state.",
    "DesiredState.offering": "The offering.",
    "DesiredState.resources": "The allocations that the site has or should have.",
    "members": "The members of the project.",
    "account_metadata": "What the site noted about the account.",
    "DesiredMember.attributes": "What the site gets to see of the person.",
    "DesiredMember.username": "Username at the site; null is none.",
    "DesiredMember.role": "The strongest role of the person in the project.",
    "DesiredUserLimit.username": "Username at the site; null is none.",
    "DesiredUserLimit.limit": "The most that the person may use.",
    "DesiredServiceAccount.username": "Username at the site.",
    "DesiredCourseAccount.username": "Username at the site.",
    "DesiredResource.attributes": "What the order said beside its limits.",
    "DesiredResource.state": "State of the allocation.",
    "DesiredOrder.type": "`Create`, `Update`, `Terminate` or `Restore` the allocation.",
    "DesiredOrder.state": "State of the order.",
    "DesiredOffering.type": "How orders are delivered.",
    "DesiredOffering.state": "State of the offering.",
    "user_limits": "How much single people may use.",
    "service_accounts": "Accounts of programs that the site should have.",
    "course_accounts": "Accounts for courses that the site should have.",
    "orders": "The orders that are open for it.",
    "periodic_settings": "What a usage policy wants to be set in Slurm; null is nothing.",
    "settings": "The settings, by name.",
    "DesiredSettings.period": "The period that they are for.",
}

OBSTACLES: Mapping[str, str] = {
    "Obstacles.user_uuid": "UUID of the person.",
    "Obstacles.resource_uuid": "UUID of the allocation.",
    "is_usable": "Whether nothing is known that stops the person.",
    "checked_at": "When it was looked at (UTC).",
    "obstacles": "Every reason that is known, in the order in which they are best lifted; none"
    " where all is well.",
    "checked": "What was looked at, whatever came of it.",
    "slurm": "What Slurm says of a job, as `squeue` or `sbatch` prints it: at most 1000"
    " characters.",
    "Obstacles.slurm": "What the message means; null where none was sent.",
    "Obstacle.code": "Which reason it is; `something_personal` stands for whatever concerns nobody"
    " but the person.",
    "sentence": "The reason in words.",
    "stops": "Whether it stops the person; otherwise it may, or slows them down.",
    "lifted_by": "Who can lift it: the `person`, the `project` (who manages its members, or its"
    " organization), the `provider` (the Hosting Entity), `staff`, the person's `institution`, or"
    " the `service` by itself.",
    "how": "How they do that, in words.",
    "operations": "The operations of this API, or the pages, by which it is lifted.",
    "ObstacleOperation.method": "The method of the request.",
    "ObstacleOperation.url": "Where it is sent, or the page.",
    "SlurmMessage.text": "What was sent.",
    "SlurmMessage.message": "The reason or the error in Slurm's spelling; null where it is not"
    " known.",
    "meaning": "What it means, and whether what is listed explains it.",
    "explained_by": "Codes of the reasons listed that explain it.",
    "ask": "Who can do something about it, or is to be asked.",
    "ObstacleFilter.user_uuid": "UUID of the person; without it, yourself.",
}

NOT_INVOICED = "Part of an invoice; nothing is invoiced here."

INVOICES: Mapping[str, str] = {
    "start_month": "The month from which on, from 1 to 12.",
    "start_year": "The year from which on.",
    "InvoiceFilter.state": "State of the invoice.",
    **dict.fromkeys(
        ("Invoice.*", "InvoiceItem.*", "InvoiceItemDetail.*", "Party.*", "details.*"), NOT_INVOICED
    ),
    **dict.fromkeys(("resource_limit_periods.*", "NestedPriceEstimate.*"), NOT_INVOICED),
    **dict.fromkeys(("PaymentProfile.*", "PaymentProfileAttributes.*"), NOT_INVOICED),
}

STATS: Mapping[str, str] = {
    "for_current_month": "`true` counts the usage of this month alone.",
    "StatsFilter.include_terminated": "`true` counts allocations that have ended as well, apart"
    " from the others.",
    "ComponentStats.limit": "What the allocations have together.",
    "ComponentStats.limit_usage": "What counts against the limits in their present periods.",
    "limit_usage_terminated": "The same of allocations that have ended, as it was last; 0 unless"
    " asked for.",
    "ComponentStats.usage": "What was used, in the component's unit.",
    "usage_terminated": "The same by allocations that have ended; 0 unless asked for.",
}

KEYS: Mapping[str, str] = {**STATS, **USAGES, **POLICIES, **DESIRED, **OBSTACLES, **INVOICES}
