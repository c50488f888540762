"""Searches for what sites have already."""
