"""The bench: the production server on a seeded database of its own, measured beside its floor.

It stands on top of everything, and nothing knows of it (`bench/settings.py`).
"""
