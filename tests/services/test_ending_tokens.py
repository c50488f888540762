"""Who has a personal access token hears in time that it ends."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core import mail
from django.utils import timezone

from config.wiring import dispatch_events
from identity import tasks
from identity.models import Event, Token, User
from tests.factories.identity import PersonalTokenFactory, TokenFactory

pytestmark = pytest.mark.django_db


def test_a_token_s_end_is_told_of_once_to_those_who_want_such_mail(bob: User, carol: User) -> None:
    now = timezone.now()
    year_ago = now - timedelta(days=360)
    User.objects.filter(pk=carol.pk).update(notifications_enabled=False)
    told_of = PersonalTokenFactory(
        user=bob,
        name="ci\nrunner",
        prefix="efp_ab12",
        expires_at=now + timedelta(days=6),
        created=year_ago,
    )
    PersonalTokenFactory(user=carol, expires_at=now + timedelta(days=6), created=year_ago)
    PersonalTokenFactory(user=bob, expires_at=now + timedelta(days=8), created=year_ago)
    PersonalTokenFactory(user=bob, expires_at=now - timedelta(days=1), created=year_ago)
    PersonalTokenFactory(user=bob, expires_at=now + timedelta(days=1), created=now)
    TokenFactory(user=bob)

    for _ in range(2):
        tasks.tell_of_ending_tokens()
    dispatch_events()

    assert Event.objects.filter(kind="token.expiring").count() == 2
    (message,) = mail.outbox
    assert message.to == [bob.email]
    assert message.subject.endswith("A token ends soon")
    assert "The personal access token ci runner (efp_ab12…)" in message.body
    assert f"/api/personal-access-tokens/{told_of.uuid.hex}/rotate/" in message.body


def test_no_mail_tells_of_a_token_that_was_revoked_meanwhile(bob: User) -> None:
    now = timezone.now()
    PersonalTokenFactory(
        user=bob,
        created=now - timedelta(days=90),
        expires_at=now + timedelta(days=2),
    )
    tasks.tell_of_ending_tokens()
    Token.objects.all().delete()
    dispatch_events()
    assert mail.outbox == []
