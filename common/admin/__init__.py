"""Shapes that every app's admin pages share: records, staff actions, and related tables."""
