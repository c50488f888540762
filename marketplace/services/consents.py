"""Consents of people to terms of service of offerings: given, taken back, and run out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from common.errors import Invalid
from identity import events
from marketplace import event_kinds as kinds
from marketplace.models import Consent, Offering
from marketplace.services.terms import in_force

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


class NotInForce(Invalid):
    """The version that is agreed to is not the one that holds."""

    code = "not_in_force"


def consent_of(user: User, offering: Offering) -> Consent | None:
    """Return the user's consent, whichever version it was given to."""
    found: Consent | None = Consent.objects.in_force().filter(user=user, offering=offering).first()
    return found


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
def renew(consent: Consent, *, version: str | None = None, actor: User, now: datetime) -> Consent:
    """Agree again, to the version that holds now; without a version nothing changes.

    :raises NotInForce: the version is another one.
    :raises NoTerms: when the offering has none any more.
    """
    if version is None:
        return consent
    offering = Offering.objects.select_for_update().get(pk=consent.offering_id)
    terms = in_force(offering)
    if terms is not None and terms.version != version:
        message = f"The version in force is '{terms.version}'."
        raise NotInForce({"version": [message]})
    return accept(offering, user=consent.user, actor=actor, now=now)


@transaction.atomic
def revoke(consent: Consent, *, actor: User, now: datetime) -> None:
    """Take a consent back; a second time does nothing."""
    Offering.objects.select_for_update().get(pk=consent.offering_id)
    if Consent.objects.in_force().filter(pk=consent.pk).update(revocation_date=now, modified=now):
        consent.revocation_date = now
        _record(kinds.CONSENT_REVOKED, consent, actor=actor, now=now)


@transaction.atomic
def run_out(consent: Consent, *, now: datetime) -> None:
    """End a consent to former terms whose successor asks for another one, if it still does."""
    Offering.objects.select_for_update().get(pk=consent.offering_id)
    late = Consent.objects.late(now).filter(pk=consent.pk)
    if late.update(revocation_date=now, modified=now):
        consent.revocation_date = now
        _record(kinds.CONSENT_RUN_OUT, consent, actor=None, now=now)


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


def _record(kind: Kind, consent: Consent, *, actor: User | None, now: datetime) -> None:
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
