"""One JSON object per log line, each with the id of the request it belongs to."""

import json
import logging
import re
import uuid
from collections.abc import Callable
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any

from django.http import HttpRequest, HttpResponseBase

ACCEPTABLE_ID = re.compile(r"[A-Za-z0-9._-]{8,64}")
STANDARD = frozenset(logging.makeLogRecord({}).__dict__) | {"message", "asctime", "taskName"}

request_id: ContextVar[str] = ContextVar("request_id", default="")


class JsonFormatter(logging.Formatter):
    """Writes a record as one line of JSON; what a caller passes as `extra` becomes further keys."""

    def format(self, record: logging.LogRecord) -> str:
        """Render the record, its traceback included."""
        line: dict[str, object] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
        }
        # Django logs a refused request when the middleware is done with it.
        refused = getattr(record, "request", None)
        if current := request_id.get() or getattr(refused, "request_id", ""):
            line["request_id"] = current
        line |= {
            name: value
            for name, value in record.__dict__.items()
            if name not in STANDARD and name not in {"request", "response"}
        }
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return json.dumps(line, default=str, ensure_ascii=False)


class RequestIdMiddleware:
    """Gives each request an id, the caller's own if it is harmless, and returns it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        """Keep the rest of the chain."""
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Set the id for the time of this request."""
        given = request.headers.get("X-Request-ID", "")
        current = given if ACCEPTABLE_ID.fullmatch(given) else uuid.uuid4().hex
        request.request_id = current  # type: ignore[attr-defined]
        token = request_id.set(current)
        try:
            response = self.get_response(request)
        finally:
            request_id.reset(token)
        response.headers["X-Request-ID"] = current
        return response


def logging_from(level: str) -> dict[str, Any]:
    """Return the setting that writes JSON lines to stderr, from a level on."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"json": {"()": "config.logs.JsonFormatter"}},
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "json"}},
        "root": {"level": level, "handlers": ["stderr"]},
        "loggers": {
            "django": {"level": level, "handlers": [], "propagate": True},
            "django.server": {"level": level, "handlers": [], "propagate": True},
            "fasteners": {"level": "WARNING"},
            # The sweep runs every other second: that it was received and done is no news.
            "celery.worker.strategy": {"level": "WARNING"},
            "celery.app.trace": {"level": "WARNING"},
        },
    }
