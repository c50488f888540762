"""Accounts of programs and of courses: opened for a project or an organisation, and closed again.

A closed one stays on record, since sites learn of the end from its state.
"""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, TypeVar

from django.db import connection, transaction
from django.db.models.functions import Length

from allocations import event_kinds as kinds
from allocations.lifecycle import SHARED_ACCOUNT, CourseAccountState
from allocations.models import (
    CourseAccount,
    CustomerServiceAccount,
    OfferingUser,
    ProjectServiceAccount,
)
from allocations.usernames import is_account_name, is_reserved, propose_shared, same_name
from common import changes
from common.errors import Conflict, Invalid
from common.machine import IllegalTransition
from common.redaction import without_secrets
from identity import events
from identity.models import Customer, Project
from identity.project_kinds import ProjectKind
from identity.services.credentials import digest

if TYPE_CHECKING:
    from collections.abc import Mapping

    from identity.event_catalogue import Kind
    from identity.models import User

ServiceAccount = ProjectServiceAccount | CustomerServiceAccount
SharedAccount = ServiceAccount | CourseAccount
Account = TypeVar("Account", bound=SharedAccount)

KEY_LIVES = timedelta(days=365)
TABLES = (ProjectServiceAccount, CustomerServiceAccount, CourseAccount)
NAMING = 0x73686172  # any number that no other lock of the service has

ACTIONS: Mapping[Kind, str] = {
    kinds.COURSE_ACCOUNT_CREATED: "create",
    kinds.COURSE_ACCOUNT_OK: "create",
    kinds.COURSE_ACCOUNT_CLOSED: "delete",
    kinds.SERVICE_ACCOUNT_CREATED: "create",
    kinds.SERVICE_ACCOUNT_OK: "create",
    kinds.SERVICE_ACCOUNT_CLOSED: "delete",
}
"""What sites are told that happened; whatever is not here is an `update`."""


class SharedNameTaken(Invalid):
    """An account at some site has the name, or had it."""

    code = "username_taken"


class BadSharedName(Invalid):
    """Not every site could have an account of that name."""

    code = "bad_username"


class OwnerFixed(Invalid):
    """An account keeps its name and its owner."""

    code = "owner_fixed"


class TooManyAccounts(Invalid):
    """The owner has as many accounts of programs as staff allow it."""

    code = "too_many_service_accounts"


class NotACourse(Invalid):
    """The project is not a course."""

    code = "not_a_course"


class OwnerGone(Conflict):
    """The project was removed."""

    code = "owner_gone"


@transaction.atomic
def open_for_project(
    *, project: Project, actor: User, now: datetime, username: str = "", **fields: str
) -> tuple[ProjectServiceAccount, str]:
    """Open a program's account for a project; return it with its key, which is shown once.

    `fields` are `email`, `description` and `preferred_identifier`, which the name is made of unless
    one is given.

    :raises OwnerGone: the project was removed.
    :raises TooManyAccounts: staff allow it no more.
    :raises BadSharedName: the name is none for an account on Linux.
    :raises SharedNameTaken: an account has it, or had it.
    """
    owner = Project.objects.select_for_update(no_key=True).get(pk=project.pk)
    _check_room(owner.service_accounts, owner.max_service_accounts, "project")
    if owner.is_removed:
        raise OwnerGone("This project was removed.")
    account = ProjectServiceAccount(project=owner, username=username, created=now, **fields)
    return account, _open(account, owner, actor=actor, now=now)


@transaction.atomic
def open_for_customer(
    *, customer: Customer, actor: User, now: datetime, username: str = "", **fields: str
) -> tuple[CustomerServiceAccount, str]:
    """Open a program's account for an organisation; return it with its key, which is shown once.

    :raises OwnerGone: the organisation was removed.
    :raises TooManyAccounts: staff allow it no more.
    :raises BadSharedName: the name is none for an account on Linux.
    :raises SharedNameTaken: an account has it, or had it.
    """
    owner = Customer.objects.select_for_update(no_key=True).get(pk=customer.pk)
    if owner.is_removed:
        raise OwnerGone("This organization was removed.")
    _check_room(owner.service_accounts, owner.max_service_accounts, "customer")
    account = CustomerServiceAccount(customer=owner, username=username, created=now, **fields)
    return account, _open(account, owner, actor=actor, now=now)


