"""The platform's own terms of service: published by staff, accepted by everybody who comes in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction

from common import changes, storing
from common.errors import Conflict
from identity import event_kinds as kinds
from identity import events
from identity.models import PlatformTerms, PlatformTermsAcceptance, User
from identity.standing import standing_of

if TYPE_CHECKING:
    from datetime import datetime

    from identity.event_catalogue import Kind


class OtherTermsInForce(Conflict):
    """The version that was read is not the one that is in force."""

    code = "other_terms_in_force"


@transaction.atomic
def publish(
    *, version: str, terms: str = "", link: str = "", actor: User, now: datetime
) -> PlatformTerms:
    """Put a version into force in place of the former; everybody is asked to accept it.

    :raises storing.NotUnique: there is this version already, or somebody else published just now.
    :raises storing.Contradictory: it says nothing.
    """
    list(PlatformTerms.objects.select_for_update().filter(is_current=True))
    PlatformTerms.objects.filter(is_current=True).update(is_current=False, modified=now)
    published = PlatformTerms(version=version, terms=terms, link=link, created=now)
    with storing.in_words(PlatformTerms, "version"):
        published.save(force_insert=True)
    _record(kinds.PLATFORM_TERMS_PUBLISHED, published, actor=actor, now=now)
    return published


@transaction.atomic
def withdraw(terms: PlatformTerms, *, actor: User, now: datetime) -> None:
    """Ask nobody for anything any more; a second time does nothing."""
    held = PlatformTerms.objects.filter(pk=terms.pk, is_current=True)
    if held.update(is_current=False, modified=now):
        _record(kinds.PLATFORM_TERMS_WITHDRAWN, terms, actor=actor, now=now)


def current() -> PlatformTerms | None:
    """Return the version in force."""
    return PlatformTerms.objects.filter(is_current=True).first()


def awaited_from(user: User) -> bool:
    """Tell whether a person has to accept the version in force."""
    if user.is_staff or user.is_machine:
        return False
    return standing_of(User.objects.get_queryset(), user).awaits_terms


@transaction.atomic
def accept(user: User, *, version: str | None = None, now: datetime) -> None:
    """Record that a person accepts the version in force, which is the one that they have read.

    Accepting twice is once; where there are no terms nothing happens.

    :raises OtherTermsInForce: another version is in force than the one named.
    """
    held = PlatformTerms.objects.select_for_update(no_key=True).filter(is_current=True).first()
    if version is not None and version != (held.version if held else ""):
        raise OtherTermsInForce("Other terms are in force by now: read them first.")
    if held is None or not _note(user, held, now):
        return
    changes.write(user, {"agreement_date": now}, now=now)
    events.record(
        kinds.USER_ACCEPTED_TERMS,
        user,
        actor=user,
        now=now,
        message=f"{user.username} accepted {held}.",
        payload={"version": held.version},
    )


def _note(user: User, terms: PlatformTerms, now: datetime) -> bool:
    """Write an acceptance down; tell whether it is new."""
    try:
        with transaction.atomic():
            PlatformTermsAcceptance.objects.create(user=user, terms=terms, accepted_at=now)
    except IntegrityError as error:
        if storing.broken_constraint(error) != "terms_accepted_once":
            raise
        return False
    return True


def _record(kind: Kind, terms: PlatformTerms, *, actor: User, now: datetime) -> None:
    events.record(
        kind,
        terms,
        actor=actor,
        now=now,
        message=str(terms),
        payload={"version": terms.version},
    )
