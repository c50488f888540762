"""Each person's part of a resource's monthly usage, as the site reports it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import transaction

from accounting import event_kinds as kinds
from accounting.amounts import check_amounts, check_once
from accounting.models import ComponentUserUsage
from common.errors import Invalid
from identity import events
from marketplace.services import locking

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from decimal import Decimal

    from accounting.models import ComponentUsage
    from allocations.models import OfferingUser
    from identity.models import User


class WrongAccount(Invalid):
    """The account is one at another offering."""

    code = "wrong_account"


@dataclass(frozen=True)
class UserReported:
    """How much of a component's usage one person caused; `account` is theirs, if it is known."""

    username: str
    amount: Decimal
    account: OfferingUser | None = None


@transaction.atomic
def set_user_usages(
    usage: ComponentUsage, reported: Sequence[UserReported], *, actor: User, now: datetime
) -> None:
    """Replace what is known of people's parts of a monthly usage: who is not named has none.

    The parts may come to more than the whole: both are what the site says.

    :raises Repeated: a username is given twice.
    :raises AmountUnusable: an amount is negative, not finite, too long or too precise.
    :raises WrongAccount: an account belongs to another offering.
    """
    _report(usage, reported, replaces_all=True, actor=actor, now=now)


@transaction.atomic
def set_user_usage(
    usage: ComponentUsage, reported: UserReported, *, actor: User, now: datetime
) -> None:
    """Replace what is known of one person's part of a monthly usage; the others' parts stay.

    :raises AmountUnusable: an amount is negative, not finite, too long or too precise.
    :raises WrongAccount: an account belongs to another offering.
    """
    _report(usage, [reported], replaces_all=False, actor=actor, now=now)


def _report(
    usage: ComponentUsage,
    reported: Sequence[UserReported],
    *,
    replaces_all: bool,
    actor: User,
    now: datetime,
) -> None:
    check_amounts(entry.amount for entry in reported)
    check_once((entry.username for entry in reported), "usernames")
    held = locking.resource(usage.resource)
    if any(e.account and e.account.offering_id != held.offering_id for e in reported):
        raise WrongAccount({"user": ["The user belongs to another offering."]})
    known = dict(usage.user_usages.values_list("username", "usage"))
    _store(usage, reported, now=now)
    changed = {e.username: str(e.amount) for e in reported if known.get(e.username) != e.amount}
    unnamed = known.keys() - {e.username for e in reported} if replaces_all else set()
    if unnamed:
        usage.user_usages.filter(username__in=unnamed).delete()
        changed |= dict.fromkeys(sorted(unnamed), "0")
    if changed:
        events.record(
            kinds.USER_USAGE_RECORDED,
            usage,
            actor=actor,
            now=now,
            scope=held.event_scope(),
            payload={
                "billing_period": usage.billing_period.isoformat(),
                "type": usage.component.type,
                "usages": changed,
            },
        )


def _store(usage: ComponentUsage, reported: Sequence[UserReported], *, now: datetime) -> None:
    ComponentUserUsage.objects.bulk_create(
        [
            ComponentUserUsage(
                component_usage=usage,
                username=entry.username,
                user=entry.account,
                usage=entry.amount,
                created=now,
            )
            for entry in reported
        ],
        update_conflicts=True,
        unique_fields=["component_usage", "username"],
        update_fields=["usage", "user", "modified"],
    )
