"""What was used, by month and by whom; what people may use; what policies do about it."""

from accounting.models.desired import DesiredState as DesiredState
from accounting.models.policy import PolicyComponentLimit as PolicyComponentLimit
from accounting.models.policy import PolicyState as PolicyState
from accounting.models.policy import SlurmPeriodicUsagePolicy as SlurmPeriodicUsagePolicy
from accounting.models.policy_log import ExecutionMode as ExecutionMode
from accounting.models.policy_log import SlurmCommandHistory as SlurmCommandHistory
from accounting.models.policy_log import SlurmPolicyEvaluationLog as SlurmPolicyEvaluationLog
from accounting.models.usage import ComponentUsage as ComponentUsage
from accounting.models.usage import ComponentUserUsage as ComponentUserUsage
from accounting.models.usage import PlanPeriodUsage as PlanPeriodUsage
from accounting.models.user_limit import ComponentUserUsageLimit as ComponentUserUsageLimit
