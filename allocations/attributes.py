"""Which of a person's attributes an offering's site may see. Pure: importable without Django.

The names are those that Waldur's API gives to `exposed_fields`.
"""

from __future__ import annotations

ATTRIBUTES = (
    "active_isds",
    "address",
    "affiliations",
    "birth_date",
    "civil_number",
    "country_of_residence",
    "eduperson_assurance",
    "email",
    "full_name",
    "gender",
    "identity_source",
    "job_title",
    "nationalities",
    "nationality",
    "organization",
    "organization_address",
    "organization_country",
    "organization_registry_code",
    "organization_type",
    "organization_vat_code",
    "personal_title",
    "phone_number",
    "place_of_birth",
    "primary_gid",
    "registration_method",
    "uid_number",
    "username",
)
"""All that can be chosen."""

DEFAULT = ("email", "full_name", "username")
"""What a site sees whose provider has not chosen: who the person is and how to reach them."""

SEEN_THROUGH = {"full_name": ("first_name", "last_name")}
"""The columns of a person that an attribute is made of, where it is not called like its column."""
