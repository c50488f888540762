"""The platform's terms of service: published by staff, accepted by people, version by version."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from common.storing import Contradictory, NotUnique
from identity.models import Event, PlatformTerms, PlatformTermsAcceptance
from identity.services import platform_terms, users

if TYPE_CHECKING:
    from datetime import datetime

    from identity.models import User

pytestmark = pytest.mark.django_db


def kinds() -> list[str]:
    return list(Event.objects.order_by("pk").values_list("kind", flat=True))


def test_a_new_version_takes_the_place_of_the_former(dave: User, now: datetime) -> None:
    first = platform_terms.publish(version="1", terms="Be fair.", actor=dave, now=now)
    second = platform_terms.publish(version="2", link="https://efp.eu/2", actor=dave, now=now)
    assert platform_terms.current() == second
    assert not PlatformTerms.objects.get(pk=first.pk).is_current
    for _ in range(2):
        platform_terms.withdraw(second, actor=dave, now=now)
    assert platform_terms.current() is None
    published = "platform_terms.published"
    assert kinds() == [published, published, "platform_terms.withdrawn"]


def test_a_version_is_there_once_and_says_something(dave: User, now: datetime) -> None:
    held = platform_terms.publish(version="1", terms="Be fair.", actor=dave, now=now)
    with pytest.raises(NotUnique):
        platform_terms.publish(version="1", terms="Be fairer.", actor=dave, now=now)
    with pytest.raises(Contradictory) as refused:
        platform_terms.publish(version="2", actor=dave, now=now)
    assert refused.value.detail == {"link": ["Give the text, or a link to it."]}
    assert platform_terms.current() == held


def test_a_person_accepts_once_and_each_version_anew(bob: User, dave: User, now: datetime) -> None:
    assert not platform_terms.awaited_from(bob)
    platform_terms.publish(version="1", terms="Be fair.", actor=dave, now=now)
    assert platform_terms.awaited_from(bob)
    for _ in range(2):
        platform_terms.accept(bob, version="1", now=now)
    assert not platform_terms.awaited_from(bob)
    bob.refresh_from_db()
    assert bob.agreement_date == now

    platform_terms.publish(version="2", terms="Be fairer.", actor=dave, now=now)
    assert platform_terms.awaited_from(bob)
    with pytest.raises(platform_terms.OtherTermsInForce):
        platform_terms.accept(bob, version="1", now=now)
    platform_terms.accept(bob, now=now)
    accepted = PlatformTermsAcceptance.objects.order_by("pk").values_list("terms__version")
    assert [version for (version,) in accepted] == ["1", "2"]
    assert kinds().count("user.accepted_terms") == 2


def test_nobody_accepts_what_is_not_there(bob: User, now: datetime) -> None:
    platform_terms.accept(bob, now=now)
    with pytest.raises(platform_terms.OtherTermsInForce):
        platform_terms.accept(bob, version="1", now=now)
    assert (kinds(), bob.agreement_date) == ([], None)


def test_staff_and_programs_are_not_asked(bob: User, dave: User, now: datetime) -> None:
    platform_terms.publish(version="1", terms="Be fair.", actor=dave, now=now)
    bob.is_machine = True
    assert not platform_terms.awaited_from(bob)
    assert not platform_terms.awaited_from(dave)


def test_who_changes_their_profile_accepts_the_new_version_too(
    bob: User, dave: User, now: datetime
) -> None:
    users.update(bob, actor=bob, now=now, wanted={"job_title": "PI"}, agree_with_policy=True)
    platform_terms.publish(version="1", terms="Be fair.", actor=dave, now=now)
    with pytest.raises(users.PolicyNotAgreed):
        users.update(bob, actor=bob, now=now, wanted={"job_title": "Dr"})
    users.update(bob, actor=dave, now=now, wanted={"job_title": "Prof"})
    assert platform_terms.awaited_from(bob)
    users.update(bob, actor=bob, now=now, wanted={}, agree_with_policy=True)
    assert not platform_terms.awaited_from(bob)
