"""The class of gunicorn's workers that parks connections."""

from __future__ import annotations

import logging
import os
import resource
from contextlib import suppress
from time import monotonic, time
from typing import TYPE_CHECKING, Any

from django.conf import settings
from gunicorn.workers.base import Worker
from waitress.adjustments import Adjustments
from waitress.server import TcpWSGIServer
from waitress.task import ThreadedTaskDispatcher

from config.serving.channels import Channel, LoggedResponse, taken
from config.serving.requests import LARGEST_HEAD, Busy
from config.serving.watching import Watch

if TYPE_CHECKING:
    import socket

TICK = 1.0
LOOK_SECONDS = 5.0
"""How often it is looked whose time is used up."""

MOST_CONNECTIONS = 4000
SPARE_DESCRIPTORS = 256
LINGER_SECONDS = 2.0
"""How long an ending process keeps silent connections, for what they may be about to send."""

MOST_WAITING_PASSWORDS = 20


class Server(TcpWSGIServer):  # type: ignore[misc]
    """A listening socket, and the connections that came in by it."""

    channel_class = Channel
    is_ending = False
    next_look = 0.0

    def __init__(self, worker: ParkingWorker, watch: Watch, sock: socket.socket, adj: Any) -> None:
        """Take over a socket that listens already."""
        self.watch, self._worker = watch, worker
        info = (sock.family, sock.type, sock.proto, sock.getsockname())
        super().__init__(
            worker.wsgi, watch.map, True, sock,
            dispatcher=worker.serving, adj=adj, sockinfo=info, bind_socket=False,
        )  # fmt: skip
        watch.changed(self)
        watch.changed(self.trigger)

    def add_task(self, task: Any) -> None:
        """Have a whole request served; where a password is checked, in a queue of its own."""
        request = task.requests[0]
        if request.is_costly:
            if len(self._worker.checking.queue) < MOST_WAITING_PASSWORDS:
                self._worker.checking.add_task(task)
                return
            request.error = Busy("")
        super().add_task(task)

    def handle_accept(self) -> None:
        """Take a connection; when there is no place, in that of the one that is idle longest."""
        super().handle_accept()
        if len(self.active_channels) >= self.adj.connection_limit:
            idle = [channel for channel in self.active_channels.values() if channel.is_idle]
            if idle:
                min(idle, key=lambda channel: float(channel.last_activity)).handle_close()

    def close_overdue(self, now: float) -> None:
        """Close the connections that have used up their time."""
        for channel in list(self.active_channels.values()):
            if channel.is_overdue(now):
                channel.handle_close()

    def log_access(self, task: Any, environ: dict[str, Any]) -> None:
        """Write a line of what was answered, if such are written."""
        log = self._worker.log
        if environ and log.access_log.isEnabledFor(logging.INFO):
            log.access(LoggedResponse(task), task.request, environ, taken(task))


class ParkingWorker(Worker):  # type: ignore[misc]
    """A process that serves."""

    lookahead = 0
    largest_pending = 16 * 1024 * 1024
    """Bytes of an answer that may wait for a slow client before whoever makes it has to, too."""

    def run(self) -> None:
        """Serve until asked to end, and a little longer."""
        logging.getLogger("waitress").setLevel(logging.ERROR)  # of clients that hang up, no word
        self.serving, self.checking = ThreadedTaskDispatcher(), ThreadedTaskDispatcher()
        self.serving.set_thread_count(self.cfg.threads)
        self.checking.set_thread_count(1)
        self.watch = Watch()
        self.watch.call_when_readable(self.PIPE[0], self._drain)
        adjustments = self._adjustments()
        servers = [Server(self, self.watch, one.sock, adjustments) for one in self.sockets]
        while self.alive and self.ppid == os.getppid():
            self._once(servers)
        self._end(servers)

    def _once(self, servers: list[Server]) -> None:
        self.notify()
        self.watch.once(TICK)
        now = time()
        for server in servers:
            self.watch.changed(server)  # there may be places again
            if now >= server.next_look:
                server.next_look = now + LOOK_SECONDS
                server.close_overdue(now)

    def _end(self, servers: list[Server]) -> None:
        """Take no more connections, answer what was asked, and let what is silent linger."""
        for server in servers:
            server.is_ending = True
            self.watch.forget(server._fileno)  # noqa: SLF001 - waitress has no other name for it
        begun = monotonic()
        while (left := self._left(servers)) and monotonic() < begun + self.cfg.graceful_timeout:
            if monotonic() > begun + LINGER_SECONDS and all(one.is_idle for one in left):
                break
            self.notify()
            self.watch.once(0.1)
        for dispatcher in (self.serving, self.checking):
            dispatcher.shutdown(timeout=0.5)

    def _left(self, servers: list[Server]) -> list[Channel]:
        return [channel for server in servers for channel in list(server.active_channels.values())]

    def _drain(self) -> None:
        with suppress(BlockingIOError):
            os.read(self.PIPE[0], 4096)

    def _adjustments(self) -> Adjustments:
        return Adjustments(
            threads=self.cfg.threads,
            connection_limit=_most_connections(),
            channel_timeout=24 * 3600,  # who is idle for long is looked after here
            channel_request_lookahead=self.lookahead,
            outbuf_high_watermark=self.largest_pending,
            max_request_header_size=LARGEST_HEAD,
            max_request_body_size=2 * (settings.DATA_UPLOAD_MAX_MEMORY_SIZE or 0),
            clear_untrusted_proxy_headers=False,
            log_socket_errors=False,
            ident=None,
        )


class StreamingWorker(ParkingWorker):
    """A process whose answers go on: it notices when a client hangs up, and piles nothing up."""

    lookahead = 1
    largest_pending = 64 * 1024


def _most_connections() -> int:
    """Return how many connections there may be, after asking for as many as we are allowed."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = MOST_CONNECTIONS + SPARE_DESCRIPTORS
    if soft != resource.RLIM_INFINITY and soft < wanted:
        soft = wanted if hard == resource.RLIM_INFINITY else min(hard, wanted)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    if soft == resource.RLIM_INFINITY:
        return MOST_CONNECTIONS
    return max(16, min(MOST_CONNECTIONS, soft - SPARE_DESCRIPTORS))
