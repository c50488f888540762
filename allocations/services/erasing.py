"""What is erased here of a person who was removed, once sites and the AAI have done their part."""

from __future__ import annotations

from typing import TYPE_CHECKING

from allocations.lifecycle import AccountState, CourseAccountState
from allocations.models import (
    CourseAccount,
    EntitledPerson,
    Entitlement,
    MembershipSyncStatus,
    OfferingUser,
    SiteAccess,
)
from allocations.services import membership, shared_accounts, site_access
from identity.services.erasing import ErasurePart, pseudonym_of

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime
    from uuid import UUID

    from identity.models import User


def traces(user: User, at_last: bool) -> tuple[Iterable[str], Iterable[UUID]]:  # noqa: FBT001
    """Return what sites and the AAI call a person, and the rows whose events tell of them.

    A name at a site counts once the account is gone: until then, messages to the site need it.
    """
    accounts = OfferingUser.objects.filter(user=user)
    courses = CourseAccount.objects.filter(user=user)
    gone = accounts if at_last else accounts.filter(state=AccountState.DELETED)
    closed = courses if at_last else courses.filter(state=CourseAccountState.CLOSED)
    people = EntitledPerson.objects.filter(user=user)
    values = Entitlement.objects.filter(person__in=people)
    texts = (
        *(
            name
            for rows in (gone, closed)
            for name in rows.values_list("username", flat=True)
            if not _is_given(name)
        ),
        *courses.values_list("email", flat=True),
        *people.values_list("cuid", flat=True),
        *values.values_list("value", flat=True),
        *SiteAccess.objects.filter(user=user).values_list("cuid", flat=True),
    )
    rows = (accounts, courses, people, values, SiteAccess.objects.filter(user=user))
    return texts, [uuid for found in rows for uuid in found.values_list("uuid", flat=True)]


def erase(user: User, at_last: bool, now: datetime) -> str:  # noqa: FBT001 - as a part of the plan
    """Erase what is done with, and return what is waited for; course accounts are closed."""
    MembershipSyncStatus.objects.filter(user=user).delete()
    waits = {
        "accounts at sites": _accounts(user, at_last=at_last, now=now),
        "course accounts": _courses(user, now=now),
        "the AAI": _at_the_aai(user, at_last=at_last),
        "lists of who lost access": _lists(user, at_last=at_last, now=now),
    }
    return ", ".join(what for what, is_open in waits.items() if is_open)


def _accounts(user: User, *, at_last: bool, now: datetime) -> bool:
    is_open = False
    for account in OfferingUser.objects.filter(user=user):
        if account.state != AccountState.DELETED and not at_last:
            membership.let_go(account, now=now)  # also where the site's people are not ours to keep
            is_open = True
        elif not _is_given(account.username):
            _erase_account(account)
    return is_open


def _courses(user: User, *, now: datetime) -> bool:
    is_open = False
    for course in CourseAccount.objects.filter(user=user):
        if course.state != CourseAccountState.CLOSED:
            shared_accounts.close(course, actor=None, now=now)
            is_open = True  # sites are told by the name
        elif not _is_given(course.username):
            name = f"removed-{course.uuid.hex[:20]}"  # it has 32 characters at most
            CourseAccount.objects.filter(pk=course.pk).update(username=name, email="")
    return is_open


def _at_the_aai(user: User, *, at_last: bool) -> bool:
    people = EntitledPerson.objects.filter(user=user)
    done = people if at_last else people.filter(delivered_at__isnull=False)
    done.delete()
    return people.exists()


def _lists(user: User, *, at_last: bool, now: datetime) -> bool:
    rows = SiteAccess.objects.filter(user=user)
    told = rows.filter(ended__isnull=True) | rows.filter(ended__gt=now - site_access.REVOKED_FOR)
    if told.exists() and not at_last:
        return True
    for row in rows:
        SiteAccess.objects.filter(pk=row.pk).update(cuid=f"{pseudonym_of(user)}-{row.pk}")
    return False


def _erase_account(account: OfferingUser) -> None:
    OfferingUser.objects.filter(pk=account.pk).update(
        username=erased_name(account) if account.username else "",
        service_provider_comment="",
        service_provider_comment_url="",
        backend_metadata={},
    )


def erased_name(account: OfferingUser) -> str:
    """Return the name by which usage of an account is known when its person is erased."""
    return f"removed-{account.uuid.hex}"


def _is_given(username: str) -> bool:
    return username.startswith("removed-") or not username


PART = ErasurePart(erase, traces)
