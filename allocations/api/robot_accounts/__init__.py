"""Accounts of robots."""
