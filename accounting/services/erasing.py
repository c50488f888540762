"""Usage of people who were removed: it stays with the account, whose name is a pseudonym."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Q

from accounting import event_kinds as kinds
from accounting.models import ComponentUserUsage
from allocations.lifecycle import AccountState
from allocations.models import OfferingUser
from allocations.services.erasing import erased_name
from identity.models import Event
from identity.services.erasing import ErasurePart

if TYPE_CHECKING:
    from datetime import datetime

    from identity.models import User


def erase(user: User, at_last: bool, now: datetime) -> str:  # noqa: FBT001 - as a part of the plan
    """Name the usage of each account that is gone by its pseudonym; nothing is waited for."""
    for account in OfferingUser.objects.filter(user=user):
        if account.state == AccountState.DELETED or at_last:
            _rename(account)
    return ""


def _rename(account: OfferingUser) -> None:
    """Rename the rows of an account, also those that were reported before it was known."""
    own = Q(user=account)
    if account.username and account.username != erased_name(account):
        resource = {"component_usage__resource__offering": account.offering_id}
        own |= Q(user=None, username=account.username, **resource)
    rows = ComponentUserUsage.objects.filter(own).exclude(username=erased_name(account))
    for row in rows.select_related("component_usage"):
        former, new = row.username, erased_name(account)
        with transaction.atomic():
            ComponentUserUsage.objects.filter(pk=row.pk).update(
                username=new, user=account, description=""
            )
            for event in Event.objects.filter(
                kind=kinds.USER_USAGE_RECORDED.name,
                subject_uuid=row.component_usage.uuid,
                payload__usages__has_key=former,
            ):
                usages = {
                    new if name == former else name: amount
                    for name, amount in event.payload["usages"].items()
                }
                Event.objects.filter(pk=event.pk).update(
                    payload={**event.payload, "usages": usages}
                )


PART = ErasurePart(erase)
