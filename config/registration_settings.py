"""Settings of what is asked of people who come in: profile, vetting, a second factor."""

from __future__ import annotations

from dataclasses import dataclass

from django.core.exceptions import ImproperlyConfigured

from common.env import env_bool, env_int, env_list, env_str

ASKABLE = frozenset(
    {
        "affiliations",
        "birth_date",
        "country_of_residence",
        "declares_export_control",
        "email",
        "first_name",
        "job_title",
        "last_name",
        "nationality",
        "organization",
        "organization_country",
        "organization_type",
        "phone_number",
    }
)
"""What can be asked; a test holds that these are what `identity.profile` knows."""


@dataclass(frozen=True, kw_only=True)
class RegistrationSettings:
    """What is asked of people who come in, and what of it has to be there before they are let in.

    Who is assured in all the ways of `assurance` is vetted by that, for `valid_days` (0: for good).
    """

    mandatory: tuple[str, ...]
    enforces_profile: bool
    needs_vetting: bool
    assurance: frozenset[str]
    valid_days: int


def registration_settings() -> RegistrationSettings:
    """Return what the variables say.

    :raises ImproperlyConfigured: something is asked that nobody could answer.
    """
    asked = env_list("MANDATORY_USER_ATTRIBUTES")
    if strangers := sorted(set(asked) - ASKABLE):
        known = ", ".join(sorted(ASKABLE))
        raise ImproperlyConfigured(
            f"MANDATORY_USER_ATTRIBUTES: {strangers[0]} cannot be asked; these can: {known}."
        )
    return RegistrationSettings(
        mandatory=tuple(asked),
        enforces_profile=env_bool("ENFORCE_MANDATORY_USER_ATTRIBUTES", default=False),
        needs_vetting=env_bool("VETTING_REQUIRED", default=False),
        assurance=frozenset(env_list("VETTING_ASSURANCE")),
        valid_days=env_int("VETTING_VALID_DAYS", default=0, most=36500),
    )


def second_factor_required(usually: str) -> str:
    """Return who must have a second factor beside a password: nobody, staff or all people.

    Who has set one up is asked for it in any case.
    """
    who = env_str("SECOND_FACTOR_REQUIRED", usually, among=("OFF", "STAFF", "ALL"))
    return who.lower()
