from __future__ import annotations

from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

import pytest

from identity.models import Event, LoginFailures, Token, User
from identity.services import credentials, lock_out, users
from tests.factories.identity import PASSWORD, TokenFactory, UserFactory

pytestmark = pytest.mark.django_db

ADDRESS = "192.0.2.7"


def log_in(
    now: datetime, username: Any = "bob", password: Any = PASSWORD, address: Any = ADDRESS
) -> Any:
    return credentials.log_in(username=username, password=password, address=address, now=now)


def fail(now: datetime, times: Any = 1, **kwargs: Any) -> Any:
    for _ in range(times):
        with pytest.raises(credentials.WrongPassword) as refusal:
            log_in(now, password="nope", **kwargs)
        assert refusal.value.detail == "Invalid username/password."


def test_each_login_issues_a_token_and_the_others_live_on(bob: User, now: datetime) -> None:
    first, second = log_in(now), log_in(now)

    assert first != second
    assert len(first) == 40
    assert int(first, 16)
    assert credentials.find(first, now=now).user == bob
    assert credentials.find(second, now=now).user == bob
    bob.refresh_from_db()
    assert bob.last_login == now
    assert Event.objects.filter(kind="token.issued", actor=bob).count() == 2


def test_only_the_digest_of_a_token_is_stored(bob: User, now: datetime) -> None:
    plaintext = log_in(now)

    token = Token.objects.get()
    assert token.digest == sha256(plaintext.encode()).hexdigest()
    assert plaintext not in str(list(Token.objects.values()) + list(Event.objects.values()))


def test_a_fifth_attempt_after_four_failures_is_locked_out_for_ten_minutes(
    bob: User, now: datetime
) -> None:
    fail(now, times=4)

    with pytest.raises(lock_out.LockedOut) as refusal:
        log_in(now + timedelta(minutes=9, seconds=59))
    assert refusal.value.detail == "Username is locked out. Try in 10 minutes."
    assert log_in(now + timedelta(minutes=10))


def test_the_lock_out_is_for_one_user_name_and_one_address(
    bob: User, pi: User, now: datetime
) -> None:
    fail(now, times=4)

    assert log_in(now, address="192.0.2.8")
    assert log_in(now, username="pi")


def test_a_success_makes_the_failures_before_it_forgotten(bob: User, now: datetime) -> None:
    fail(now, times=3)
    log_in(now)
    fail(now, times=4)

    with pytest.raises(lock_out.LockedOut):
        log_in(now)


def test_failures_from_longer_ago_do_not_count(bob: User, now: datetime) -> None:
    fail(now, times=3)
    later = now + timedelta(minutes=10)
    fail(later)

    assert LoginFailures.objects.get().count == 1
    assert log_in(later)


def test_nobody_learns_which_user_names_exist(now: datetime) -> None:
    fail(now, username="nobody")
    fail(now, username="n" * 300)


def test_a_deactivated_user_cannot_log_in(bob: User, dave: User, now: datetime) -> None:
    users.deactivate(bob, reason="left", actor=dave, now=now)

    with pytest.raises(credentials.WrongPassword):
        log_in(now)


def test_an_unknown_token_is_invalid(now: datetime) -> None:
    with pytest.raises(credentials.UnknownToken) as refusal:
        credentials.find("0" * 40, now=now)

    assert refusal.value.detail == "Invalid token."


def test_a_token_of_a_deactivated_user_is_refused(now: datetime) -> None:
    TokenFactory(user=UserFactory(is_active=False), plaintext="it")

    with pytest.raises(credentials.InactiveUser) as refusal:
        credentials.find("it", now=now)

    assert refusal.value.detail == "User inactive or deleted."


def test_a_token_dies_of_not_being_used_for_its_lifetime(now: datetime) -> None:
    TokenFactory(plaintext="it", created=now, lifetime=3600)

    assert credentials.find("it", now=now + timedelta(seconds=3599)) == Token.objects.get()
    with pytest.raises(credentials.ExpiredToken) as refusal:
        credentials.find("it", now=now + timedelta(seconds=3600))
    assert refusal.value.detail == "Token has expired."


def test_a_token_without_a_lifetime_lives_for_ever(now: datetime) -> None:
    TokenFactory(plaintext="it", created=now, lifetime=None)

    assert credentials.find("it", now=now + timedelta(days=3650)) == Token.objects.get()


@pytest.mark.parametrize(
    ("lifetime", "seconds", "written"),
    [(3600, 59, False), (3600, 60, True), (None, 59, False), (None, 60, True), (60, 30, True)],
)
def test_use_is_written_down_at_most_once_a_minute(
    now: datetime, lifetime: Any, seconds: Any, written: Any
) -> None:
    token = TokenFactory(created=now, lifetime=lifetime)
    later = now + timedelta(seconds=seconds)

    credentials.touch(token, now=later)

    token.refresh_from_db()
    assert token.last_used == (later if written else now)


def test_refreshing_makes_the_tokens_before_it_worthless(bob: User, now: datetime) -> None:
    old = log_in(now)

    token, plaintext = credentials.refresh(bob, actor=bob, now=now)

    assert list(Token.objects.all()) == [token]
    assert credentials.find(plaintext, now=now) == token
    with pytest.raises(credentials.UnknownToken):
        credentials.find(old, now=now)
    assert Event.objects.filter(kind="token.revoked").count() == 1


def test_revoking_one_token_leaves_the_others(bob: User, now: datetime) -> None:
    gone, kept = TokenFactory(user=bob), TokenFactory(user=bob)

    credentials.revoke(gone, actor=bob, now=now)

    assert list(Token.objects.all()) == [kept]


def test_pruning_deletes_dead_tokens_and_old_failures_only(bob: User, now: datetime) -> None:
    TokenFactory(created=now - timedelta(seconds=3601), lifetime=3600)
    kept = {
        TokenFactory(created=now - timedelta(seconds=3599), lifetime=3600),
        TokenFactory(created=now - timedelta(days=3650), lifetime=None),
    }
    fail(now - timedelta(minutes=10))
    fail(now, username="pi")

    assert credentials.prune(now=now) == 1

    assert set(Token.objects.all()) == kept
    assert list(LoginFailures.objects.values_list("username", flat=True)) == ["pi"]
