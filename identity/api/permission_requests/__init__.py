"""Requests for roles."""
