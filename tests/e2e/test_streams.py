"""Streams of events, by the processes that serve them, to clients that read them as browsers do."""

from __future__ import annotations

import re
import signal
import time
from contextlib import ExitStack
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from django.conf import settings

from tests.e2e.prepared import prepare
from tests.e2e.processes import PATIENCE, free_port, is_ready, running, wait_until
from tests.e2e.sse import Reader, reading, wait_for

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = [pytest.mark.e2e, pytest.mark.slow]
PLACES = 24
STREAMS = "python -m gunicorn --config config/gunicorn_streams.py config.streams.wsgi"


@dataclass
class Service:
    """A running service, and the tokens of its demo people."""

    web: str
    streams: str
    tokens: dict[str, str]
    var: Path

    def send(self, method: str, path: str, who: str = "staff", **body: Any) -> httpx.Response:
        headers = {"authorization": f"Token {self.tokens.get(who, who)}"}
        at = self.web + path
        return httpx.request(method, at, headers=headers, timeout=60, json=body or None)

    def at(self, query: str = "after=latest", base: str = "") -> str:
        return f"{base or self.streams}/api/event-feed/stream/?{query}"

    def happen(self, *names: str) -> None:
        """Let an organisation come to be for each name, which staff sees and nobody else."""
        for name in names:
            assert self.send("POST", "/api/customers/", name=name).status_code == 201

    def log_in(self) -> str:
        """Return one more token of staff."""
        body = {"username": "demo-staff", "password": "demo"}
        answer = httpx.post(f"{self.web}/api-auth/password/", json=body, timeout=60)
        return str(answer.json()["token"])


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    folder = tmp_path_factory.mktemp("streams")
    port, stream_port, log = free_port(), free_port(), folder / "log"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("EVENT_STREAM_PORT", str(stream_port))
        patch.setenv("EVENT_STREAM_THREADS", str(PLACES))
        patch.setenv("WEB_WORKERS", "1")
        with running(["python", "manage.py", "run"], prepare(folder / "var"), port, log) as process:
            wait_until(lambda: "hosting entity  " in log.read_text(), log, process)
            found = re.findall(r"^  ([a-z ]+?) +([0-9a-f]{40})$", log.read_text(), re.MULTILINE)
            web, streams = (f"http://127.0.0.1:{number}" for number in (port, stream_port))
            assert f"http://localhost:{stream_port}/api/event-feed/stream/" in log.read_text()
            yield Service(web, streams, dict(found), folder / "var")


def free_places(service: Service) -> None:
    """See who has hung up: the server notices when it writes to them for the second time."""
    for number in range(3):
        service.happen(f"to who is left {number}")
        time.sleep(1)


def names(reader: Reader) -> list[str]:
    """The names of the organisations that the reader was told of."""
    messages = [
        block.data["message"] for block in reader.events if block.data["kind"] == "customer.created"
    ]
    return [re.sub(r"Organization (.*) was created.", r"\1", message) for message in messages]


def test_events_arrive_within_seconds_in_order_and_as_the_feed_tells_them(
    service: Service,
) -> None:
    with reading(service.at(), service.tokens["staff"]) as reader:
        assert reader.status == 200
        assert reader.headers["content-type"] == "text/event-stream"
        wanted = [f"first {number}" for number in range(5)]
        service.happen(*wanted)
        wait_for(lambda: len(names(reader)) == len(wanted))

    assert names(reader) == wanted
    ids = [int(block.id) for block in reader.events]
    assert ids == sorted(set(ids))
    feed = service.send("GET", f"/api/event-feed/?after={ids[0] - 1}&limit={len(ids)}").json()
    told = [(block.id, block.event, block.data) for block in reader.events]
    assert told == [(str(e["sequence"]), e["event_type"], e) for e in feed["events"]]


def test_a_reader_that_comes_back_gets_the_rest_without_loss_or_doubles(service: Service) -> None:
    with reading(service.at("after=latest&types=customers"), service.tokens["staff"]) as before:
        service.happen("before 1", "before 2")
        wait_for(lambda: len(names(before)) == 2)
    service.happen("between 1", "between 2")
    # What the client has last counts, not the address that it was first given.
    at = service.at("after=0&types=customer_creation_succeeded")
    with reading(at, service.tokens["staff"], before.events[-1].id) as after:
        service.happen("after")
        wait_for(lambda: "after" in names(after))

    assert names(before) + names(after) == [
        "before 1",
        "before 2",
        "between 1",
        "between 2",
        "after",
    ]


def test_the_id_moves_on_over_what_concerns_others(service: Service) -> None:
    with reading(service.at(), service.tokens["hosting entity"]) as reader:
        wait_for(lambda: reader.last_id != "")
        begun = int(reader.last_id)
        service.happen("of no concern")
        wait_for(lambda: int(reader.last_id) > begun)
        assert names(reader) == []


def test_a_revoked_token_ends_its_stream_and_no_other(service: Service) -> None:
    with ExitStack() as stack:
        doomed = stack.enter_context(reading(service.at(), token := service.log_in()))
        other = stack.enter_context(reading(service.at(), service.tokens["staff"]))
        assert service.send("POST", "/api-auth/logout/", token).status_code < 300
        wait_for(lambda: doomed.is_over)
        assert doomed.end == {"code": "authentication_failed", "detail": "Invalid token."}
        service.happen("still there")
        wait_for(lambda: "still there" in names(other))
        assert other.end is None


