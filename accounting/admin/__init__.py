"""The staff's pages for what was used, for people's limits and for policies."""

from accounting.admin import policies, usages, used, user_limits

__all__ = ["policies", "usages", "used", "user_limits"]
