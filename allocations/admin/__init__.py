"""The staff's pages for deliveries of orders, people's accounts at sites, and imports."""

from allocations.admin import accounts, delivered, imports, memberships, provisions, shared

__all__ = ["accounts", "delivered", "imports", "memberships", "provisions", "shared"]
