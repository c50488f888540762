"""Accounts of people at the offerings; not every site has said yet what it calls them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from allocations.lifecycle import AccountState
from allocations.models import OfferingUser
from bench.data.rows import put, uuid_of
from bench.data.sizes import OFFERINGS

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from identity.models import User
    from marketplace.models import Offering

Accounts = dict[tuple[int, int], OfferingUser]
"""Accounts by the number of the offering and the primary key of the person."""

UNNAMED_EVERY = 6


def seed(offerings: Sequence[Offering], researchers: Sequence[User], now: datetime) -> Accounts:
    """Store an account for every person at one offering, which goes by turns."""
    accounts = {
        (n % OFFERINGS, user.pk): account(n, offerings[n % OFFERINGS], user, now)
        for n, user in enumerate(researchers)
    }
    put(list(accounts.values()))
    return accounts


def account(number: int, offering: Offering, user: User, now: datetime) -> OfferingUser:
    """Return an account, named by its site or still asked for."""
    named = number % UNNAMED_EVERY != 0
    return OfferingUser(
        uuid=uuid_of("offering-user", number),
        offering=offering,
        user=user,
        username=f"lu{number:06d}" if named else "",
        state=(AccountState.OK if named else AccountState.REQUESTED).value,
        propagation_date=now if named else None,
        is_restricted=number % 40 == 0,
        kept_out=number % 40 == 0,
        created=now,
    )
