"""Idle and slow clients cost a socket: whoever asks beside them is answered as if alone."""

from __future__ import annotations

import json
import re
import signal
import socket
import time
from contextlib import ExitStack, closing
from typing import TYPE_CHECKING

import httpx
import pytest

from bench.slow_clients import SlowClients
from tests.e2e.processes import PATIENCE, free_port, is_ready, running, wait_until

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = [pytest.mark.e2e, pytest.mark.slow]
WEB = ["python", "-m", "gunicorn", "--config", "config/gunicorn.py", "config.wsgi"]
IDLE, SLOW = 60, 18
TIMEOUT = 60.0


class Web:
    """A web server with one worker of two threads, which clients of one kind alone could take."""

    def __init__(self, port: int, log: Path) -> None:
        self.port, self.log = port, log
        self.url = f"http://127.0.0.1:{port}"

    def raw(self, sent: bytes) -> bytes:
        """Send bytes and return all that comes back until the server hangs up."""
        with closing(socket.create_connection(("127.0.0.1", self.port), timeout=TIMEOUT)) as one:
            one.sendall(sent)
            received = b""
            while piece := one.recv(65536):
                received += piece
            return received


@pytest.fixture(scope="module")
def web(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Web]:
    folder = tmp_path_factory.mktemp("parking")
    port, log = free_port(), folder / "log"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("WEB_WORKERS", "1")
        patch.setenv("ACCESS_LOG", "true")
        with running(WEB, folder / "var", port, log) as process:
            wait_until(lambda: is_ready(port), log, process)
            yield Web(port, log)
            process.send_signal(signal.SIGTERM)
            assert process.wait(PATIENCE) == 0, log.read_text()


def test_beside_idle_and_slow_clients_everybody_else_is_answered(web: Web) -> None:
    with SlowClients(web.port, idle=IDLE, slow=SLOW) as clients:
        with httpx.Client(base_url=web.url, timeout=TIMEOUT) as http:
            for _ in range(20):
                assert http.get("/api/version/").status_code == 200
                assert http.get("/health/ready").status_code == 200
        assert clients.open == IDLE + SLOW


def test_a_slow_request_is_answered_when_it_is_whole_and_its_reader_gets_all(web: Web) -> None:
    request = b"GET /api/schema/ HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n"
    with closing(socket.create_connection(("127.0.0.1", web.port), timeout=TIMEOUT)) as one:
        for at in range(0, len(request), 7):
            one.sendall(request[at : at + 7])
            time.sleep(0.01)
        received = b""
        while piece := one.recv(65536):
            received += piece
            if len(received) < 300_000:
                time.sleep(0.01)
    head, _, body = received.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 200 ")
    assert body == httpx.get(f"{web.url}/api/schema/", timeout=TIMEOUT).content


@pytest.mark.parametrize(
    ("sent", "status", "is_json"),
    [
        (b"GET /api/version/?" + b"a" * 20_000 + b" HTTP/1.1\r\nHost: a\r\n\r\n", 414, True),
        (b"GET /api/version/ HTTP/1.1\r\nHost: a\r\nX: " + b"a" * 70_000 + b"\r\n\r\n", 431, True),
        (b"GET /admin/ HTTP/1.1\r\nHost: a\r\nX: " + b"a" * 70_000 + b"\r\n\r\n", 431, False),
        (b"POST /api/orders/ HTTP/1.1\r\nHost: a\r\nContent-Length: 999999999\r\n\r\n", 413, True),
        (b"POST /api/orders/ HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n", 400, True),
        (b"GET /api/version/ HTTP/1.1\r\nno header\r\n\r\n", 400, True),
        (b"GET  /api/users/ HTTP/1.1\r\nHost: a\r\n\r\n", 400, True),
        (b"GET\t/api/users/ HTTP/1.1\r\nHost: a\r\n\r\n", 400, True),
        (b"GET http://a/api/ HTTP/1.1\r\nno header\r\n\r\n", 400, True),
        (b"GET  /admin/ HTTP/1.1\r\nHost: a\r\n\r\n", 400, False),
        (b"GET /api/ HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip\r\n\r\n", 501, True),
    ],
)
def test_what_the_server_itself_refuses_is_json_below_the_api(
    web: Web, sent: bytes, status: int, is_json: bool
) -> None:
    head, _, body = web.raw(sent).partition(b"\r\n\r\n")
    assert head.startswith((b"HTTP/1.1 %d " % status, b"HTTP/1.0 %d " % status))
    assert (b"Content-Type: application/json" in head) is is_json
    assert b"Content-Security-Policy: " in head
    assert b"waitress" not in head.lower() + body.lower()
    if is_json:
        assert list(json.loads(body)) == ["detail"]


