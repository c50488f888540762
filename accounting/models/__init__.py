"""What was used: per component and month, and by whom."""

from accounting.models.usage import ComponentUsage, ComponentUserUsage

__all__ = ["ComponentUsage", "ComponentUserUsage"]
