"""Limits of people."""
