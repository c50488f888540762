"""Usages by component and month."""
