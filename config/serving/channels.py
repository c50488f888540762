"""One connection: what is read of it, what is sent, and when it is given up."""

from __future__ import annotations

import socket
from abc import ABC, abstractmethod
from contextlib import suppress
from datetime import timedelta
from time import time
from typing import Any

from waitress.channel import HTTPChannel
from waitress.task import ErrorTask, WSGITask

from config.serving.requests import Request, refusal, target_of

IDLE_SECONDS = 75.0
"""How long a kept connection may be without a request: longer than proxies keep theirs."""

RECEIVE_SECONDS = 120.0
"""How long a request may take to come in, however steadily it does."""

SEND_SECONDS = 30.0
"""How long a client may take nothing of what it is sent."""


DRAIN_SECONDS = 2.0
"""How long what still comes in of a refused request is read and forgotten, at least."""


class ChannelServer:
    """The server as a connection knows it: whatever it calls for, it is looked at."""

    def __init__(self, server: Any, channel: Channel) -> None:
        """Take both sides."""
        self._server, self._channel = server, channel

    def __getattr__(self, name: str) -> Any:
        """Return what the server has."""
        return getattr(self._server, name)

    def pull_trigger(self) -> None:
        """Wake the thread that watches: the connection has something to send, or may be read."""
        self._server.watch.changed(self._channel)
        self._server.pull_trigger()


class LoggedResponse:
    """What was answered, as gunicorn's log of accesses reads it."""

    def __init__(self, task: Any) -> None:
        """Take what the task has sent."""
        self.status = task.status
        self.headers = task.response_headers
        self.sent = task.content_bytes_written


class AccessLogMixin(ABC):
    """What a task does for the log, and for connections that shall end."""

    def service(self) -> None:
        """Serve, and log."""
        try:
            super().service()  # type: ignore[misc]
        finally:
            self.channel.server.log_access(self, self._environ())  # type: ignore[attr-defined]

    def build_response_header(self) -> bytes:
        """Let the connection end with this answer when the process ends."""
        if self.channel.server.is_ending:  # type: ignore[attr-defined]
            self.set_close_on_finish()  # type: ignore[attr-defined]
        header: bytes = super().build_response_header()  # type: ignore[misc]
        return header

    @abstractmethod
    def _environ(self) -> dict[str, Any]:
        """Return the request as the log reads it."""


class ApplicationTask(AccessLogMixin, WSGITask):  # type: ignore[misc]
    """A whole request, as the application answers it."""

    def get_environment(self) -> dict[str, Any]:
        """Return the request as the application reads it."""
        environ: dict[str, Any] = super().get_environment()
        environ["RAW_URI"] = environ["REQUEST_URI"]
        environ["wsgi.multiprocess"] = True
        return environ

    def write(self, data: bytes) -> None:
        """Send a piece of the answer; to HEAD, none."""
        if self.request.command == "HEAD":
            if self.content_length is not None:
                self.content_bytes_written += len(data)
            data = b""
        super().write(data)

    def finish(self) -> None:
        """Send what ends an answer; HEAD has none that would have to be ended."""
        if self.request.command == "HEAD":
            self.write(b"")
            return
        super().finish()

    def _environ(self) -> dict[str, Any]:
        return self.environ or {}


class RefusalTask(AccessLogMixin, ErrorTask):  # type: ignore[misc]
    """A request that the application never sees."""

    def execute(self) -> None:
        """Say why, as the application would."""
        self.channel.is_refused = True
        self.status, headers, body = refusal(self.request)
        self.response_headers.extend(headers)
        self.set_close_on_finish()
        self.content_length = len(body)
        self.write(body)

    def _environ(self) -> dict[str, Any]:
        line = self.request.asked
        method, path = "".join(line.split()[:1]), target_of(line).partition("?")[0]
        return {
            "REQUEST_METHOD": method,
            "PATH_INFO": path,
            "REMOTE_ADDR": self.channel.addr[0],
            "RAW_URI": path,
            "SERVER_PROTOCOL": f"HTTP/{self.version}",
        }


class Channel(HTTPChannel):  # type: ignore[misc]
    """A connection."""

    task_class = ApplicationTask
    error_task_class = RefusalTask
    parser_class = Request
    is_refused = False
    lingers_until = 0.0

    def __init__(self, server: Any, *args: Any, **named: Any) -> None:
        """Begin to watch."""
        self.began = 0.0
        super().__init__(ChannelServer(server, self), *args, **named)

    def add_channel(self, map: Any = None) -> None:  # noqa: A002 - waitress's name
        """Have the connection watched."""
        super().add_channel(map)
        self.server.watch.changed(self)

    def del_channel(self, map: Any = None) -> None:  # noqa: A002 - waitress's name
        """Have it watched no more."""
        self.server.watch.forget(self._fileno)
        super().del_channel(map)

    def handle_close(self) -> None:
        """Close; where a request was refused before it was all there, let the rest come in first.

        Else the system would tell the client that the connection broke, and not why.
        """
        if self.is_refused and not self.lingers_until and self.connected:
            self.lingers_until = time() + DRAIN_SECONDS
            self.will_close = self.close_when_flushed = False
            with suppress(OSError):
                self.socket.shutdown(socket.SHUT_WR)
                return
        super().handle_close()

    def received(self, data: bytes) -> bool:
        """Take what came in, and note when a request began to."""
        if self.lingers_until:
            return False
        if self.request is None:
            self.began = time()
        taken: bool = super().received(data)
        return taken

    @property
    def is_idle(self) -> bool:
        """Tell whether nothing is being done for the client: it says nothing, or not all yet."""
        return not self.requests and not self.total_outbufs_len

    @property
    def is_silent(self) -> bool:
        """Tell whether the client has not begun to say anything."""
        return self.is_idle and self.request is None

    def is_overdue(self, now: float) -> bool:
        """Tell whether the client has used up the time that it has for what it does."""
        if self.lingers_until:
            return self.lingers_until < now
        if self.requests and not self.total_outbufs_len:
            return False
        takes_too_long = self.request is not None and self.began < now - RECEIVE_SECONDS
        patience = SEND_SECONDS if self.total_outbufs_len else IDLE_SECONDS
        return bool(takes_too_long or self.last_activity < now - patience)


def taken(task: Any) -> timedelta:
    """Return how long a task has taken until now."""
    return timedelta(seconds=max(0.0, time() - task.start_time))
