"""Usages by person."""
