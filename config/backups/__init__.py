"""Backups: the database and the keys that open what is sealed in it, in one file."""
