"""Shapes that every app's admin pages share: records, deeds on them, and panels beside them."""
