"""Accounts of programs and of courses."""
