"""Terms of service and who agreed to them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from identity.models import Event
from marketplace.models import Consent, TermsOfService
from marketplace.services import terms
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
    given = terms.accept(offering, user=bob, actor=bob, now=now)
    assert terms.accept(offering, user=bob, actor=bob, now=now) == given
    assert (given.version, given.agreement_date) == ("1", now)
    assert kinds() == ["consent.given"]


def test_agreeing_to_newer_terms_ends_the_older_consent(
    offering: Offering, bob: User, now: datetime
) -> None:
    older = ConsentFactory(user=bob, offering=offering, version="1")
    TermsOfServiceFactory(offering=offering, version="2")
    newer = terms.accept(offering, user=bob, actor=bob, now=now)
    assert terms.consent_of(bob, offering) == newer
    assert Consent.objects.get(pk=older.pk).revocation_date == now


def test_there_must_be_something_to_agree_to(offering: Offering, bob: User, now: datetime) -> None:
    with pytest.raises(terms.NoTerms) as refused:
        terms.accept(offering, user=bob, actor=bob, now=now)
    assert refused.value.detail == {"offering": ["Offering has no active terms of service."]}


def test_a_consent_is_taken_back_once(offering: Offering, bob: User, now: datetime) -> None:
    consent = ConsentFactory(user=bob, offering=offering)
    terms.revoke(consent, actor=bob, now=now)
    terms.revoke(consent, actor=bob, now=now)
    assert terms.consent_of(bob, offering) is None
    assert kinds() == ["consent.revoked"]


def test_an_order_needs_no_consent_where_there_are_no_terms(
    offering: Offering, bob: User, now: datetime
) -> None:
    assert terms.settle(offering, user=bob, accepting=False, actor=bob, now=now) == ""


def test_an_order_without_consent_is_refused_until_it_accepts(
    offering: Offering, bob: User, now: datetime
) -> None:
    TermsOfServiceFactory(offering=offering, version="1")
    with pytest.raises(terms.TermsNotAccepted) as refused:
        terms.settle(offering, user=bob, accepting=False, actor=bob, now=now)
    assert refused.value.detail == {
        "non_field_errors": ["Terms of service for offering 'LUMI-C' have not been accepted."]
    }
    assert terms.settle(offering, user=bob, accepting=True, actor=bob, now=now) == "1"
    assert terms.settle(offering, user=bob, accepting=False, actor=bob, now=now) == "1"


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
        with pytest.raises(terms.TermsNotAccepted):
            terms.settle(offering, user=bob, accepting=False, actor=bob, now=now)
    accepted = terms.settle(offering, user=bob, accepting=again, actor=bob, now=now)
    assert accepted == ("2" if again else "1")
