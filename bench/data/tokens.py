"""Fresh tokens for those in whose name the load is made."""

from __future__ import annotations

from typing import TYPE_CHECKING

from identity.models import Token
from identity.services import credentials

if TYPE_CHECKING:
    from datetime import datetime

    from bench.data.people import People

NAME = "seed_load"


def issue(people: People, now: datetime) -> dict[str, str]:
    """Return a new token for each role; those of earlier runs are revoked."""
    users = {
        "staff": people.staff,
        "owner": people.owners[0],
        **{f"owner-{n}": user for n, user in enumerate(people.owners) if n},
        "provider": people.providers[0],
        "member": people.member,
    }
    for token in Token.objects.filter(name=NAME, user__in=users.values()):
        credentials.revoke(token, actor=people.staff, now=now)
    return {
        role: credentials.issue(user=user, name=NAME, now=now)[1] for role, user in users.items()
    }