@transaction.atomic
def open_for_course(
    *,
    project: Project,
    actor: User,
    now: datetime,
    username: str = "",
    user: User | None = None,
    **fields: str,
) -> CourseAccount:
    """Open an account for somebody who takes a course, by `email` and `description`.

    :raises OwnerGone: the project was removed.
    :raises NotACourse: it is a project of another kind.
    :raises BadSharedName: the name is none for an account on Linux.
    :raises SharedNameTaken: an account has it, or had it.
    """
    owner = Project.objects.select_for_update(no_key=True).get(pk=project.pk)
    if owner.is_removed:
        raise OwnerGone("This project was removed.")
    if owner.kind != ProjectKind.COURSE:
        raise NotACourse({"project": ["Course accounts are for projects of the kind course."]})
    account = CourseAccount(
        project=owner, user=user, username=_name(username, owner.slug), created=now, **fields
    )
    account.save(force_insert=True)
    _record(account, kinds.COURSE_ACCOUNT_CREATED, actor=actor, now=now)
    return account


@transaction.atomic
def change(account: Account, *, actor: User, now: datetime, **wanted: Any) -> Account:
    """Change what is told of an account; its name and its owner stay.

    :raises OwnerFixed: another name or owner is wanted.
    """
    locked = _locked(account)
    changed = changes.differing(locked, wanted)
    for field in ("username", "project", "customer"):
        if field in changed:
            raise OwnerFixed({field: ["This cannot be changed: open another account."]})
    if changes.assign(locked, changed):
        locked.save(update_fields=[*changed, "modified"])
        is_course = isinstance(locked, CourseAccount)
        kind = kinds.COURSE_ACCOUNT_CHANGED if is_course else kinds.SERVICE_ACCOUNT_CHANGED
        _record(locked, kind, actor=actor, now=now, fields=sorted(changed))
    return locked


@transaction.atomic
def rotate_key(account: ServiceAccount, *, actor: User, now: datetime) -> str:
    """Give a program's account another key and return it: the old one is void.

    :raises IllegalTransition: the account is closed.
    """
    locked = _locked(account)
    SHARED_ACCOUNT.check("close", CourseAccountState(locked.state))
    key = _new_key(locked, now)
    locked.save(update_fields=["key_digest", "expires_at", "modified"])
    _record(locked, kinds.SERVICE_ACCOUNT_KEY_ROTATED, actor=actor, now=now)
    return key


@transaction.atomic
def close(account: SharedAccount, *, actor: User | None, now: datetime) -> None:
    """Close an account for good; sites take it out.

    :raises IllegalTransition: it is closed.
    """
    advance(account, "close", CourseAccountState.CLOSED, actor=actor, now=now)


@transaction.atomic
def set_erred(account: SharedAccount, *, error_message: str, actor: User, now: datetime) -> None:
    """Say that something is wrong with an account.

    :raises IllegalTransition: that is said already, or it is closed.
    """
    advance(
        account,
        "set_erred",
        CourseAccountState.ERRED,
        actor=actor,
        now=now,
        error_message=error_message,
    )


@transaction.atomic
def set_ok(account: SharedAccount, *, actor: User, now: datetime) -> None:
    """Say that an account can be used.

    :raises IllegalTransition: it can already, or it is closed.
    """
    advance(account, "set_ok", CourseAccountState.OK, actor=actor, now=now)


@transaction.atomic
def close_all(owner: Project | Customer, *, now: datetime) -> None:
    """Close the accounts of a project or of an organisation that is no more."""
    courses = (owner.course_accounts,) if isinstance(owner, Project) else ()
    for accounts in (owner.service_accounts, *courses):
        for account in accounts.exclude(state=CourseAccountState.CLOSED).order_by("pk"):
            close(account, actor=None, now=now)