def test_a_role_that_is_taken_away_ends_what_it_showed(service: Service) -> None:
    (own,) = service.send("GET", "/api/customers/?field=url&field=uuid", "allocator").json()
    me = service.send("GET", "/api/users/me/", "allocator").json()

    def found(name: str) -> None:
        body = {"name": name, "customer": own["url"]}
        assert service.send("POST", "/api/projects/", **body).status_code == 201

    def members(action: str) -> None:
        body = {"user": me["uuid"], "role": "CUSTOMER.OWNER"}
        answer = service.send("POST", f"/api/customers/{own['uuid']}/{action}/", **body)
        assert answer.status_code in {200, 201}, answer.text

    at = service.at("after=latest&types=project.created")
    with ExitStack() as stack:
        reader = stack.enter_context(reading(at, service.tokens["allocator"]))
        other = stack.enter_context(reading(at, service.tokens["staff"]))
        found("Seen")
        wait_for(lambda: len(reader.events) == 1)
        members("delete_user")
        found("Not seen")
        wait_for(lambda: len(other.events) == 2)
        wait_for(lambda: int(reader.last_id) >= int(other.last_id))
        members("add_user")
        found("Seen again")
        wait_for(lambda: len(reader.events) >= 2)
    assert ["Not seen" in block.data["message"] for block in reader.events] == [False, False]


def test_streams_have_their_places_and_the_web_server_all_of_its_own(service: Service) -> None:
    free_places(service)
    with ExitStack() as stack:
        readers = [
            stack.enter_context(reading(service.at(), service.tokens["staff"]))
            for _ in range(PLACES)
        ]
        assert [reader.status for reader in readers] == [200] * PLACES
        with reading(service.at(), service.tokens["staff"]) as late:
            assert (late.status, late.headers["retry-after"]) == (503, "10")
        assert httpx.get(f"{service.streams}/health/live", timeout=60).status_code == 200
        for _ in range(10):
            assert service.send("GET", "/api/customers/").status_code == 200
        service.happen("to everybody")
        wait_for(lambda: all("to everybody" in names(reader) for reader in readers))
    free_places(service)
    with reading(service.at(), service.tokens["staff"]) as next_one:
        assert next_one.status == 200


@pytest.mark.parametrize(
    ("who", "query", "last_id", "status", "body"),
    [
        ("", "", "", 401, {"detail": "Invalid token. No credentials provided."}),
        ("nobody", "", "", 401, {"detail": "Invalid token."}),
        ("staff", "after=x", "", 400, {"after": ["This is not a cursor of the feed."]}),
        ("staff", "", "x", 400, {"after": ["This is not a cursor of the feed."]}),
        ("staff", "types=x", "", 400, {"types": ["x is not a type of events."]}),
    ],
)
def test_who_gets_no_stream_is_told_why_as_in_the_api(
    service: Service, who: str, query: str, last_id: str, status: int, body: Any
) -> None:
    headers = {"authorization": f"Token {service.tokens.get(who, who)}".strip()}
    headers |= {"last-event-id": last_id} if last_id else {}
    answer = httpx.get(service.at(query), headers=headers, timeout=60)
    assert (answer.status_code, answer.json()) == (status, body)


def test_a_session_has_a_stream_as_a_token_has(service: Service) -> None:
    with httpx.Client(base_url=service.web, timeout=60) as browser:
        browser.get("/admin/login/")
        form = {"username": "demo-staff", "password": "demo"}
        form["csrfmiddlewaretoken"] = browser.cookies["csrftoken"]
        assert browser.post("/admin/login/?next=/admin/", data=form).status_code == 302
        cookie = {"cookie": f"sessionid={browser.cookies['sessionid']}"}
    with httpx.stream("GET", service.at(), headers=cookie, timeout=60) as answer:
        assert answer.status_code == 200
        assert next(answer.iter_lines()) == "retry: 3000"


def test_the_loop_of_the_guide_follows_the_stream(service: Service) -> None:
    guide = (settings.BASE_DIR / "docs" / "events.md").read_text()
    (source,) = re.findall(r"^```python\n(.*?)^```", guide, re.MULTILINE | re.DOTALL)
    written: dict[str, Any] = {}
    exec(source, written)  # noqa: S102 - our own words
    start = service.send("GET", "/api/event-feed/?after=latest").json()["next"]
    service.happen("by the book")
    for cursor, event in written["follow"](service.at(""), service.tokens["staff"], start):
        assert cursor == str(event["sequence"])
        if "by the book" in event["message"]:
            break


def test_other_addresses_and_methods_are_not_served_and_the_web_says_where_streams_are(
    service: Service,
) -> None:
    assert httpx.get(f"{service.streams}/api/customers/", timeout=60).status_code == 404
    assert httpx.post(service.at(), timeout=60).status_code in {403, 405}
    elsewhere = service.send("GET", "/api/event-feed/stream/?after=3")
    assert elsewhere.status_code == 421
    port = service.streams.rpartition(":")[2]
    assert elsewhere.json()["url"] == f"http://localhost:{port}/api/event-feed/stream/?after=3"


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_the_process_ends_at_once_and_tells_its_readers_to_come_again(
    service: Service, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: signal.Signals
) -> None:
    port, log = free_port(), tmp_path / "log"
    monkeypatch.setenv("EVENT_STREAM_PORT", str(port))
    with running(STREAMS.split(), service.var, port, log) as process:
        wait_until(lambda: is_ready(port), log, process)
        at = service.at(base=f"http://127.0.0.1:{port}")
        with reading(at, service.tokens["staff"]) as reader:
            process.send_signal(number)
            wait_for(lambda: process.poll() is not None)
            assert process.wait(PATIENCE) == 0, log.read_text()
            if number is signal.SIGTERM:
                wait_for(lambda: reader.is_over)
                assert reader.end["code"] == "come_again"
