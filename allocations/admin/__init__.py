"""The staff's pages for deliveries of orders and people's accounts at sites."""

from allocations.admin import accounts, delivered, memberships, provisions, shared

__all__ = ["accounts", "delivered", "memberships", "provisions", "shared"]
