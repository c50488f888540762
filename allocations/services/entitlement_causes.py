"""Whose entitlements an event may be about."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from allocations.models import EntitledPerson, OfferingUser, SiteAccess
from identity.models import Grant, User

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from identity.models import Event


def people_of(event: Event) -> list[int]:
    """Return the keys of the people who may be entitled to something else since an event."""
    return sorted(set(BY_NOUN[event.subject_type](event)))


def _of_account(event: Event) -> Iterable[int]:
    return _keys(UUID(event.payload["user_uuid"]))


def _of_user(event: Event) -> Iterable[int]:
    return _keys(event.subject_uuid)


def _of_link(event: Event) -> Iterable[int]:
    """Return whose CUID a link may have changed; a login as before has changed none."""
    is_as_before = event.payload.get("cuid_changed") is False
    return () if is_as_before else _keys(UUID(event.payload["user_uuid"]))


def _of_grant(event: Event) -> Iterable[int]:
    return Grant.objects.filter(uuid=event.subject_uuid).values_list("user", flat=True)


def _of_offering(event: Event) -> Iterable[int]:
    return _at(event.subject_uuid)


def _of_endpoint(event: Event) -> Iterable[int]:
    return _at(UUID(event.payload["offering_uuid"]))


def _in_project(event: Event) -> Iterable[int]:
    """Return the people who have, or had, a role in the event's project and an account anywhere."""
    grants = Grant.objects.filter(project=event.project_id)
    accounts = OfferingUser.objects.filter(user__in=grants.values("user"))
    return accounts.values_list("user", flat=True)


def _at(offering: UUID) -> Iterable[int]:
    """Return the people with an account at an offering; of one that is gone, all who had any."""
    accounts = OfferingUser.objects.filter(offering__uuid=offering)
    found = set(accounts.values_list("user", flat=True))
    if found:
        return found
    open_anywhere = SiteAccess.objects.filter(ended__isnull=True)
    return {
        *open_anywhere.values_list("user", flat=True),
        *EntitledPerson.objects.values_list("user", flat=True),
    }


def _keys(uuid: UUID) -> Iterable[int]:
    return User.objects.filter(uuid=uuid).values_list("pk", flat=True)


BY_NOUN: Mapping[str, Callable[[Event], Iterable[int]]] = {
    "account": _of_account,
    "endpoint": _of_endpoint,
    "grant": _of_grant,
    "linked_identity": _of_link,
    "offering": _of_offering,
    "order": _in_project,
    "resource": _in_project,
    "user": _of_user,
}
"""The noun of an event -> whom it may be about."""
