"""Who reads which columns of people, organisations and projects, where not all who see the row do.

The outputs hide by these, and filters and orderings find by them; see `common.audience`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db.models import Q

from common.audience import TIMES, among_keys, everybody, nobody
from identity import access
from identity.permissions import Permission

if TYPE_CHECKING:
    from common.audience import Audiences


def themselves(user: Any, prefix: str) -> Q:
    """Let the person read the column of their own row."""
    return Q(**{f"{prefix}pk": user.pk}) if user.is_authenticated else Q(pk__in=())


def its_own_people(user: Any, prefix: str) -> Q | None:
    """Let those read the column of an organisation who hold a role in the organisation itself."""
    within = access.reach(user, Permission.VIEW_CUSTOMER)
    return None if within.everywhere else among_keys(prefix, within.customers)


PRIVATE = frozenset(
    {
        "address",
        "agreement_date",
        "attribute_sources",
        "birth_date",
        "can_use_personal_access_tokens",
        "civil_number",
        "country_of_residence",
        "deactivation_reason",
        "description",
        "details",
        "export_control_date",
        "gender",
        "is_identity_manager",
        "is_staff",
        "is_support",
        "managed_isds",
        "nationalities",
        "nationality",
        "notifications_enabled",
        "place_of_birth",
        "preferred_language",
        "primary_gid",
        "requested_email",
        "token_lifetime",
        "uid_number",
    }
)
"""The columns of a person that nobody reads but that person, staff and support."""

PERSONAL = PRIVATE - {"is_identity_manager", "is_staff", "is_support", "token_lifetime"} | {
    *("affiliations", "email", "first_name", "job_title", "last_name", "middle_name"),
    "native_name",
    *("organization", "organization_address", "personal_title", "phone_number", "username"),
}
"""The columns that tell of a person: who is shown one is on record."""

CONFIDENTIAL = frozenset(
    {
        "access_subnets",
        "agreement_number",
        "bank_account",
        "bank_name",
        "contact_details",
        "notification_emails",
        "registration_code",
        "sponsor_number",
        "vat_code",
    }
)
"""The columns of an organisation that those read who hold a role in it, not in a project alone."""

OF_USER: Audiences = dict.fromkeys(PRIVATE | {"last_login", "modified", "password"}, themselves)

OF_CUSTOMER: Audiences = {
    **TIMES,
    **dict.fromkeys(("abbreviation", "grants", "name", "slug", "uuid"), everybody),
    **dict.fromkeys(CONFIDENTIAL, its_own_people),
}

OF_PROJECT: Audiences = {
    **TIMES,
    **dict.fromkeys(("grants", "name", "slug", "uuid"), everybody),
    "staff_notes": nobody,
}