def test_two_lengths_or_a_length_and_chunks_smuggle_nothing(web: Web) -> None:
    both = (
        b"POST /api-auth/password/ HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 4\r\n"
        b"Content-Length: 5\r\n\r\nabcd"
    )
    assert web.raw(both).split(b" ")[1] == b"400"
    chunked = (
        b"POST /api-auth/password/ HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n"
        b"Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
        b"2\r\n{}\r\n0\r\n\r\n"
    )
    assert web.raw(chunked).split(b" ")[1] == b"400"


def test_head_has_the_headers_of_get_and_no_body(web: Web) -> None:
    asked = b"HEAD /api/version/ HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n"
    head, _, body = web.raw(asked).partition(b"\r\n\r\n")
    assert re.search(rb"\r\nContent-Length: [1-9]", head)
    assert body == b""


def test_requests_in_a_row_are_answered_in_turn_on_one_connection(web: Web) -> None:
    one = b"GET /health/live HTTP/1.1\r\nHost: a\r\n\r\n"
    last = b"GET /health/live HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"
    assert web.raw(one * 3 + last).count(b'{"status": "ok"}') == 4


def test_the_log_of_accesses_has_the_request_s_id_and_how_it_ended(web: Web) -> None:
    headers = {"x-request-id": "trace-parking-1"}
    httpx.get(f"{web.url}/api/version/", headers=headers, timeout=TIMEOUT)
    # The line is written once the answer is on its way, so the answer may be here before it is.
    wait_until(lambda: "trace-parking-1" in web.log.read_text(), web.log)
    wait_until(lambda: web.log.read_text().endswith("\n"), web.log)
    line = next(line for line in web.log.read_text().splitlines() if "trace-parking-1" in line)
    told = json.loads(line)["message"]
    assert re.fullmatch(r'127\.0\.0\.1 "GET /api/version/" 200 \d+ms trace-parking-1', told)


def test_passwords_are_checked_in_a_queue_of_their_own(web: Web) -> None:
    """However many want in, nobody else waits; who would wait too long is told to come again."""
    body = b'{"username": "nobody", "password": "x"}'
    request = (
        b"POST /api-auth/password/ HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n"
        b"Content-Type: application/json\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body)
    )
    with ExitStack() as stack:
        waiting = []
        for _ in range(40):
            one = socket.create_connection(("127.0.0.1", web.port), timeout=TIMEOUT)
            waiting.append(stack.enter_context(closing(one)))
            one.sendall(request)
        with httpx.Client(base_url=web.url, timeout=TIMEOUT) as http:
            for _ in range(5):
                assert http.get("/api/version/").status_code == 200
        answers = [one.recv(4096) for one in waiting]
    statuses = {answer.split(b" ")[1] for answer in answers}
    assert statuses <= {b"401", b"429", b"500", b"503"}  # 500: this database has no tables
    busy = [answer for answer in answers if b" 503 " in answer.split(b"\r\n")[0]]
    assert all(b"Retry-After: 5" in answer for answer in busy)


def test_a_server_that_ends_answers_what_was_asked_and_keeps_nobody(tmp_path: Path) -> None:
    port, log = free_port(), tmp_path / "log"
    with running(WEB, tmp_path / "var", port, log) as process:
        wait_until(lambda: is_ready(port), log, process)
        with SlowClients(port, idle=5, slow=6):
            process.terminate()
            assert process.wait(PATIENCE) == 0, log.read_text()
