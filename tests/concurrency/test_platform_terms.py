"""Terms of the platform that change while people accept them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from identity.models import Event, PlatformTerms, PlatformTermsAcceptance, User
from identity.services import platform_terms
from tests.concurrency.racing import RACERS, lost, race, race_each, race_same
from tests.factories.identity import PlatformTermsFactory, UserFactory

if TYPE_CHECKING:
    from datetime import datetime

pytestmark = pytest.mark.django_db(transaction=True)


def test_several_clicks_are_one_acceptance(now: datetime) -> None:
    PlatformTermsFactory(version="1", is_current=True)
    user = UserFactory()
    got = race_same(
        lambda: platform_terms.accept(User.objects.get(pk=user.pk), version="1", now=now)
    )
    assert got == [None] * RACERS
    assert PlatformTermsAcceptance.objects.count() == 1
    assert Event.objects.filter(kind="user.accepted_terms").count() == 1


def test_of_several_who_publish_one_version_is_in_force(now: datetime) -> None:
    staff = UserFactory(is_staff=True)
    race_each(
        lambda number: platform_terms.publish(
            version=str(number), terms="Be fair.", actor=staff, now=now
        )
    )
    assert PlatformTerms.objects.filter(is_current=True).count() == 1


def test_who_accepts_while_new_terms_are_published_accepted_what_they_read(now: datetime) -> None:
    held = PlatformTermsFactory(version="1", is_current=True)
    user, staff = UserFactory(), UserFactory(is_staff=True)
    got = race(
        lambda: platform_terms.accept(user, version="1", now=now),
        lambda: platform_terms.publish(version="2", terms="Be fairer.", actor=staff, now=now),
    )
    accepted = list(PlatformTermsAcceptance.objects.values_list("terms", flat=True))
    assert accepted == ([] if lost(got, platform_terms.OtherTermsInForce) else [held.pk])
    assert platform_terms.awaited_from(user)
