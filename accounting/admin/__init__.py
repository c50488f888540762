"""The staff's pages for what was used and for people's limits; no report is changed here."""

from accounting.admin import usages, used, user_limits

__all__ = ["usages", "used", "user_limits"]
