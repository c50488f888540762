from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from identity import tasks
from identity.models import Grant, IdempotencyKey, Token, User
from identity.services import housekeeping
from tests.factories.identity import TokenFactory

pytestmark = pytest.mark.django_db


def test_answers_are_kept_for_a_day(bob: User, now: datetime) -> None:
    for hours in (23, 25):
        IdempotencyKey.objects.create(
            user=bob, key=f"{hours}", request_digest="", created=now - timedelta(hours=hours)
        )

    assert housekeeping.prune(now=now) == {
        "tokens": 0,
        "answers": 1,
        "institution_logins": 0,
        "data_accesses": 0,
        "email_confirmations": 0,
        "invitations": 0,
    }

    assert list(IdempotencyKey.objects.values_list("key", flat=True)) == ["23"]


def test_the_tasks_do_what_beat_starts_them_for_also_twice_and_with_new_arguments(
    bob: User, now: datetime
) -> None:
    TokenFactory(created=now - timedelta(days=2), lifetime=60)
    Grant.objects.update(expiration_time=now - timedelta(minutes=1))

    for _ in range(2):
        tasks.prune(reason="new")
        tasks.expire_grants(reason="new")

    assert not Token.objects.exists()
    assert not Grant.objects.filter(is_active=True).exists()
