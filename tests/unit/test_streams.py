"""A stream without a database: what it sends, when it ends, and that its place is given back."""

from __future__ import annotations

import json
import threading
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest
from django.db import DatabaseError
from rest_framework.exceptions import AuthenticationFailed

from config.streams import hub as hubs
from config.streams import stream as streams
from config.streams.hub import Hub, NoPlace
from config.streams.stream import Stream
from identity.services.feed import CursorTooOld, FeedPage

if TYPE_CHECKING:
    from collections.abc import Iterator


def told(sequence: int) -> dict[str, Any]:
    return {"sequence": sequence, "event_type": "role_granted", "message": "Zeile 1\nZeile 2"}


def part(*sequences: int, position: int, has_more: bool = False) -> FeedPage:
    return FeedPage([told(sequence) for sequence in sequences], position, has_more)


@pytest.fixture
def feed_at(monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    """The end of the feed, as the watch sees it."""
    end = SimpleNamespace(latest=0, fails=False)

    def latest() -> int:
        if end.fails:
            raise DatabaseError("gone")
        return int(end.latest)

    monkeypatch.setattr("config.streams.hub.feed.latest", latest)
    monkeypatch.setattr(hubs, "TICK", 0.01)
    return end


@pytest.fixture
def hub(feed_at: SimpleNamespace) -> Iterator[Hub]:
    hub = Hub(places=1)
    yield hub
    hub.is_ending = True


def pieces(hub: Hub, first: FeedPage, *later: FeedPage | Exception) -> list[str]:
    """Return all that a stream sends that reads these parts one after the other."""
    waiting = iter(later)
    asked: list[str] = []

    def ask(cursor: str) -> FeedPage:
        asked.append(cursor)
        found = next(waiting)
        if isinstance(found, Exception):
            raise found
        return found

    stream = Stream(hub, ask, hub.enter(lambda: first))
    sent = [piece.decode() for piece in stream]
    stream.close()
    read = [first, *(one for one in later if isinstance(one, FeedPage))]
    assert asked == [str(one.position) for one in read][: len(asked)]
    return sent


def test_events_are_sent_with_their_ids_and_the_id_moves_on(hub: Hub) -> None:
    first = part(3, 5, position=8, has_more=True)
    sent = pieces(
        hub, first, part(position=9, has_more=True), AuthenticationFailed("Invalid token.")
    )

    data = json.dumps(told(3), separators=(",", ":"))
    assert sent[0] == "retry: 3000\n\n"
    assert sent[1].startswith(f"id: 3\nevent: role_granted\ndata: {data}\n\nid: 5\n")
    assert sent[1].endswith("\n\n: at 8\nid: 8\n\n")
    assert sent[2] == ": at 9\nid: 9\n\n"
    assert sent[3:] == [
        'event: end\ndata: {"code":"authentication_failed","detail":"Invalid token."}\n\n'
    ]


@pytest.mark.parametrize(
    ("error", "code", "detail"),
    [
        (CursorTooOld({"detail": "Not kept.", "oldest": "7"}), "cursor_too_old", "Not kept."),
        (DatabaseError("broken pipe"), "come_again", "The database does not answer."),
    ],
)
def test_what_ends_a_stream_is_told(hub: Hub, error: Exception, code: str, detail: str) -> None:
    sent = pieces(hub, part(position=1, has_more=True), error)
    end = json.loads(sent[-1].partition("data: ")[2])
    assert (end["code"], end["detail"]) == (code, detail)


def test_a_stream_ends_after_its_life(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(streams, "LIFE_SECONDS", 0.05)
    sent = pieces(hub, part(position=1))
    assert '"code":"come_again"' in sent[-1]
    assert len(sent) == 3


def test_a_stream_that_hears_nothing_is_alive_and_asks_who_reads(
    hub: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(streams, "HEARTBEAT_SECONDS", 0.01)
    sent = pieces(hub, part(position=1), part(position=1), AuthenticationFailed("Invalid token."))
    assert sent[1:3] == [": at 1\nid: 1\n\n"] * 2


def test_the_watch_wakes_streams_when_the_feed_goes_on_also_after_a_failure(
    hub: Hub, feed_at: SimpleNamespace
) -> None:
    feed_at.fails = True
    waited = threading.Event()

    def wait() -> None:
        hub.wait(4, 20)
        waited.set()

    hub.enter(lambda: None)
    threading.Thread(target=wait, daemon=True).start()
    feed_at.latest = 4
    feed_at.fails = False
    assert not waited.wait(0.2)
    feed_at.latest = 5
    assert waited.wait(5)


def test_streams_end_when_the_worker_is_asked_to_or_has_lost_its_master(
    feed_at: SimpleNamespace,
) -> None:
    for worker in (SimpleNamespace(alive=False, ppid=0), SimpleNamespace(alive=True, ppid=-1)):
        hub = Hub(places=1)
        hub.end_with(worker)
        hub.enter(lambda: None)
        hub.wait(10, 5)
        assert hub.is_ending
        with pytest.raises(NoPlace):
            hub.enter(lambda: None)


def test_a_place_is_given_back_once_also_when_nothing_was_sent_or_the_first_reading_failed(
    hub: Hub,
) -> None:
    def fails() -> None:
        raise AuthenticationFailed

    with pytest.raises(AuthenticationFailed):
        hub.enter(fails)
    stream = Stream(hub, lambda _: part(position=0), hub.enter(lambda: part(position=0)))
    with pytest.raises(NoPlace):
        hub.enter(lambda: None)
    stream.close()
    stream.close()
    hub.enter(lambda: None)
    with pytest.raises(NoPlace):
        hub.enter(lambda: None)


def test_who_has_no_place_may_not_ask(feed_at: SimpleNamespace) -> None:
    with pytest.raises(RuntimeError, match="only who has a place may ask"):
        Hub(places=1).read(lambda: None)


def test_one_person_has_so_many_streams_and_gets_them_back(hub: Hub) -> None:
    several = Hub(places=5, each=2)
    try:
        assert [several.seat(7), several.seat(7), several.seat(7)] == [True, True, False]
        assert several.seat(8)
        first = several.enter(lambda: part(position=0))
        stream = Stream(several, lambda _: part(position=0), first, 7)
        stream.close()
        stream.close()
        assert several.seat(7)
        assert not several.seat(7)
    finally:
        several.is_ending = True
