"""The staff's pages for what was used; nothing of it is changed or deleted here."""

from accounting.admin import usages, used

__all__ = ["usages", "used"]
