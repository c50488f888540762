"""A setting that cannot be what it should be is refused in a line, by whatever is started."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.management import CommandError

from common.env import env_int, env_str
from common.ports import stream_port
from config.checked_values import (
    check_file,
    check_origins,
    check_strength,
    check_url,
    made_folder,
    rate,
)
from standalone.management.commands.run import refuse_taken_port

if TYPE_CHECKING:
    from pathlib import Path

STRONG = "a-key-of-nobody-that-is-long-enough-for-what-is-signed-with-it"
STARTS = {
    "web": "-m gunicorn --config config/gunicorn.py config.wsgi",
    "streams": "-m gunicorn --config config/gunicorn_streams.py config.streams.wsgi",
    "worker": "-m celery --app config.celery worker",
    "command": "manage.py migrate",
}


def test_a_number_has_bounds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EFP_X", "70000")
    with pytest.raises(ImproperlyConfigured, match="EFP_X must be a whole number from 1 to 65535"):
        env_int("EFP_X", 1, least=1, most=65535)
    monkeypatch.setenv("EFP_X", "0")
    with pytest.raises(ImproperlyConfigured, match="whole number of at least 1, not '0'"):
        env_int("EFP_X", 1, least=1)


def test_a_word_is_one_of_several(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EFP_X", "info")
    assert env_str("EFP_X", among=("DEBUG", "INFO")) == "INFO"
    with pytest.raises(ImproperlyConfigured, match="EFP_X must be one of A, B, not 'INFO'"):
        env_str("EFP_X", among=("A", "B"))


def test_a_rate_is_a_number_in_a_time_or_off() -> None:
    assert [rate("X", value) for value in ("600/minute", "1/Second", "off")] == [
        (600, 60),
        (1, 1),
        None,
    ]
    for value in ("600", "0/minute", "x/minute", "5/week", "-1/hour"):
        with pytest.raises(ImproperlyConfigured, match="X must be a number per second, minute"):
            rate("X", value)


def test_a_secret_is_long_and_not_one_letter_over_and_over() -> None:
    check_strength("X", STRONG, least=50)
    for weak, why in ((STRONG[:49], "at least 50 characters"), ("ab" * 40, "5 different")):
        with pytest.raises(ImproperlyConfigured, match=why) as told:
            check_strength("X", weak, least=50)
        assert weak not in str(told.value)


def test_an_origin_is_one_as_browsers_send_it() -> None:
    check_origins("X", ["https://portal.example.org", "http://localhost:3000"])
    for wrong in ("portal.example.org", "https://portal.example.org/path", "*", "ftp://a"):
        with pytest.raises(ImproperlyConfigured, match="is no origin like"):
            check_origins("X", [wrong])


def test_an_address_is_of_its_kind_and_a_refusal_does_not_repeat_its_password() -> None:
    check_url("X", "", ("redis",))
    check_url("X", "redis://:secret@host:6379/0", ("redis",))
    for wrong in ("http://:secret@host", "redis://:secret@host:port", "secret"):
        with pytest.raises(ImproperlyConfigured, match="X must be an address") as told:
            check_url("X", wrong, ("redis", "rediss"))
        assert "secret" not in str(told.value)


def test_files_are_there_and_folders_can_be_made(tmp_path: Path) -> None:
    check_file("X", "")
    with pytest.raises(ImproperlyConfigured, match="X: No such file or directory: "):
        check_file("X", str(tmp_path / "missing"))
    assert made_folder("X", tmp_path / "a" / "b").is_dir()
    (tmp_path / "file").touch()
    with pytest.raises(ImproperlyConfigured, match="X: the folder .*file/x cannot be made: Not a"):
        made_folder("X", tmp_path / "file" / "x")


def test_the_port_of_streams_follows_the_servers_as_long_as_there_is_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("EVENT_STREAM_PORT", raising=False)
    monkeypatch.setenv("PORT", "64535")
    assert stream_port() == 65535
    monkeypatch.setenv("PORT", "64536")
    with pytest.raises(ImproperlyConfigured, match="set EVENT_STREAM_PORT, or a PORT of at most"):
        stream_port()
    monkeypatch.setenv("EVENT_STREAM_PORT", "9000")
    assert stream_port() == 9000


def started(start: str, var: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Try to start something with these variables, away from any data."""
    inherited = {name: value for name, value in os.environ.items() if name in {"PATH", "HOME"}}
    return subprocess.run(
        [sys.executable, *STARTS[start].split()],
        env=inherited | {"VAR_DIR": str(var)} | environment,
        cwd=settings.BASE_DIR,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


@pytest.mark.slow
@pytest.mark.parametrize(
    ("start", "variable", "value", "told"),
    [
        ("web", "PORT", "eight", "PORT must be a whole number, not 'eight'."),
        ("web", "WEB_WORKERS", "0", "WEB_WORKERS must be a whole number from 1 to 256, not '0'."),
        ("streams", "PORT", "65000", "EVENT_STREAM_PORT, or a PORT of at most 64535."),
        ("worker", "SECRET_KEY", "short", "SECRET_KEY must have at least 50 characters."),
        ("command", "DATABASE_URL", "mysql://h/n", "DATABASE_URL must begin with postgresql://"),
    ],
)
def test_whatever_is_started_tells_a_wrong_setting_in_a_line(
    tmp_path: Path, start: str, variable: str, value: str, told: str
) -> None:
    done = started(start, tmp_path, **{variable: value})
    (line,) = done.stderr.strip().splitlines()
    assert line.startswith("Cannot start: ")
    assert told in line
    assert done.returncode != 0


@pytest.mark.slow
def test_a_command_tells_in_a_few_words_that_the_database_is_away(tmp_path: Path) -> None:
    url = "postgresql://efp:hush@127.0.0.1:1/efp"
    done = started("command", tmp_path, DATABASE_URL=url, SECRET_KEY=STRONG, ENCRYPTION_KEYS=STRONG)
    assert done.returncode != 0
    assert done.stderr.startswith("Cannot start: the database does not answer: ")
    assert "Traceback" not in done.stderr
    assert "hush" not in done.stderr


def test_a_busy_port_is_told_with_what_is_served_there_and_what_to_set() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = int(taken.getsockname()[1])
        with pytest.raises(CommandError, match=f"Port {port} .* for the streams: .*EVENT_STREAM"):
            refuse_taken_port("127.0.0.1", port, "`EVENT_STREAM_PORT=1 make run`", "streams")
    refuse_taken_port("127.0.0.1", port, "")
