"""What this platform wants of roles, as the environment says it."""

from __future__ import annotations

from dataclasses import dataclass

from common.env import env_bool, env_int

MOST_DAYS = 366
MOST_REVIEW_DAYS = 3660


@dataclass(frozen=True, kw_only=True)
class RoleSettings:
    """Whether a project has one PI at most, and how long before its end people hear of a role's.

    `review_days` is after how many days somebody looks again at who has which role; 0 is never.
    """

    one_pi: bool
    warning_days: int
    review_days: int


def role_settings() -> RoleSettings:
    """Return what the variables say."""
    return RoleSettings(
        one_pi=env_bool("ONE_PI_PER_PROJECT", default=False),
        warning_days=env_int("ROLE_WARNING_DAYS", default=14, most=MOST_DAYS),
        review_days=env_int("PERMISSION_REVIEW_DAYS", default=0, most=MOST_REVIEW_DAYS),
    )
