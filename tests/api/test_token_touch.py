"""A token's last use is written once a minute, by itself, and nobody waits for it."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from typing import TYPE_CHECKING, Any

import pytest
from django.db import connection
from django.utils import timezone
from rest_framework.test import APIClient

from identity.models import IdempotencyKey, Project, Token
from tests.api.site.counting import NOTES, statements
from tests.factories.identity import TokenFactory

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from identity.models import User

KEY = "0123456789abcdef0123456789abcdef01234567"
ME = "/api/users/me/"


@pytest.fixture
def token(alice: User, now: datetime) -> Token:
    """A token that was used two minutes ago."""
    made: Token = TokenFactory(user=alice, plaintext=KEY, created=now - timedelta(minutes=2))
    return made


@pytest.fixture
def client(token: Token) -> APIClient:
    return APIClient(HTTP_AUTHORIZATION=f"Token {KEY}")


def last_used() -> datetime:
    return Token.objects.get().last_used


@pytest.mark.django_db
def test_a_read_writes_the_last_use_once_a_minute_and_nothing_else(client: APIClient) -> None:
    with statements() as first:
        client.get(ME)
    with statements() as again:
        client.get(ME)
    Token.objects.update(last_used=last_used() - timedelta(seconds=20))
    with statements() as later:
        client.get(ME)
    Token.objects.update(last_used=last_used() - timedelta(seconds=40))
    with statements() as a_minute_later:
        client.get(ME)

    assert [len(run.writes) for run in (first, again, later, a_minute_later)] == [1, 0, 0, 1]
    assert first.besides_the_notes == a_minute_later.besides_the_notes == []


@pytest.mark.django_db
def test_a_token_that_lives_shorter_is_written_in_time_to_live_on(
    client: APIClient, now: datetime
) -> None:
    Token.objects.update(lifetime=10, last_used=timezone.now() - timedelta(seconds=6))
    with statements() as run:
        client.get(ME)
    assert len(run.writes) == 1


def requests(client: APIClient, project: Project) -> dict[str, Callable[[], Any]]:
    """A read, a write, and writes that run in a transaction of the request or are refused."""
    path, body = f"/api/projects/{project.uuid.hex}/", {"description": "new"}
    tag = client.get(path)["ETag"]
    return {
        "read": lambda: client.get(path),
        "write": lambda: client.patch(path, body),
        "write of a version": lambda: client.patch(path, body, HTTP_IF_MATCH=tag),
        "write of no version": lambda: client.patch(path, body, HTTP_IF_MATCH='"none"'),
        "write that may be replayed": lambda: client.post(
            f"{path}add_user/", {}, HTTP_IDEMPOTENCY_KEY="k1"
        ),
        "refused": lambda: client.patch(path, {"name": ""}),
    }


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    "kind",
    [
        "read",
        "write",
        "write of a version",
        "write of no version",
        "write that may be replayed",
        "refused",
    ],
)
def test_it_is_written_outside_of_the_requests_transaction(
    client: APIClient, project: Project, kind: str
) -> None:
    send = requests(client, project)[kind]
    before = timezone.now() - timedelta(minutes=2)
    Token.objects.update(last_used=before)
    inside = []

    def watch(execute: Any, sql: str, params: Any, many: Any, context: Any) -> Any:
        if NOTES.match(sql):
            inside.append(connection.in_atomic_block)
        return execute(sql, params, many, context)

    with connection.execute_wrapper(watch):
        answer = send()

    assert answer.status_code < 500
    assert inside == [False]
    assert last_used() > before  # also where what was asked for has been refused
    assert IdempotencyKey.objects.count() == ("replayed" in kind)


@pytest.mark.django_db(transaction=True)
def test_of_many_requests_at_once_one_writes_it(token: Token) -> None:
    many = 8
    start, rows = Barrier(many), []

    def count(execute: Any, sql: str, params: Any, many: Any, context: Any) -> Any:
        result = execute(sql, params, many, context)
        if NOTES.match(sql):
            rows.append(context["cursor"].rowcount)
        return result

    def ask(_: int) -> int:
        try:
            connection.ensure_connection()
            start.wait()
            with connection.execute_wrapper(count):
                return APIClient(HTTP_AUTHORIZATION=f"Token {KEY}").get(ME).status_code
        finally:
            connection.close()

    with ThreadPoolExecutor(many) as pool:
        statuses = list(pool.map(ask, range(many)))

    assert statuses == [200] * many
    assert sum(rows) == 1


@pytest.mark.django_db(transaction=True)
def test_a_request_that_takes_long_keeps_no_other_one_with_the_token_waiting(
    token: Token, project: Project
) -> None:
    """The first one's transaction is still open when the second one is answered."""
    path = f"/api/projects/{project.uuid.hex}/"
    statuses: list[int] = []

    def other() -> None:
        try:
            Token.objects.update(last_used=timezone.now() - timedelta(minutes=2))
            answer = APIClient(HTTP_AUTHORIZATION=f"Token {KEY}").get(ME)
            statuses.append(answer.status_code)
        finally:
            connection.close()

    def watch(execute: Any, sql: str, params: Any, many: Any, context: Any) -> Any:
        result = execute(sql, params, many, context)
        if sql.startswith('UPDATE "identity_project"') and not statuses:
            with ThreadPoolExecutor(1) as pool:
                pool.submit(other).result(timeout=120)
        return result

    with connection.execute_wrapper(watch):
        client = APIClient(HTTP_AUTHORIZATION=f"Token {KEY}")
        answer = client.patch(path, {"description": "new"})

    assert (answer.status_code, statuses) == (200, [200])
