"""What staff ask for about a person: a mail that reminds them, and that accounts are gone over."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from config.wiring import dispatch_events
from identity.models import Event, EventDelivery
from identity.services import person_requests
from tests.factories.identity import PlatformTermsFactory

if TYPE_CHECKING:
    from datetime import datetime

    from identity.models import User

pytestmark = pytest.mark.django_db


def test_a_person_is_mailed_what_waits_for_them_once_a_day(
    bob: User, dave: User, now: datetime, mailoutbox: Any, settings: Any
) -> None:
    settings.REGISTRATION = replace(settings.REGISTRATION, mandatory=("organization",))
    PlatformTermsFactory(is_current=True)
    person_requests.remind(bob, actor=dave, now=now)
    dispatch_events()

    (mail,) = mailoutbox
    assert mail.to == [bob.email]
    assert f"- Accept the terms of service of the platform: {settings.SITE_URL}/pl" in mail.body
    assert f"- Complete your profile (organization): {settings.SITE_URL}/profile/" in mail.body

    with pytest.raises(person_requests.RemindedAlready):
        person_requests.remind(bob, actor=dave, now=now + timedelta(hours=23))
    person_requests.remind(bob, actor=dave, now=now + timedelta(hours=25))

    for column, value in (("email", ""), ("notifications_enabled", False), ("is_active", False)):
        type(dave).objects.filter(pk=dave.pk).update(**{column: value})
        with pytest.raises(person_requests.PersonUnreachable):
            person_requests.remind(dave, actor=dave, now=now)


def test_what_a_person_may_have_is_gone_over(bob: User, dave: User, now: datetime) -> None:
    person_requests.check(bob, actor=dave, now=now)
    dispatch_events()

    event = Event.objects.get(kind="user.check_requested")
    handled = EventDelivery.objects.filter(event=event)
    assert [one.delivered_at is not None for one in handled] == [True, True]
