"""The staff's pages for what was used, for people's limits, for policies and for sites."""

from accounting.admin import desired, policies, usages, used, user_limits

__all__ = ["desired", "policies", "usages", "used", "user_limits"]
