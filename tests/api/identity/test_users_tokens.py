"""Tokens of people: how long they live, and that they are shown once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from identity.models import IdempotencyKey, Token, User
from tests.api.identity.user_addresses import AT, at
from tests.api.times import iso

if TYPE_CHECKING:
    from collections.abc import Callable

    from rest_framework.test import APIClient

pytestmark = pytest.mark.django_db


def test_staff_let_a_token_live_for_ever(
    as_user: Callable[[User], APIClient], dave: User, bob: User
) -> None:
    bobs = as_user(bob)

    answer = as_user(dave).patch(at(bob), {"token_lifetime": None}, format="json")

    assert (answer.status_code, answer.json()["token_lifetime"]) == (200, None)
    assert Token.objects.get(user=bob).lifetime is None
    assert bobs.get(f"{AT}me/").status_code == 200


def test_a_token_is_told_of_but_not_told(as_user: Callable[[User], APIClient], bob: User) -> None:
    client = as_user(bob)

    shown = client.get(f"{at(bob)}token/").json()

    assert shown == {
        "created": iso(Token.objects.get().created),
        "user_first_name": "Bob",
        "user_is_active": True,
        "user_last_name": "Tester",
        "user_token_lifetime": 3600,
        "user_username": "bob",
    }


def test_who_has_no_token_has_none_to_tell_of(
    as_user: Callable[[User], APIClient], dave: User, bob: User
) -> None:
    answer = as_user(dave).get(f"{at(bob)}token/")

    assert answer.status_code == 404
    assert answer.json() == {"detail": "No Token matches the given query."}


def test_a_refreshed_token_is_shown_once_and_is_the_only_one(
    as_user: Callable[[User], APIClient], bob: User, anonymous: APIClient
) -> None:
    old, other = as_user(bob), as_user(bob)

    answer = old.post(f"{at(bob)}refresh_token/")

    assert answer.status_code == 200
    fresh = answer.json()["token"]
    assert len(fresh) == 40
    for client in (old, other):
        assert client.get(f"{AT}me/").status_code == 401
    anonymous.credentials(HTTP_AUTHORIZATION=f"Token {fresh}")
    assert anonymous.get(f"{AT}me/").status_code == 200


def test_a_new_token_is_never_kept_for_a_repetition(as_user, pi):
    path = f"/api/users/{pi.uuid.hex}/refresh_token/"
    first = as_user(pi).post(path, HTTP_IDEMPOTENCY_KEY="once")
    again = as_user(pi).post(path, HTTP_IDEMPOTENCY_KEY="once")
    assert (first.status_code, again.status_code) == (200, 200)
    assert first.json()["token"] != again.json()["token"]
    assert not IdempotencyKey.objects.exists()
