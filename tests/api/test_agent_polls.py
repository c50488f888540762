"""What agents ask in every round stays cheap however much a site has, and writes nothing."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from rest_framework.test import APIClient

from identity.roles import RoleName
from tests.api.site.counting import Statements, statements
from tests.api.site.place import Place, build, enlarge
from tests.api.site.polls import BY_ANOTHER_SITE, BY_THE_SITE, Poll
from tests.factories.identity import GrantFactory, TokenFactory, UserFactory

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from identity.models import Customer, Token, User

pytestmark = pytest.mark.django_db
MOST = 12
OLD = timedelta(minutes=2)
"""Since a token was used: so long that its next use is written."""


@pytest.fixture
def place(provider: Customer, allocator: Customer, now: datetime) -> Place:
    return build(provider=provider, allocator=allocator, now=now)


@pytest.fixture
def manager(place: Place) -> User:
    """Who manages the offering and nothing else: the least that an agent's token may be of."""
    user: User = UserFactory(username="agent")
    GrantFactory(user=user, role=RoleName.OFFERING_MANAGER, scope=place.offering)
    return user


def agent(user: User, now: datetime) -> tuple[APIClient, Token]:
    """Return a client with a token that was used a while ago, and the token."""
    key = f"{user.pk:040x}"
    token = TokenFactory(user=user, plaintext=key, created=now - OLD)
    return APIClient(HTTP_AUTHORIZATION=f"Token {key}"), token


def ask(client: APIClient, poll: Poll, names: dict[str, str]) -> tuple[Statements, Any]:
    with statements() as run:
        answer = client.get(poll.url(names))
    assert answer.status_code == 200, f"{poll}: {answer.status_code} {answer.content!r:.300}"
    return run, answer.json()


@pytest.mark.parametrize(
    ("who", "polls"),
    [("carol", BY_THE_SITE), ("manager", BY_THE_SITE), ("alice", BY_ANOTHER_SITE)],
)
def test_a_poll_runs_at_most_twelve_queries_however_many_rows_there_are(
    request: pytest.FixtureRequest,
    place: Place,
    now: datetime,
    who: str,
    polls: tuple[Poll, ...],
) -> None:
    client, token = agent(request.getfixturevalue(who), now)
    names = place.names
    few, many, empty, writing = {}, {}, [], {}
    for poll in polls:
        type(token).objects.filter(pk=token.pk).update(last_used=now - OLD)
        first, body = ask(client, poll, names)
        again, _ = ask(client, poll, names)
        few[poll.number], many[poll.number] = len(again), len(first)
        if not body:
            empty.append(poll.number)
    assert {number: count for number, count in many.items() if count > MOST} == {}
    enlarge(place, rows=100, members=50, now=now)
    for poll in polls:
        run, _ = ask(client, poll, names)
        many[poll.number] = len(run)
        if run.writes:
            writing[poll.number] = run.writes
    print(sorted(many.items(), key=lambda item: item[1]))
    assert {n: (few[n], count) for n, count in many.items() if count > few[n]} == {}
    assert {number: count for number, count in many.items() if count > MOST} == {}
    assert writing == {}
    assert empty == []
