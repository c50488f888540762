"""Consents, terms and roles that change at the same moment: nobody is in who has not agreed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from allocations.services import accounts, admission, membership
from config.wiring import dispatch_events
from marketplace.models import Consent, Offering, TermsOfService
from marketplace.services import consents, terms
from tests.concurrency.racing import RACERS, lost, race, race_same
from tests.factories.allocations import OfferingUserFactory
from tests.factories.identity import GrantFactory, ProjectFactory, UserFactory
from tests.factories.marketplace import (
    ConsentFactory,
    HpcOfferingFactory,
    ResourceFactory,
    TermsOfServiceFactory,
)

if TYPE_CHECKING:
    from datetime import datetime

    from identity.models import User

pytestmark = pytest.mark.django_db(transaction=True)

ASKING: dict[str, Any] = {membership.MANAGED: True, admission.ASKS: True}


def a_member() -> tuple[User, Offering]:
    offering = HpcOfferingFactory(plugin_options=dict(ASKING))
    TermsOfServiceFactory(offering=offering, version="1")
    project, user = ProjectFactory(), UserFactory()
    GrantFactory(user=user, scope=project, role="PROJECT.MEMBER")
    ResourceFactory(project=project, offering=offering)
    return user, offering


def is_in(user: User, offering: Offering) -> bool:
    account = accounts.live(user, offering)
    return account is not None and not account.is_restricted


@pytest.mark.parametrize("has_account", [False, True])
def test_who_takes_a_consent_back_while_their_account_is_seen_to_is_out(
    has_account: bool, now: datetime
) -> None:
    user, offering = a_member()
    consent = ConsentFactory(user=user, offering=offering, version="1")
    if has_account:
        OfferingUserFactory(user=user, offering=offering)

    def see_to_it() -> None:
        membership.reconcile(user=user, offering=Offering.objects.get(pk=offering.pk), now=now)

    def take_back() -> None:
        consents.revoke(Consent.objects.get(pk=consent.pk), actor=user, now=now)
        dispatch_events()

    assert race(see_to_it, take_back, see_to_it) == [None] * 3
    dispatch_events()
    assert not is_in(user, offering)


def test_who_agrees_while_new_terms_ask_again_agreed_to_one_of_them(now: datetime) -> None:
    user, offering = a_member()

    def agree() -> None:
        consents.accept(offering, user=user, actor=user, now=now)
        dispatch_events()

    def publish() -> None:
        said: Any = {"version": "2", "requires_reconsent": True, "grace_period_days": 0}
        terms.publish(offering, actor=user, now=now, **said)
        dispatch_events()

    assert race(agree, publish, agree) == [None] * 3
    dispatch_events()
    consent = consents.consent_of(user, offering)
    assert consent is not None
    assert is_in(user, offering) is (consent.version == "2")


def test_a_version_is_written_once(now: datetime) -> None:
    offering, actor = HpcOfferingFactory(), UserFactory()
    got = race_same(lambda: terms.publish(offering, version="1", actor=actor, now=now))
    assert len([one for one in got if isinstance(one, TermsOfService)]) == 1
    assert len([one for one in got if isinstance(one, Exception)]) == RACERS - 1


def test_terms_are_agreed_to_or_removed(now: datetime) -> None:
    """Whoever is first: what somebody agreed to stays."""
    user, offering = a_member()
    held = TermsOfService.objects.get(offering=offering)
    got = race(
        lambda: consents.accept(offering, user=user, actor=user, now=now),
        lambda: terms.remove(held, actor=user, now=now),
    )
    refused = lost(got, consents.NoTerms), lost(got, terms.AlreadyAgreedTo)
    there = TermsOfService.objects.filter(pk=held.pk).exists()
    assert refused == ((0, 1) if there else (1, 0))
    assert Consent.objects.filter(user=user).exists() is there
