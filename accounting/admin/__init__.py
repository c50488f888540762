"""The staff's pages for what was used and for policies; what was used is not changed here."""

from accounting.admin import policies, usages, used

__all__ = ["policies", "usages", "used"]
