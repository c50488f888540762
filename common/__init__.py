"""Glue that every app shares; it has no models and imports no app."""
