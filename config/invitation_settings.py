"""How people are invited on this platform, as the environment says it."""

from __future__ import annotations

from dataclasses import dataclass

from common import mailboxes
from common.env import env_bool, env_int, env_list

MOST_DAYS = 366


@dataclass(frozen=True, kw_only=True)
class InvitationSettings:
    """For how long an invitation is good, to whom it may go, and how many there may be."""

    days: int
    email_domains: frozenset[str]
    checks_address: bool
    need_staff: bool
    per_person: int
    per_address: int


def invitation_settings() -> InvitationSettings:
    """Return what the variables say; domains in the spelling that is kept of addresses."""
    domains = env_list("INVITATION_EMAIL_DOMAINS")
    return InvitationSettings(
        days=env_int("INVITATION_DAYS", default=21, least=1, most=MOST_DAYS),
        email_domains=frozenset(mailboxes.mailbox_of(f"a@{one}")[2:] for one in domains),
        checks_address=env_bool("INVITATION_CHECKS_ADDRESS", default=True),
        need_staff=env_bool("INVITATIONS_NEED_STAFF", default=False),
        per_person=env_int("INVITATIONS_PER_PERSON", default=200, least=1),
        per_address=env_int("INVITATIONS_PER_ADDRESS", default=3, least=1),
    )
