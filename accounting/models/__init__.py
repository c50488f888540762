"""What was used: per component and month, and by whom; and what policies do about it."""

from accounting.models.policy import (
    PolicyComponentLimit,
    PolicyStanding,
    SlurmPeriodicUsagePolicy,
)
from accounting.models.policy_log import (
    ExecutionMode,
    SlurmCommandHistory,
    SlurmPolicyEvaluationLog,
)
from accounting.models.usage import ComponentUsage, ComponentUserUsage

__all__ = [
    "ComponentUsage",
    "ComponentUserUsage",
    "ExecutionMode",
    "PolicyComponentLimit",
    "PolicyStanding",
    "SlurmCommandHistory",
    "SlurmPeriodicUsagePolicy",
    "SlurmPolicyEvaluationLog",
]
