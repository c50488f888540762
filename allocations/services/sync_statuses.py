"""What sites report of the access that a project's members have to a resource."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import transaction

from allocations import event_kinds as kinds
from allocations.models import MembershipSyncStatus
from allocations.services import team
from common.errors import Conflict
from identity import events

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from uuid import UUID

    from allocations.lifecycle import SyncState
    from identity.models import User
    from marketplace.models import Resource

ENABLED = "enable_membership_sync_status"
"""The plugin option of an offering whose site reports so."""


class NotReported(Conflict):
    """The offering does not take such reports."""

    code = "membership_sync_disabled"


@dataclass(frozen=True)
class StatusReport:
    """What a site says of one person; named by UUID, or by their name at the site or here."""

    role_name: str
    state: SyncState
    user_uuid: UUID | None = None
    username: str = ""
    message: str = ""


@transaction.atomic
def report(
    resource: Resource, entries: Sequence[StatusReport], *, actor: User, now: datetime
) -> tuple[int, list[str]]:
    """Keep the latest word on each person; return how many, and who is not of the team.

    :raises NotReported: the offering has not switched this on.
    """
    if not resource.offering.plugin_options.get(ENABLED):
        raise NotReported("Membership synchronization status is not enabled for this offering.")
    people = _people(resource)
    found: dict[tuple[int, str], StatusReport] = {}
    skipped = []
    for entry in entries:
        user = people.get(entry.user_uuid.hex if entry.user_uuid else entry.username)
        if user is None:
            skipped.append(str(entry.user_uuid or entry.username or "unnamed"))
        else:
            found[user, entry.role_name] = entry
    MembershipSyncStatus.objects.bulk_create(
        [
            MembershipSyncStatus(
                resource=resource,
                user_id=user,
                role_name=role_name,
                state=entry.state,
                message=entry.message,
                reported_at=now,
            )
            for (user, role_name), entry in found.items()
        ],
        update_conflicts=True,
        unique_fields=["resource", "user", "role_name"],
        update_fields=["state", "message", "reported_at"],
    )
    events.record(
        kinds.RESOURCE_MEMBERSHIP_REPORTED,
        resource,
        actor=actor,
        now=now,
        payload={"stored": len(found), "skipped": skipped},
    )
    return len(found), skipped


def _people(resource: Resource) -> dict[str, int]:
    """Return the team's keys by every name that a site may use for them."""
    people: dict[str, int] = {}
    for member in team.members_of(resource):
        people[member.user.username] = member.user.pk
    for member in team.members_of(resource):
        people[member.user.uuid.hex] = member.user.pk
        if member.account and member.account.username:
            people[member.account.username] = member.user.pk
    return people
