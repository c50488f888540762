"""A webhook of the running service: what happens is told within seconds."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import httpx
import pytest

from tests.e2e.prepared import prepare
from tests.e2e.processes import environment, free_port, running, wait_until
from tests.receiver import receiving

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = [pytest.mark.e2e, pytest.mark.slow]


def test_a_webhook_is_told_within_five_seconds_and_again_when_it_failed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WEBHOOK_ALLOW_PRIVATE", "true")
    monkeypatch.setenv("WEB_WORKERS", "1")
    port, log, var = free_port(), tmp_path / "log", prepare(tmp_path / "var")
    assert environment(var, port)["WEBHOOK_ALLOW_PRIVATE"] == "true"
    with (
        receiving() as receiver,
        running(["python", "manage.py", "run"], var, port, log) as service,
    ):
        wait_until(lambda: "hosting entity" in log.read_text(), log, service)
        token = re.search(r"staff +([0-9a-f]{40})", log.read_text())
        assert token is not None, log.read_text()
        client = httpx.Client(
            base_url=f"http://127.0.0.1:{port}/api/",
            headers={"Authorization": f"Token {token[1]}"},
            timeout=60,
        )
        body = {"destination_url": receiver.url, "event_kinds": ["web_hook.*"]}
        made = client.post("hooks-web/", json=body).json()
        wait_until(lambda: len(receiver.received) == 1, log, service)

        receiver.answers.append(503)
        receiver.headers = {"Retry-After": "1"}
        event = client.post(f"hooks-web/{made['uuid']}/ping/").json()["event_uuid"]
        wait_until(lambda: event in receiver.took(), log, service)
        wait_until(lambda: receiver.took().count(event) == 2, log, service)

        assert all(one.is_signed_with(made["secret"]) for one in receiver.received)
        client.close()