def advance(
    account: SharedAccount,
    action: str,
    to: CourseAccountState,
    *,
    actor: User | None,
    now: datetime,
    error_message: str = "",
) -> None:
    """Move an account along the table and record the event, or do neither.

    :raises IllegalTransition: it is not possible, or somebody else was quicker.
    """
    error_message = without_secrets(error_message)
    source = CourseAccountState(account.state)
    SHARED_ACCOUNT.check(action, source, to)
    moved = type(account)._base_manager.filter(pk=account.pk, state=source)
    if not moved.update(state=to, error_message=error_message, modified=now):
        raise IllegalTransition(f"{action}: the account is no longer {source}.")
    account.state, account.error_message = to, error_message
    is_course = isinstance(account, CourseAccount)
    kind_of = kinds.COURSE_ACCOUNT_STATES if is_course else kinds.SERVICE_ACCOUNT_STATES
    _record(account, kind_of[to], actor=actor, now=now, states=(source, to))


def _locked(account: Account) -> Account:
    rows: Any = type(account)._base_manager
    locked: Account = rows.select_for_update(of=("self",)).get(pk=account.pk)
    return locked


def _check_room(accounts: Any, most: int | None, owner: str) -> None:
    """Refuse an account more than staff allow; the owner is locked.

    :raises TooManyAccounts: there are so many.
    """
    if most is None:
        return
    if accounts.exclude(state=CourseAccountState.CLOSED).count() >= most:
        raise TooManyAccounts({owner: [f"No more than {most} service accounts are allowed."]})


def _open(account: ServiceAccount, owner: Project | Customer, *, actor: User, now: datetime) -> str:
    """Name a program's account, store it, and return its key.

    :raises BadSharedName: the given name is none for an account on Linux.
    :raises SharedNameTaken: an account has it, or had it.
    """
    wanted = account.preferred_identifier or f"svc-{owner.slug}"
    account.username = _name(account.username, wanted)
    key = _new_key(account, now)
    account.save(force_insert=True)
    _record(account, kinds.SERVICE_ACCOUNT_CREATED, actor=actor, now=now)
    return key


def _name(username: str, wanted: str) -> str:
    """Return the name of a new account: the given one, or one made of what is wanted.

    Names are given one after another, since they must differ between several tables.

    :raises BadSharedName: the given one is none for an account on Linux.
    :raises SharedNameTaken: an account has it, or had it.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [NAMING])
    if username and not is_account_name(username):
        raise BadSharedName(
            {"username": ["Use at most 32 of a-z, 0-9, _ and -, beginning with a letter or _."]}
        )
    if is_reserved(username):
        raise BadSharedName({"username": [f"{username} is a name that systems use themselves."]})
    begin = username or propose_shared(wanted, ())
    taken: set[str] = set()
    for table in (*TABLES, OfferingUser):
        same = table._base_manager.filter(username__istartswith=begin)
        short = same.annotate(length=Length("username")).filter(length__lte=len(begin) + 6)
        taken.update(same_name(name) for name in short.values_list("username", flat=True))
    if username in taken:
        raise SharedNameTaken({"username": ["An account with this username exists or existed."]})
    return username or propose_shared(wanted, taken)


def _new_key(account: ServiceAccount, now: datetime) -> str:
    """Make a key, keep its digest in the account, and return it."""
    key = secrets.token_urlsafe(32)
    account.key_digest, account.expires_at = digest(key), now + KEY_LIVES
    return key


def _record(
    account: SharedAccount,
    kind: Kind,
    *,
    actor: User | None,
    now: datetime,
    states: tuple[str, str] = ("", ""),
    **more: object,
) -> None:
    """Record an event with what sites need to know of the account and its owner."""
    project = None if isinstance(account, CustomerServiceAccount) else account.project
    customer = project.customer if project else account.customer  # type: ignore[union-attr]
    events.record(
        kind,
        account,
        actor=actor,
        now=now,
        source=states[0],
        target=states[1],
        payload={
            "account_uuid": account.uuid.hex,
            "account_username": account.username,
            "scope_type": "project" if project else "customer",
            "customer_uuid": customer.uuid.hex,
            **({"project_uuid": project.uuid.hex, "project_name": project.name} if project else {}),
            "action": ACTIONS.get(kind, "update"),
            **more,
        },
    )
