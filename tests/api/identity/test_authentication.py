from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from identity import access
from identity.models import Customer, Project, Token, User
from identity.roles import RoleName
from identity.services import credentials
from tests.factories.identity import GrantFactory, TokenFactory, UserFactory

pytestmark = pytest.mark.django_db

ME = "/api/users/me/"
KEY = "0123456789abcdef0123456789abcdef01234567"


def get(header: Any) -> Any:
    return APIClient(HTTP_AUTHORIZATION=header).get(ME)


@pytest.mark.parametrize("scheme", ["Token", "token", "TOKEN", "Bearer", "bearer"])
def test_a_token_is_taken_under_either_scheme_in_any_case(bob: User, scheme: str) -> None:
    TokenFactory(user=bob, plaintext=KEY)

    answer = get(f"{scheme} {KEY}")

    assert answer.status_code == 200
    assert answer.json()["username"] == "bob"


@pytest.mark.parametrize(
    ("header", "detail"),
    [
        ("", "Authentication credentials were not provided."),
        ("Basic Ym9iOmJvYg==", "Authentication credentials were not provided."),
        ("Token", "Invalid token. No credentials provided."),
        ("token ", "Invalid token. No credentials provided."),
        ("Token a b", "Invalid token. Token string should not contain spaces."),
        (f"Token {KEY}", "Invalid token."),
        ("Token \xff\xfe", "Invalid token."),
        ("Token " + "x" * 5000, "Invalid token."),
    ],
)
def test_every_other_header_is_refused_in_waldurs_words(header: str, detail: str) -> None:
    answer = get(header)

    assert answer.status_code == 401
    assert answer.json() == {"detail": detail}
    assert answer["WWW-Authenticate"] == "Token"


def test_a_token_in_the_query_is_not_looked_at(bob: User) -> None:
    TokenFactory(user=bob, plaintext=KEY)

    answer = APIClient().get(f"{ME}?x-auth-token={KEY}")

    assert answer.status_code == 401


def test_a_deactivated_person_is_refused() -> None:
    TokenFactory(user=UserFactory(is_active=False), plaintext=KEY)

    answer = get(f"Token {KEY}")

    assert answer.status_code == 401
    assert answer.json() == {"detail": "User inactive or deleted."}
    assert answer["WWW-Authenticate"] == "Token"


def test_a_token_that_was_not_used_for_its_lifetime_is_refused(bob: User, now: datetime) -> None:
    TokenFactory(user=bob, plaintext=KEY, created=now - timedelta(hours=2), lifetime=3600)

    answer = get(f"Token {KEY}")

    assert answer.status_code == 401
    assert answer.json() == {"detail": "Token has expired."}


def test_every_use_prolongs_the_life_of_a_token_but_not_every_use_is_written(
    bob: User, now: datetime
) -> None:
    token = TokenFactory(
        user=bob, plaintext=KEY, created=now - timedelta(minutes=59), lifetime=3600
    )

    get(f"Token {KEY}")
    used = Token.objects.get().last_used
    assert used >= now
    get(f"Token {KEY}")
    assert Token.objects.get().last_used == used
    assert token.created == Token.objects.get().created


def test_a_token_brings_the_grants_of_its_user_that_are_in_force(
    bob: User, provider: Customer, elsewhere: Customer, now: datetime
) -> None:
    """They are what a read would ask for; the ended one and the expired one are none."""
    TokenFactory(user=bob, plaintext=KEY)
    owner = RoleName.CUSTOMER_OWNER
    GrantFactory(user=bob, role=owner, scope=provider, is_active=False)
    GrantFactory(user=bob, role=owner, scope=elsewhere, expiration_time=now - timedelta(days=1))
    later = GrantFactory(
        user=bob,
        role=RoleName.CUSTOMER_READER,
        scope=elsewhere,
        expiration_time=now + timedelta(days=1),
    )

    carried = credentials.find(KEY, now=now).user_grants

    assert carried == access.grants_in_force(bob)
    assert len(carried) == 2
    assert access.Held("CUSTOMER.READER", "", "customer", elsewhere.pk, elsewhere.pk) in carried
    assert later.is_active


def test_who_holds_nothing_brings_nothing(now: datetime) -> None:
    user = UserFactory()
    TokenFactory(user=user, plaintext=KEY)
    assert credentials.find(KEY, now=now).user_grants == frozenset()


def test_only_a_request_that_reads_takes_the_grants_that_the_token_brought(
    bob: User, project: Project
) -> None:
    TokenFactory(user=bob, plaintext=KEY)
    client, path = (
        APIClient(HTTP_AUTHORIZATION=f"Token {KEY}"),
        f"/api/projects/{project.uuid.hex}/",
    )

    def asked(method: str) -> int:
        with CaptureQueriesContext(connection) as queries:
            getattr(client, method)(path)
        return sum(query["sql"].startswith('SELECT "identity_role"."name"') for query in queries)

    assert asked("get") == 0
    assert asked("patch") > 0
