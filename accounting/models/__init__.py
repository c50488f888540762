"""What was used, per component and month and by whom, and how much of it people may use."""

from accounting.models.usage import ComponentUsage, ComponentUserUsage
from accounting.models.user_limit import ComponentUserUsageLimit

__all__ = ["ComponentUsage", "ComponentUserUsage", "ComponentUserUsageLimit"]
