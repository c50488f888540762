"""The staff's pages for people, organisations, projects, roles and the log."""

from identity.admin import (
    credentials,
    grants,
    log,
    organisations,
    people,
    projects,
    science,
)

__all__ = [
    "credentials",
    "grants",
    "log",
    "organisations",
    "people",
    "projects",
    "science",
]
