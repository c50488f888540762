"""The staff's pages for deliveries of orders, people's accounts at sites, and site agents."""

from allocations.admin import accounts, agents, delivered, memberships, provisions, subscriptions

__all__ = ["accounts", "agents", "delivered", "memberships", "provisions", "subscriptions"]
