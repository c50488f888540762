"""The bench: the production server on a seeded database of its own, measured beside its floor."""
