"""The staff's pages for people, organisations, projects, roles, hooks and the log."""

from identity.admin import (
    credentials,
    grants,
    hooks,
    log,
    organisations,
    people,
    projects,
    science,
)

__all__ = [
    "credentials",
    "grants",
    "hooks",
    "log",
    "organisations",
    "people",
    "projects",
    "science",
]
