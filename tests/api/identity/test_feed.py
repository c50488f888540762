"""The event feed: in order, nothing skipped, nothing of others, back to the retention."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from config import wiring
from identity import event_kinds as kinds_of_events
from identity import events
from identity.models import Event
from identity.roles import RoleName
from identity.services import feed, outbox
from tests.api.tables import BOTH_SIDES
from tests.factories.identity import EventFactory, GrantFactory

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from rest_framework.test import APIClient

    from identity.models import Customer, Project, User
    from marketplace.models import Offering

pytestmark = pytest.mark.django_db

AT = "/api/event-feed/"
SUBJECT = uuid4()


@pytest.fixture
def happen(project: Project, provider: Customer, bob: User, now: datetime) -> Callable[..., Any]:
    """Something happens on both sides, and is put in order at once."""

    def happens(kind: str = "order.done", **told: Any) -> Any:
        sides = {"project": project, "provider": provider, "actor": bob, "created": now}
        event = EventFactory(kind=kind, subject_uuid=SUBJECT, **{**sides, **told})
        outbox.put_in_order(wiring.handler_names(), now=now)
        event.refresh_from_db()
        return event

    return happens


@pytest.fixture
def ask(as_user: Callable[[User], APIClient], alice: User) -> Callable[..., Any]:
    client = as_user(alice)

    def asks(after: Any = None, **query: Any) -> Any:
        asked = query if after is None else {"after": after, **query}
        return client.get(AT, asked).json()

    return asks


def kinds(part: Any) -> list[str]:
    return [event["kind"] for event in part["events"]]


def test_it_tells_what_the_log_tells_and_where_to_go_on(
    ask: Callable[..., Any],
    happen: Callable[..., Any],
    as_user: Callable[[User], APIClient],
    alice: User,
) -> None:
    first = happen("order.executing", source="pending-provider", target="executing")
    second = happen(message="Done.")

    part = ask(first.sequence - 1)

    in_log = as_user(alice).get("/api/events/?feature=order&o=created").json()
    assert [event.pop("sequence") for event in part["events"]] == [first.sequence, second.sequence]
    assert {row["uuid"]: row for row in part["events"]} == {row["uuid"]: row for row in in_log}
    assert (part["next"], part["has_more"]) == (str(second.sequence), False)
    assert ask(part["next"]) == {"events": [], "next": part["next"], "has_more": False}


def test_whoever_reads_on_gets_everything_once_and_in_order(
    ask: Callable[..., Any], happen: Callable[..., Any]
) -> None:
    expected = [happen().sequence for _ in range(7)]

    read: list[int] = []
    cursor: str | None = str(expected[0] - 1)
    has_more = True
    while has_more:
        part = ask(cursor, limit=3)
        read += [event["sequence"] for event in part["events"]]
        cursor, has_more = part["next"], part["has_more"]

    assert read == expected
    later = happen()
    assert [event["sequence"] for event in ask(cursor)["events"]] == [later.sequence]


def test_an_event_is_told_only_once_it_has_its_number(
    ask: Callable[..., Any], project: Project, now: datetime
) -> None:
    start = ask("latest")["next"]
    events.record(kinds_of_events.PROJECT_UPDATED, project, actor=None, now=now)
    assert kinds(ask(start, types="projects")) == []
    outbox.put_in_order(wiring.handler_names(), now=now)
    assert kinds(ask(start, types="projects")) == ["project.updated"]


def test_the_cursor_moves_on_also_over_what_concerns_others(
    ask: Callable[..., Any], happen: Callable[..., Any], elsewhere: Customer
) -> None:
    start = happen().sequence
    other = happen("customer.updated", project=None, provider=None, customer=elsewhere)
    assert ask(start) == {"events": [], "next": str(other.sequence), "has_more": False}


def test_one_reading_looks_at_a_window(
    ask: Callable[..., Any],
    happen: Callable[..., Any],
    elsewhere: Customer,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(feed, "WINDOW", 2)
    start = happen().sequence
    for _ in range(3):
        happen("customer.updated", project=None, provider=None, customer=elsewhere)
    happen()

    first = ask(start)
    assert first == {"events": [], "next": str(start + 2), "has_more": True}
    rest = ask(first["next"])
    assert (kinds(rest), rest["next"], rest["has_more"]) == (["order.done"], str(start + 4), False)


def test_it_begins_with_the_oldest_or_with_now(
    ask: Callable[..., Any], happen: Callable[..., Any]
) -> None:
    last = [happen() for _ in range(2)][-1]
    assert kinds(ask())[-2:] == ["order.done", "order.done"]
    assert kinds(ask("")) == kinds(ask())
    assert ask("latest") == {"events": [], "next": str(last.sequence), "has_more": False}


@pytest.mark.parametrize(
    "types",
    [
        "order.done",
        "marketplace_order_completed",
        "resources",
        "nothing,",
        "customer.created,order.done",
        ["customers", "order.done"],
    ],
)
def test_types_are_kinds_names_of_waldurs_or_groups(
    ask: Callable[..., Any], happen: Callable[..., Any], types: Any
) -> None:
    start = happen().sequence
    happen("grant.given")
    done = happen()

    part = ask(start, types=types)

    if types == "nothing,":
        assert part == {"types": ["nothing is not a type of events."]}
    else:
        assert [event["sequence"] for event in part["events"]] == [done.sequence]


@pytest.mark.parametrize(
    ("query", "errors"),
    [
        ("after=yesterday", {"after": ["This is not a cursor of the feed."]}),
        ("after=-1", {"after": ["This is not a cursor of the feed."]}),
        ("after=1.0", {"after": ["This is not a cursor of the feed."]}),
        (f"after={'9' * 30}", {"after": ["This is not a cursor of the feed."]}),
        ("after=٣", {"after": ["This is not a cursor of the feed."]}),
        ("after=999999999", {"after": ["The feed has not come to this cursor yet."]}),
        ("types=order.lost", {"types": ["order.lost is not a type of events."]}),
        ("limit=0", {"limit": ["Ensure this value is greater than or equal to 1."]}),
        ("limit=1001", {"limit": ["Ensure this value is less than or equal to 1000."]}),
        ("limit=1.5", {"limit": ["Ensure that there are no more than 0 decimal places."]}),
        ("limit=all", {"limit": ["Enter a number."]}),
    ],
)
def test_nonsense_is_refused(
    as_user: Callable[[User], APIClient], alice: User, query: str, errors: Any
) -> None:
    answer = as_user(alice).get(f"{AT}?{query}")
    assert (answer.status_code, answer.json()) == (400, errors)


def test_a_cursor_beyond_the_retention_is_gone_and_the_answer_says_where_to_start(
    as_user: Callable[[User], APIClient],
    alice: User,
    happen: Callable[..., Any],
    now: datetime,
    settings: Any,
) -> None:
    settings.EVENT_FEED_RETENTION_DAYS = 7
    client = as_user(alice)
    start, old, older, kept = (happen().sequence for _ in range(4))
    Event.objects.filter(sequence__lte=older).update(created=now - timedelta(days=8))
    Event.objects.filter(sequence=old).update(created=now - timedelta(days=9))

    answer = client.get(f"{AT}?after={start}")

    assert answer.status_code == 410
    assert answer.json() == {
        "detail": "Events after this cursor are not kept in the feed any more.",
        "code": "cursor_too_old",
        "oldest": str(older),
    }
    for query in (f"?after={older}", ""):
        part = client.get(AT + query).json()
        assert [event["sequence"] for event in part["events"]] == [kept]
    problem = client.get(f"{AT}?after=0", headers={"accept": "application/problem+json"}).json()
    assert (problem["status"], problem["code"]) == (410, "cursor_too_old")


def test_everybody_reads_their_own(
    both_sides: Mapping[str, User],
    clients_of: Callable[[Mapping[str, User]], dict[str, APIClient]],
    happen: Callable[..., Any],
    offering: Offering,
) -> None:
    clients = clients_of(both_sides)
    start = happen(project=None, provider=None, actor=None).sequence
    happen()
    happen("offering.paused", project=None, offering_uuid=offering.uuid, actor=None)

    def told(name: str) -> Any:
        answer = clients[name].get(AT, {"after": start})
        return kinds(answer.json()) if answer.status_code == 200 else answer.status_code

    consumer, provider = ["order.done"], ["offering.paused"]
    assert {name: told(name) for name in BOTH_SIDES} == {
        "anonymous": 401,
        "mallory": [],
        "reader": consumer,
        "bob": consumer,
        "admin": consumer,
        "pi": consumer,
        "alice": consumer,
        "olga": provider,
        "carol": consumer + provider,
        "sam": consumer + provider,
        "dave": consumer + provider,
    }


def test_many_events_cost_as_many_queries_as_one(
    as_user: Callable[[User], APIClient],
    alice: User,
    offering: Offering,
    happen: Callable[..., Any],
) -> None:
    GrantFactory(user=alice, scope=offering, role=RoleName.OFFERING_MANAGER)
    client = as_user(alice)
    client.get(AT)  # the token's last use is written once a minute
    start = happen().sequence

    def cost() -> int:
        with CaptureQueriesContext(connection) as queries:
            client.get(f"{AT}?after={start}&types=resources")
        return len(queries)

    happen()
    few = cost()
    for _ in range(20):
        happen()
    assert few == cost() == 4  # the token with its grants, the feed's two ends, the events


def test_it_is_only_read(as_user: Callable[[User], APIClient], alice: User) -> None:
    client = as_user(alice)
    for method in ("post", "put", "patch", "delete"):
        assert getattr(client, method)(AT).status_code == 405


@pytest.mark.parametrize("url", ["", "https://streams.example.org"])
def test_a_web_process_says_where_streams_are(
    as_user: Callable[[User], APIClient], alice: User, settings: Any, url: str
) -> None:
    settings.EVENT_STREAM_URL = url

    answer = as_user(alice).get(
        f"{AT}stream/?after=7&types=order.done", headers={"accept": "text/event-stream"}
    )

    where = {"url": f"{url}{AT}stream/?after=7&types=order.done"} if url else {}
    assert answer.status_code == 421
    assert answer.headers["Content-Type"] == "application/json"
    assert answer.json() == {
        "detail": "Streams of events are served by a process of their own, at another address.",
        "code": "served_elsewhere",
        **where,
    }
