"""Vetting: who a person is was looked at, by staff or by an assurance of their institution.

Each decision ends the one before. One that was made for some time ends when that is over, in what
is asked of it at once, and on record when the task has run.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import transaction

from common.errors import Conflict, Invalid
from identity import event_kinds as kinds
from identity import events
from identity.models import User, Vetting
from identity.services import periodic_rows
from identity.standing import VettingOutcome, standing_of

if TYPE_CHECKING:
    from datetime import datetime

    from identity.event_catalogue import Kind

EXPIRING = "identity.tasks.expire_vettings"


class EvidenceMissing(Invalid):
    """A decision says on what it rests."""

    code = "evidence_missing"


class OverAlready(Invalid):
    """A decision holds until a moment that is to come."""

    code = "over_already"


class NotDecided(Conflict):
    """There is no decision about the person that could be taken back."""

    code = "not_decided"


def vet(
    user: User, *, evidence: str, valid_until: datetime | None = None, actor: User, now: datetime
) -> Vetting:
    """Record that a person is who they say, and may come in.

    :raises EvidenceMissing: nothing is said of how that is known.
    :raises OverAlready: it would be over by now.
    """
    return _decide(user, VettingOutcome.VETTED, evidence, valid_until, actor=actor, now=now)


def refuse(
    user: User, *, evidence: str, valid_until: datetime | None = None, actor: User, now: datetime
) -> Vetting:
    """Record that a person may not come in; they lose access here and at the sites.

    :raises EvidenceMissing: nothing is said of why.
    :raises OverAlready: it would be over by now.
    """
    return _decide(user, VettingOutcome.REFUSED, evidence, valid_until, actor=actor, now=now)


@transaction.atomic
def withdraw(user: User, *, actor: User, now: datetime) -> None:
    """Take the decision about a person back: they are unvetted.

    :raises NotDecided: there is none.
    """
    _locked(user)
    if not _end(user, now):
        raise NotDecided("Nothing is decided about this person.")
    _record(kinds.USER_VETTING_ENDED, user, actor=actor, now=now)


@transaction.atomic
def follow_assurance(user: User, *, now: datetime) -> None:
    """Vet a person whose institution gives the assurance that is configured; or end that.

    What staff decided stays as it is, and so does a refusal.
    """
    wanted = settings.REGISTRATION.assurance
    if not wanted:
        return
    locked = _locked(user)
    held = current(user)
    is_assured = wanted <= set(locked.eduperson_assurance)
    if held is None and is_assured:
        days = settings.REGISTRATION.valid_days
        until = now + timedelta(days=days) if days else None
        evidence = f"eduperson_assurance: {', '.join(sorted(wanted))}"
        _decide(user, VettingOutcome.VETTED, evidence, until, actor=None, now=now)
    elif held is not None and held.decided_by_id is None and not is_assured:
        _end(user, now)
        _record(kinds.USER_VETTING_ENDED, user, actor=None, now=now)


def expire(*, now: datetime) -> int:
    """End the decisions whose time is over; return how many."""
    over = Vetting.objects.filter(ended_at__isnull=True, valid_until__lte=now)
    done = periodic_rows.for_each(EXPIRING, over, lambda row: _expire(row, now=now), now=now)
    return sum(done)


def forget(user: User) -> None:
    """Empty what is on record of a person who is removed; that something was decided stays."""
    Vetting.objects.filter(user=user).update(evidence="Erased: the person was removed.")


def current(user: User) -> Vetting | None:
    """Return the decision about a person that is in force, unless its task has yet to end it."""
    return Vetting.objects.filter(user=user, ended_at__isnull=True).first()


def outcome_of(user: User) -> VettingOutcome | None:
    """Return how it stands with a person now; None is unvetted."""
    found = standing_of(User.objects.get_queryset(), user).vetting
    return VettingOutcome(found) if found else None


@transaction.atomic
def _decide(
    user: User,
    outcome: VettingOutcome,
    evidence: str,
    valid_until: datetime | None,
    *,
    actor: User | None,
    now: datetime,
) -> Vetting:
    if not evidence.strip():
        raise EvidenceMissing({"evidence": ["Say on what this rests."]})
    if valid_until is not None and valid_until <= now:
        raise OverAlready({"valid_until": ["This is over already."]})
    _locked(user)
    _end(user, now)
    decided = Vetting.objects.create(
        user=user,
        outcome=outcome,
        evidence=evidence,
        decided_by=actor,
        valid_until=valid_until,
        created=now,
    )
    kind = kinds.USER_VETTED if outcome is VettingOutcome.VETTED else kinds.USER_VETTING_REFUSED
    _record(kind, user, actor=actor, now=now)
    return decided


@transaction.atomic
def _expire(row: Vetting, *, now: datetime) -> bool:
    over = Vetting.objects.filter(pk=row.pk, ended_at__isnull=True, valid_until__lte=now)
    if not over.update(ended_at=now, modified=now):
        return False
    _record(kinds.USER_VETTING_EXPIRED, row.user, actor=None, now=now)
    return True


def _end(user: User, now: datetime) -> bool:
    held = Vetting.objects.filter(user=user, ended_at__isnull=True)
    return bool(held.update(ended_at=now, modified=now))


def _locked(user: User) -> User:
    return User.objects.select_for_update(no_key=True).get(pk=user.pk)


def _record(kind: Kind, user: User, *, actor: User | None, now: datetime) -> None:
    events.record(kind, user, actor=actor, now=now, message=user.username)
