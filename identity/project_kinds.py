"""What a project is for, in the words of the API."""

from enum import StrEnum


class ProjectKind(StrEnum):
    """Waldur's kinds; they change nothing here but are shown and filtered."""

    DEFAULT = "default"
    COURSE = "course"
    PUBLIC = "public"
