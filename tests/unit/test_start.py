"""What settings are made of: the database URL, the version, the secret key, the log line."""

from __future__ import annotations

import json
import logging
import stat
import sys
from typing import TYPE_CHECKING

import pytest
from django.http import HttpRequest, HttpResponse

from common.database_url import UnreadableUrl, connection_settings
from config.logs import JsonFormatter, RequestIdMiddleware, request_id
from config.version import read_version
from standalone.embedded_postgres import Cluster, embedded
from standalone.local_secret import local_secret

if TYPE_CHECKING:
    from pathlib import Path


def test_a_database_url_becomes_the_settings_of_a_connection() -> None:
    url = "postgresql://efp:p%40ss@db.example:5433/allo%2Fc?sslmode=verify-full"
    assert connection_settings(url) == {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": "allo/c",
        "USER": "efp",
        "PASSWORD": "p@ss",
        "HOST": "db.example",
        "PORT": "5433",
        "OPTIONS": {"sslmode": "verify-full"},
    }


def test_a_database_url_may_name_a_socket() -> None:
    found = connection_settings("postgres://efp@/efp?host=/run/postgresql")
    assert (found["HOST"], found["USER"], found["PORT"]) == ("/run/postgresql", "efp", "")


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("sqlite:///x", "must begin with postgresql://, not with sqlite://"),
        ("nonsense", "must begin with postgresql://, not with 'nonsense'$"),
        ("my_name:secret@host/efp", "must begin with postgresql://, not with 'my_name'$"),
        ("//me:secret@host/efp", "must begin with postgresql://, not with '/'$"),
        ("postgresql://host", "names no database"),
        ("postgresql://host:x/name", "port that is no number"),
    ],
)
def test_a_database_url_that_is_none_says_why(url: str, message: str) -> None:
    with pytest.raises(UnreadableUrl, match=message):
        connection_settings(url)


def test_the_embedded_database_is_reached_by_a_socket_in_its_folder(tmp_path: Path) -> None:
    cluster = Cluster(tmp_path, database="efp")
    assert embedded(cluster) == {
        "ENGINE": "standalone.embedded_postgres",
        "NAME": "efp",
        "USER": "postgres",
        "HOST": str(cluster.socket_folder),
        "EMBEDDED": cluster,
    }


def test_a_folder_too_deep_for_a_socket_gets_a_short_one_of_its_own(tmp_path: Path) -> None:
    deep, deeper = (Cluster(tmp_path / ("x" * length)) for length in (120, 121))
    assert len(str(deep.socket_folder)) < 60
    assert deep.socket_folder != deeper.socket_folder


def test_the_version_is_the_first_release_in_the_changelog(tmp_path: Path) -> None:
    changelog = tmp_path / "CHANGELOG.md"
    changelog.write_text("# Changelog\n\n## 1.2.3\n\n## 1.2.2\n")
    assert read_version(changelog) == "1.2.3"
    changelog.write_text("# Changelog\n")
    with pytest.raises(ValueError, match="no heading like `## 1.2.3`"):
        read_version(changelog)


def test_a_secret_key_is_made_once_and_is_its_owners_alone(tmp_path: Path) -> None:
    file = tmp_path / "var" / "secret_key"
    first = local_secret(file)
    assert len(first) > 50
    assert local_secret(file) == first
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert list(file.parent.iterdir()) == [file]


def test_a_log_line_is_json_with_what_the_caller_added() -> None:
    record = logging.LogRecord("a.b", logging.WARNING, "f.py", 1, "lost %s", ("it",), None)
    record.order = "4f"
    token = request_id.set("abc12345")
    try:
        line = json.loads(JsonFormatter().format(record))
    finally:
        request_id.reset(token)
    assert line.pop("time").endswith("+00:00")
    assert line == {
        "level": "WARNING",
        "logger": "a.b",
        "message": "lost it",
        "request_id": "abc12345",
        "order": "4f",
    }


def test_a_log_line_holds_the_traceback() -> None:
    try:
        raise KeyError("x")  # noqa: TRY301
    except KeyError:
        record = logging.LogRecord("a", logging.ERROR, "f.py", 1, "broke", (), sys.exc_info())
    assert "KeyError: 'x'" in json.loads(JsonFormatter().format(record))["exception"]


@pytest.mark.parametrize(
    ("given", "kept"), [("trace-0001", True), ("short", False), ("x\nforged: yes", False)]
)
def test_a_request_keeps_its_callers_id_only_if_it_is_harmless(given: str, kept: bool) -> None:
    seen = []

    def answer(_request: HttpRequest) -> HttpResponse:
        seen.append(request_id.get())
        return HttpResponse()

    request = HttpRequest()
    request.META["HTTP_X_REQUEST_ID"] = given
    response = RequestIdMiddleware(answer)(request)
    assert (response.headers["X-Request-ID"] == given) is kept
    assert seen == [response.headers["X-Request-ID"]]
    assert request_id.get() == ""


def test_what_django_logs_of_a_request_that_is_over_has_its_id_too() -> None:
    request = HttpRequest()
    given = RequestIdMiddleware(lambda _request: HttpResponse(status=404))(request)
    record = logging.LogRecord("django.request", logging.WARNING, "f.py", 1, "no", (), None)
    record.request = request
    assert json.loads(JsonFormatter().format(record))["request_id"] == given["X-Request-ID"]
