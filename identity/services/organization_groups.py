"""Groups of organizations, and which of them an offering, a plan or an organization is in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import transaction

from common import changes
from common.errors import Invalid
from identity import event_kinds as kinds
from identity.models import Customer, OrganizationGroup
from identity.services.standard import RemovedMeanwhile, StandardServices, StillInUse

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime

    from identity.models import User

CALLED = "group of organizations"

COLUMN = "organization_groups"
"""What the column is called of whatever is in groups, or open to them alone."""


class WithinItself(Invalid):
    """A group would be a part of itself."""

    code = "within_itself"


groups = StandardServices(
    OrganizationGroup,
    created=kinds.ORGANIZATION_GROUP_CREATED,
    updated=kinds.ORGANIZATION_GROUP_UPDATED,
    removed=kinds.ORGANIZATION_GROUP_REMOVED,
    called=CALLED,
)


@transaction.atomic
def change(
    group: OrganizationGroup, *, actor: User, now: datetime, **wanted: Any
) -> OrganizationGroup:
    """Rename a group or make it a part of another one; return it.

    :raises WithinItself: that other one is the group itself, or a part of it.
    :raises storing.NotUnique: another group has the name.
    :raises RemovedMeanwhile: it was removed meanwhile.
    """
    if parent := wanted.get("parent"):
        _refuse_circle(group, parent)
    return groups.change(group, actor=actor, now=now, **wanted)


@transaction.atomic
def remove(group: OrganizationGroup, *, actor: User, now: datetime) -> None:
    """Take a group away; its organizations are in it no more.

    What is open to the group must not become open to everybody, so it is changed first.

    :raises StillInUse: other groups are parts of it, or something is there for the group alone.
    :raises RemovedMeanwhile: somebody else was quicker.
    """
    held = groups.locked(group)
    for field in OrganizationGroup._meta.get_fields(include_hidden=True):
        model = field.related_model
        if not field.many_to_many or model is Customer or not isinstance(model, type):
            continue
        if model._default_manager.filter(**{COLUMN: held}).exists():
            raise StillInUse(f"There are {model._meta.verbose_name_plural} for {held}.")
    groups.remove(held, actor=actor, now=now)


def replace(row: Any, wanted: Collection[OrganizationGroup], *, now: datetime) -> list[str]:
    """Put a row in these groups and in no others; return the columns that changed.

    Called within the transaction of the service that keeps the row, and records the event.

    :raises RemovedMeanwhile: one of the groups was removed.
    """
    keys = {group.pk for group in wanted}
    if keys == set(row.organization_groups.values_list("pk", flat=True)):
        return []
    held = OrganizationGroup.objects.select_for_update(no_key=True).filter(pk__in=keys)
    if len(held.order_by("pk")) < len(keys):
        raise RemovedMeanwhile(f"This {CALLED} was removed.")
    row.organization_groups.set(keys)
    changes.touch(row, now=now)
    return [COLUMN]


def _refuse_circle(group: OrganizationGroup, parent: OrganizationGroup) -> None:
    """See that a group is not above its parent, with all groups locked: two may move at once."""
    rows = OrganizationGroup.objects.select_for_update(no_key=True).order_by("pk")
    parents = dict(rows.values_list("pk", "parent"))
    above: int | None = parent.pk
    while above is not None:
        if above == group.pk:
            raise WithinItself({"parent": ["A group cannot be a part of itself."]})
        above = parents.get(above)
