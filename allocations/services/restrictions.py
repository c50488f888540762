"""Who is kept out of a site although they have an account there, and let in again.

Two things keep somebody out: the provider's word (`kept_out`), and that a condition for an account
does not hold any more (`withheld_for`). Sites know one answer, `is_restricted`: either is enough.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from allocations import event_kinds as kinds
from allocations.services import accounts
from common import changes

if TYPE_CHECKING:
    from datetime import datetime

    from allocations.lifecycle import Condition
    from allocations.models import OfferingUser
    from identity.models import User


@transaction.atomic
def set_restricted(
    account: OfferingUser, *, is_restricted: bool, actor: User, now: datetime
) -> OfferingUser:
    """Keep the person out of the site, or let them in again unless something else keeps them out.

    :raises AccountGone: the account was removed meanwhile.
    """
    locked = accounts.locked_now(account)
    _settle(locked, kept_out=is_restricted, withheld_for=locked.withheld_for, actor=actor, now=now)
    return locked


@transaction.atomic
def withhold(account: OfferingUser, condition: Condition | None, *, now: datetime) -> OfferingUser:
    """Keep the person out until a condition holds again; with none, let them in if nobody minds.

    :raises AccountGone: the account was removed meanwhile.
    """
    locked = accounts.locked_now(account)
    if locked.withheld_for != (condition or ""):
        withheld_for = condition.value if condition else ""
        _settle(locked, kept_out=locked.kept_out, withheld_for=withheld_for, actor=None, now=now)
    return locked


def _settle(
    account: OfferingUser, *, kept_out: bool, withheld_for: str, actor: User | None, now: datetime
) -> None:
    """Write why the person is kept out, and whether they are; an event says so where it differs."""
    wanted = {
        "kept_out": kept_out,
        "withheld_for": withheld_for,
        "is_restricted": kept_out or bool(withheld_for),
    }
    if changes.write(account, wanted, now=now):
        accounts.record(
            account, kinds.ACCOUNT_RESTRICTION_CHANGED, actor=actor, now=now, payload=wanted
        )
