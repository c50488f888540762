"""Terms of service and who agreed to them."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from common.storing import NotUnique
from identity.models import Event
from marketplace import tasks
from marketplace.models import Consent, TermsOfService
from marketplace.services import consents, terms
from tests.factories.marketplace import (
    ConsentFactory,
    OfferingFactory,
    TermsOfServiceFactory,
)

if TYPE_CHECKING:
    from datetime import datetime

    from identity.models import User
    from marketplace.models import Offering

pytestmark = pytest.mark.django_db


@pytest.fixture
def offering() -> Offering:
    return OfferingFactory(name="LUMI-C")


def kinds() -> list[str]:
    return list(Event.objects.order_by("pk").values_list("kind", flat=True))


def test_new_terms_take_the_place_of_the_former(
    offering: Offering, carol: User, now: datetime
) -> None:
    first = terms.publish(offering, text="One.", version="1", actor=carol, now=now)
    second = terms.publish(offering, text="Two.", version="2", actor=carol, now=now)

    assert terms.in_force(offering) == second
    assert not TermsOfService.objects.get(pk=first.pk).is_active
    terms.withdraw(second, actor=carol, now=now)
    terms.withdraw(second, actor=carol, now=now)
    assert terms.in_force(offering) is None
    assert kinds() == ["terms.published", "terms.published", "terms.withdrawn"]


def test_agreeing_twice_is_one_consent(offering: Offering, bob: User, now: datetime) -> None:
    TermsOfServiceFactory(offering=offering, version="1")
    given = consents.accept(offering, user=bob, actor=bob, now=now)
    assert consents.accept(offering, user=bob, actor=bob, now=now) == given
    assert (given.version, given.agreement_date) == ("1", now)
    assert kinds() == ["consent.given"]


def test_agreeing_to_newer_terms_ends_the_older_consent(
    offering: Offering, bob: User, now: datetime
) -> None:
    older = ConsentFactory(user=bob, offering=offering, version="1")
    TermsOfServiceFactory(offering=offering, version="2")
    newer = consents.accept(offering, user=bob, actor=bob, now=now)
    assert consents.consent_of(bob, offering) == newer
    assert Consent.objects.get(pk=older.pk).revocation_date == now


def test_there_must_be_something_to_agree_to(offering: Offering, bob: User, now: datetime) -> None:
    with pytest.raises(consents.NoTerms) as refused:
        consents.accept(offering, user=bob, actor=bob, now=now)
    assert refused.value.detail == {"offering": ["Offering has no active terms of service."]}


def test_a_consent_is_taken_back_once(offering: Offering, bob: User, now: datetime) -> None:
    consent = ConsentFactory(user=bob, offering=offering)
    consents.revoke(consent, actor=bob, now=now)
    consents.revoke(consent, actor=bob, now=now)
    assert consents.consent_of(bob, offering) is None
    assert kinds() == ["consent.revoked"]


def test_an_order_needs_no_consent_where_there_are_no_terms(
    offering: Offering, bob: User, now: datetime
) -> None:
    assert consents.settle(offering, user=bob, accepting=False, actor=bob, now=now) == ""


def test_an_order_without_consent_is_refused_until_it_accepts(
    offering: Offering, bob: User, now: datetime
) -> None:
    TermsOfServiceFactory(offering=offering, version="1")
    with pytest.raises(consents.TermsNotAccepted) as refused:
        consents.settle(offering, user=bob, accepting=False, actor=bob, now=now)
    assert refused.value.detail == {
        "non_field_errors": ["Terms of service for offering 'LUMI-C' have not been accepted."]
    }
    assert consents.settle(offering, user=bob, accepting=True, actor=bob, now=now) == "1"
    assert consents.settle(offering, user=bob, accepting=False, actor=bob, now=now) == "1"


@pytest.mark.parametrize("again", [False, True])
def test_an_older_consent_is_enough_unless_the_new_terms_ask_again(
    again: bool,
    offering: Offering,
    bob: User,
    now: datetime,
) -> None:
    ConsentFactory(user=bob, offering=offering, version="1")
    TermsOfServiceFactory(offering=offering, version="2", requires_reconsent=again)
    if again:
        with pytest.raises(consents.TermsNotAccepted):
            consents.settle(offering, user=bob, accepting=False, actor=bob, now=now)
    accepted = consents.settle(offering, user=bob, accepting=again, actor=bob, now=now)
    assert accepted == ("2" if again else "1")


def test_a_draft_asks_nobody_for_anything_until_it_is_put_into_force(
    offering: Offering, carol: User, now: datetime
) -> None:
    draft = terms.create(offering=offering, version="1", actor=carol, now=now)
    assert (draft.is_active, draft.in_force_since, terms.in_force(offering)) == (False, None, None)
    held = terms.put_into_force(draft, actor=carol, now=now)
    assert terms.put_into_force(draft, actor=carol, now=now) == held == terms.in_force(offering)
    assert held.in_force_since == now
    assert kinds() == ["terms.drafted", "terms.published"]


def test_a_version_is_there_once(offering: Offering, carol: User, now: datetime) -> None:
    first = terms.publish(offering, version="1", actor=carol, now=now)
    with pytest.raises(NotUnique) as refused:
        terms.publish(offering, version="1", actor=carol, now=now)
    assert refused.value.detail == {"version": ["The offering has terms of this version already."]}
    assert terms.in_force(offering) == first


def test_what_people_agreed_to_stays_as_they_read_it(
    offering: Offering, bob: User, carol: User, now: datetime
) -> None:
    """Also when the consent was taken back: it was given to these words."""
    held = terms.publish(offering, text="Be kind.", version="1", actor=carol, now=now)
    held = terms.change(held, terms_of_service="Be kinder.", actor=carol, now=now)
    given = consents.accept(offering, user=bob, actor=bob, now=now)
    consents.revoke(given, actor=bob, now=now)

    with pytest.raises(terms.AlreadyAgreedTo):
        terms.change(held, terms_of_service="Be quick.", actor=carol, now=now)
    with pytest.raises(terms.AlreadyAgreedTo):
        terms.remove(held, actor=carol, now=now)
    same = {"terms_of_service": "Be kinder.", "terms_of_service_link": ""}
    held = terms.change(held, **same, grace_period_days=7, is_active=False, actor=carol, now=now)
    assert (held.terms_of_service, held.grace_period_days, held.is_active) == (
        "Be kinder.",
        7,
        False,
    )
    assert kinds() == [
        "terms.published",
        "terms.updated",
        "consent.given",
        "consent.revoked",
        "terms.updated",
        "terms.withdrawn",
    ]


def test_terms_that_nobody_agreed_to_are_removed_once(
    offering: Offering, carol: User, now: datetime
) -> None:
    held = terms.publish(offering, version="1", actor=carol, now=now)
    terms.remove(held, actor=carol, now=now)
    with pytest.raises(terms.TermsRemoved):
        terms.remove(held, actor=carol, now=now)
    with pytest.raises(terms.TermsRemoved):
        terms.change(held, grace_period_days=1, actor=carol, now=now)
    assert kinds() == ["terms.published", "terms.removed"]


def test_agreeing_again_is_to_the_version_in_force(
    offering: Offering, bob: User, now: datetime
) -> None:
    older = ConsentFactory(user=bob, offering=offering, version="1")
    TermsOfServiceFactory(offering=offering, version="2")
    assert consents.renew(older, actor=bob, now=now) == older
    with pytest.raises(consents.NotInForce) as refused:
        consents.renew(older, version="1", actor=bob, now=now)
    assert refused.value.detail == {"version": ["The version in force is '2'."]}
    newer = consents.renew(older, version="2", actor=bob, now=now)
    assert (newer.version, consents.consent_of(bob, offering)) == ("2", newer)
    assert kinds() == ["consent.given"]


@pytest.mark.parametrize(
    ("days", "asks", "ends"), [(6, True, False), (7, True, True), (99, False, False)]
)
def test_an_outdated_consent_runs_out_after_the_days_of_grace(
    days: int, asks: bool, ends: bool, offering: Offering, bob: User, carol: User, now: datetime
) -> None:
    """To terms that ask for none again it never does."""
    older = ConsentFactory(user=bob, offering=offering, version="1")
    kept = ConsentFactory(offering=offering, version="2")
    terms.publish(
        offering,
        version="2",
        requires_reconsent=asks,
        grace_period_days=7,
        actor=carol,
        now=now,
    )
    later = now + timedelta(days=days)
    for _ in range(2):
        for consent in Consent.objects.late(later):
            consents.run_out(consent, now=later)
        consents.run_out(older, now=later)
    older.refresh_from_db()
    assert older.revocation_date == (later if ends else None)
    assert consents.consent_of(kept.user, offering) == kept
    assert kinds() == ["terms.published"] + (["consent.run_out"] if ends else [])


def test_a_task_ends_what_has_run_out(offering: Offering, bob: User) -> None:
    older = ConsentFactory(user=bob, offering=offering, version="1")
    TermsOfServiceFactory(offering=offering, version="2", requires_reconsent=True)
    tasks.end_late_consents()
    older.refresh_from_db()
    assert older.revocation_date is not None
    assert kinds() == ["consent.run_out"]
