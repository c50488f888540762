"""What the platform asks everybody to say of themselves: configured, and what of it is missing."""

from __future__ import annotations

from typing import Any

from django.conf import settings

EXPORT_CONTROL = "declares_export_control"
"""Not a column by itself: that the person declared to observe export control, and when."""

COLUMNS = {
    **{
        name: name
        for name in (
            "affiliations",
            "birth_date",
            "country_of_residence",
            "email",
            "first_name",
            "job_title",
            "last_name",
            "nationality",
            "organization",
            "organization_country",
            "organization_type",
            "phone_number",
        )
    },
    EXPORT_CONTROL: "export_control_date",
}
"""What can be asked, and the column of a person that answers it."""


def completeness(*values: Any) -> dict[str, Any]:
    """Return what is asked and what of it is missing; the values are those of `COLUMNS`."""
    known = dict(zip(COLUMNS, values, strict=True))
    asked: tuple[str, ...] = settings.REGISTRATION.mandatory
    missing = [name for name in asked if not known[name]]
    return {
        "is_complete": not missing,
        "missing_fields": missing,
        "mandatory_fields": list(asked),
        "enforcement_enabled": settings.REGISTRATION.enforces_profile,
    }


def completeness_of(user: Any) -> dict[str, Any]:
    """Return what is asked of a person and what of it they have not said."""
    return completeness(*(getattr(user, column) for column in COLUMNS.values()))
