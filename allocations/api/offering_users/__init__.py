"""Accounts of people at sites."""
