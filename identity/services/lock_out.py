"""Too many wrong tries in a row: who guesses passwords or codes has to wait.

Passwords are counted for a user name and the address from where they come. Codes of a second factor
are counted for the user name alone: who guesses them has the password already.
"""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.db import transaction

from common.errors import DomainError
from identity.models import LoginFailures

if TYPE_CHECKING:
    from django.db.models import QuerySet

log = logging.getLogger(__name__)

FAILURES_ALLOWED = 4
LOCKED_OUT_FOR = timedelta(minutes=10)


class NotAuthenticated(DomainError):
    """The caller could not show who they are (401)."""

    code = "authentication_failed"


class LockedOut(NotAuthenticated):
    """There were too many wrong passwords for this user name from this address, or wrong codes."""

    code = "locked_out"


def check(username: str, address: str, *, now: datetime) -> None:
    """Refuse who has failed too often.

    :raises LockedOut: after four failures, for ten minutes.
    """
    recent = _failures(username, address).filter(last_failed_at__gt=now - LOCKED_OUT_FOR)
    if recent.filter(count__gte=FAILURES_ALLOWED).exists():
        raise LockedOut("Username is locked out. Try in 10 minutes.")


@transaction.atomic
def count(username: str, address: str, *, now: datetime, what: str = "password") -> None:
    """Count a failure; those from longer ago than the lock-out are forgotten."""
    failures, _ = LoginFailures.objects.select_for_update().get_or_create(
        username=username[:255], address=address, defaults={"last_failed_at": now}
    )
    if failures.last_failed_at <= now - LOCKED_OUT_FOR:
        failures.count = 0
    failures.count += 1
    failures.last_failed_at = now
    failures.save()
    log.warning("Wrong %s, %s in a row", what, failures.count)


def forget(username: str, address: str) -> None:
    """Forget the failures, after a success."""
    _failures(username, address).delete()


def prune(*, now: datetime) -> None:
    """Forget the failures that keep nobody out any more."""
    LoginFailures.objects.filter(last_failed_at__lte=now - LOCKED_OUT_FOR).delete()


def _failures(username: str, address: str) -> QuerySet[LoginFailures]:
    return LoginFailures.objects.filter(username=username, address=address)
