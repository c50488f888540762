"""Terms of service of offerings, and the consents that people give to them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from common import changes
from common.errors import Invalid
from identity import events
from marketplace import event_kinds as kinds
from marketplace.models import Consent, Offering, TermsOfService

if TYPE_CHECKING:
    from datetime import datetime

    from identity.event_catalogue import Kind
    from identity.models import User


class TermsNotAccepted(Invalid):
    """The offering has terms of service that the user has not agreed to."""

    code = "terms_not_accepted"


class NoTerms(Invalid):
    """The offering has no terms of service to agree to."""

    code = "no_terms"


@transaction.atomic
def publish(
    offering: Offering,
    *,
    actor: User,
    now: datetime,
    text: str = "",
    link: str = "",
    version: str = "",
    requires_reconsent: bool = False,
) -> TermsOfService:
    """Put terms into force in place of the former; they stay as history."""
    Offering.objects.select_for_update().get(pk=offering.pk)
    offering.terms_of_service.filter(is_active=True).update(is_active=False, modified=now)
    terms = TermsOfService.objects.create(
        offering=offering,
        terms_of_service=text,
        terms_of_service_link=link,
        version=version,
        requires_reconsent=requires_reconsent,
        created=now,
    )
    changes.touch(offering, now=now)
    events.record(
        kinds.TERMS_PUBLISHED,
        terms,
        actor=actor,
        now=now,
        payload={"offering": offering.uuid.hex, "version": version},
    )
    return terms


@transaction.atomic
def withdraw(terms: TermsOfService, *, actor: User, now: datetime) -> None:
    """Take terms out of force without new ones in their place; a second time does nothing."""
    offering = Offering.objects.select_for_update().get(pk=terms.offering_id)
    if not TermsOfService.objects.filter(pk=terms.pk, is_active=True).update(
        is_active=False, modified=now
    ):
        return
    changes.touch(offering, now=now)
    events.record(
        kinds.TERMS_WITHDRAWN,
        terms,
        actor=actor,
        now=now,
        payload={"offering": offering.uuid.hex, "version": terms.version},
    )


def in_force(offering: Offering) -> TermsOfService | None:
    """Return the terms that hold now."""
    return offering.terms_of_service.filter(is_active=True).first()


def consent_of(user: User, offering: Offering) -> Consent | None:
    """Return the user's consent, whichever version it was given to."""
    return Consent.objects.filter(
        user=user, offering=offering, revocation_date__isnull=True
    ).first()


@transaction.atomic
def accept(offering: Offering, *, user: User, actor: User, now: datetime) -> Consent:
    """Record that a user agrees to the terms in force; a consent to an older version ends.

    Agreeing twice to one version is one consent.

    :raises NoTerms: when the offering has none.
    """
    Offering.objects.select_for_update().get(pk=offering.pk)
    terms = in_force(offering)
    if terms is None:
        raise NoTerms({"offering": ["Offering has no active terms of service."]})
    former = consent_of(user, offering)
    if former is not None and former.version == terms.version:
        return former
    if former is not None:
        Consent.objects.filter(pk=former.pk).update(revocation_date=now, modified=now)
    consent = Consent.objects.create(
        user=user, offering=offering, version=terms.version, agreement_date=now, created=now
    )
    _record(kinds.CONSENT_GIVEN, consent, actor=actor, now=now)
    return consent


@transaction.atomic
def revoke(consent: Consent, *, actor: User, now: datetime) -> None:
    """Take a consent back; a second time does nothing."""
    if Consent.objects.filter(pk=consent.pk, revocation_date__isnull=True).update(
        revocation_date=now, modified=now
    ):
        consent.revocation_date = now
        _record(kinds.CONSENT_REVOKED, consent, actor=actor, now=now)


def settle(offering: Offering, *, user: User, accepting: bool, actor: User, now: datetime) -> str:
    """See that a user who orders has agreed to the terms; return the version agreed to.

    Without terms that is an empty text. An older consent is enough unless the new terms ask for it
    again. `accepting` is what the order says; it is recorded as a consent.

    :raises TermsNotAccepted: when there are terms and the user has not.
    """
    terms = in_force(offering)
    if terms is None:
        return ""
    consent = consent_of(user, offering)
    if consent is None or (consent.version != terms.version and terms.requires_reconsent):
        if not accepting:
            message = f"Terms of service for offering '{offering.name}' have not been accepted."
            raise TermsNotAccepted({"non_field_errors": [message]})
        consent = accept(offering, user=user, actor=actor, now=now)
    version: str = consent.version
    return version


def _record(kind: Kind, consent: Consent, *, actor: User, now: datetime) -> None:
    events.record(
        kind,
        consent,
        actor=actor,
        now=now,
        payload={
            "offering": consent.offering.uuid.hex,
            "user": consent.user.uuid.hex,
            "version": consent.version,
        },
    )
