"""What agents ask in every round stays cheap however much a site has, and writes nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from identity.roles import RoleName
from tests.api.site.counting import Statements, statements
from tests.api.site.place import Place, build, enlarge
from tests.api.site.polls import BY_ANOTHER_SITE, BY_THE_SITE, Poll
from tests.factories.identity import GrantFactory, UserFactory

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from rest_framework.test import APIClient

    from identity.models import Customer, User

pytestmark = pytest.mark.django_db
MOST = 12


@pytest.fixture
def place(provider: Customer, allocator: Customer, now: datetime) -> Place:
    return build(provider=provider, allocator=allocator, now=now)


@pytest.fixture
def manager(place: Place) -> User:
    """Who manages the offering and nothing else: the least that an agent's token may be of."""
    user: User = UserFactory(username="agent")
    GrantFactory(user=user, role=RoleName.OFFERING_MANAGER, scope=place.offering)
    return user


def ask(client: APIClient, poll: Poll, names: dict[str, str]) -> tuple[Statements, Any]:
    with statements() as run:
        answer = client.get(poll.url(names))
    assert answer.status_code == 200, f"{poll}: {answer.status_code} {answer.content!r:.300}"
    return run, answer.json()


def test_a_poll_runs_at_most_twelve_queries_however_many_rows_there_are(
    place: Place,
    now: datetime,
    as_user: Callable[[User], APIClient],
    carol: User,
    manager: User,
    alice: User,
) -> None:
    """Of each caller's polls, all in one place: to enlarge it takes longest."""
    asked = [
        (user.username, as_user(user), poll)
        for user, polls in ((carol, BY_THE_SITE), (manager, BY_THE_SITE), (alice, BY_ANOTHER_SITE))
        for poll in polls
    ]

    def counts() -> dict[tuple[str, str], int]:
        return {
            (who, poll.number): counted(client, poll, place.names) for who, client, poll in asked
        }

    few = counts()
    enlarge(place, rows=100, members=50, now=now)
    many = counts()
    assert {poll: count for poll, count in many.items() if count > MOST} == {}
    assert {poll: (few[poll], count) for poll, count in many.items() if count > few[poll]} == {}


def counted(client: APIClient, poll: Poll, names: dict[str, str]) -> int:
    """Return how many queries a poll runs; it finds what it should, and writes nothing."""
    run, body = ask(client, poll, names)
    assert bool(body) is poll.finds, poll
    assert run.besides_the_notes == [], poll
    return run.number
