"""What was used, by month and by whom; what people may use; what policies do about it."""

from accounting.models.desired import DesiredState
from accounting.models.policy import (
    PolicyComponentLimit,
    PolicyState,
    SlurmPeriodicUsagePolicy,
)
from accounting.models.policy_log import (
    ExecutionMode,
    SlurmCommandHistory,
    SlurmPolicyEvaluationLog,
)
from accounting.models.usage import ComponentUsage, ComponentUserUsage, PlanPeriodUsage
from accounting.models.user_limit import ComponentUserUsageLimit

__all__ = [
    "ComponentUsage",
    "ComponentUserUsage",
    "ComponentUserUsageLimit",
    "DesiredState",
    "ExecutionMode",
    "PlanPeriodUsage",
    "PolicyComponentLimit",
    "PolicyState",
    "SlurmCommandHistory",
    "SlurmPeriodicUsagePolicy",
    "SlurmPolicyEvaluationLog",
]
