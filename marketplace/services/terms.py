"""Terms of service of offerings: drafted, put into force in place of the former, withdrawn.

What people say to them is the business of `consents`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import transaction

from common import changes, locks, storing
from common.errors import Conflict
from identity import events
from marketplace import event_kinds as kinds
from marketplace.models import Consent, Offering, TermsOfService

if TYPE_CHECKING:
    from datetime import datetime

    from identity.event_catalogue import Kind
    from identity.models import User

AGREED_TO = ("terms_of_service", "terms_of_service_link")
"""What people agree to: it stays as they read it."""


class AlreadyAgreedTo(Conflict):
    """Somebody agreed to this version."""

    code = "already_agreed_to"


class TermsRemoved(Conflict):
    """The terms were removed in the meantime."""

    code = "terms_removed"


def publish(
    offering: Offering,
    *,
    actor: User,
    now: datetime,
    text: str = "",
    link: str = "",
    **columns: Any,
) -> TermsOfService:
    """Put terms into force in place of the former; they stay as history.

    :raises storing.NotUnique: the offering has terms of this version already.
    """
    return create(
        offering=offering,
        terms_of_service=text,
        terms_of_service_link=link,
        is_active=True,
        actor=actor,
        now=now,
        **columns,
    )


@transaction.atomic
def create(
    *, offering: Offering, is_active: bool = False, actor: User, now: datetime, **columns: Any
) -> TermsOfService:
    """Write down terms of an offering: a draft, or in force at once in place of the former.

    :raises storing.NotUnique: the offering has terms of this version already.
    """
    locked = Offering.objects.select_for_update().get(pk=offering.pk)
    if is_active:
        _retire(locked, now=now)
    terms = TermsOfService(
        offering=locked,
        is_active=is_active,
        in_force_since=now if is_active else None,
        created=now,
        **columns,
    )
    with storing.in_words(TermsOfService, "terms"):
        terms.save(force_insert=True)
    if is_active:
        changes.touch(locked, now=now)
    kind = kinds.TERMS_PUBLISHED if is_active else kinds.TERMS_DRAFTED
    _record(kind, terms, actor=actor, now=now)
    return terms


@transaction.atomic
def change(
    terms: TermsOfService,
    *,
    is_active: bool | None = None,
    actor: User,
    now: datetime,
    **wanted: Any,
) -> TermsOfService:
    """Change terms: the days of grace, what they say as long as nobody agreed to it, their force.

    :raises AlreadyAgreedTo: they are to say something else, and somebody agreed to them.
    :raises TermsRemoved: they were removed meanwhile.
    """
    Offering.objects.select_for_update().get(pk=terms.offering_id)
    held = _locked(terms)
    before = {name: getattr(held, name) for name in AGREED_TO}
    says_otherwise = any(wanted.get(name, said) != said for name, said in before.items())
    if says_otherwise and _agreed(held):
        raise AlreadyAgreedTo("People agreed to these terms: publish a new version instead.")
    with storing.in_words(TermsOfService, "terms"):
        changed = sorted(changes.write(held, wanted, now=now))
    if changed:
        changes.touch(held.offering, now=now)
        _record(kinds.TERMS_UPDATED, held, actor=actor, now=now, changed=changed)
    if is_active is True and not held.is_active:
        _retire(held.offering, now=now)
        changes.write(held, {"is_active": True, "in_force_since": now}, now=now)
        changes.touch(held.offering, now=now)
        _record(kinds.TERMS_PUBLISHED, held, actor=actor, now=now)
    elif is_active is False:
        withdraw(held, actor=actor, now=now)
        held.is_active = False
    return held


def put_into_force(terms: TermsOfService, *, actor: User, now: datetime) -> TermsOfService:
    """Put a draft, or former terms, into force in place of those that hold.

    :raises TermsRemoved: they were removed meanwhile.
    """
    return change(terms, is_active=True, actor=actor, now=now)


@transaction.atomic
def withdraw(terms: TermsOfService, *, actor: User, now: datetime) -> None:
    """Take terms out of force without new ones in their place; a second time does nothing."""
    offering = Offering.objects.select_for_update().get(pk=terms.offering_id)
    if not TermsOfService.objects.filter(pk=terms.pk, is_active=True).update(
        is_active=False, modified=now
    ):
        return
    changes.touch(offering, now=now)
    _record(kinds.TERMS_WITHDRAWN, terms, actor=actor, now=now)


@transaction.atomic
def remove(terms: TermsOfService, *, actor: User, now: datetime) -> None:
    """Delete terms to which nobody ever agreed.

    :raises AlreadyAgreedTo: somebody did; they can be withdrawn.
    :raises TermsRemoved: somebody else was quicker.
    """
    offering = Offering.objects.select_for_update().get(pk=terms.offering_id)
    held = _locked(terms)
    if _agreed(held):
        raise AlreadyAgreedTo("People agreed to these terms: withdraw them instead.")
    changes.touch(offering, now=now)
    _record(kinds.TERMS_REMOVED, held, actor=actor, now=now, was_active=held.is_active)
    held.delete()


def in_force(offering: Offering) -> TermsOfService | None:
    """Return the terms that hold now."""
    found: TermsOfService | None = offering.terms_of_service.filter(is_active=True).first()
    return found


def _retire(offering: Offering, *, now: datetime) -> None:
    offering.terms_of_service.filter(is_active=True).update(is_active=False, modified=now)


def _agreed(terms: TermsOfService) -> bool:
    given = Consent.objects.filter(offering=terms.offering_id, version=terms.version)
    return bool(given.exists())


def _locked(terms: TermsOfService) -> TermsOfService:
    gone = TermsRemoved("These terms were removed in the meantime.")
    return locks.locked(terms, gone, related=("offering__customer",))


def _record(
    kind: Kind, terms: TermsOfService, *, actor: User, now: datetime, **payload: object
) -> None:
    about = {"offering": terms.offering.uuid.hex, "version": terms.version}
    events.record(kind, terms, actor=actor, now=now, payload=about | payload)
