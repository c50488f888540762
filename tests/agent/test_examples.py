"""The programs of `examples/`, as somebody at a site runs them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING

from django.conf import settings

from tests.agent import acts
from tests.agent.service import USAGE, Service

if TYPE_CHECKING:
    from pathlib import Path

EXAMPLES: Path = settings.BASE_DIR / "examples"


def run(service: Service, example: str, folder: Path, *words: str) -> str:
    """Run an example once, and return what it printed."""
    told = {
        "EFP_URL": service.base_url,
        "EFP_TOKEN": service.person("site-owner").token,
        "EFP_OFFERING": USAGE,
        "PATH": os.environ["PATH"],
    }
    done = subprocess.run(
        [sys.executable, "-W", "error", EXAMPLES / example, *words],
        cwd=folder, env=told, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, ""), done.stderr
    return done.stdout


def test_plain_http_serves_an_allocation_from_order_to_usage_to_end(
    service: Service, tmp_path: Path
) -> None:
    state = tmp_path / "accounts.json"
    allocation = acts.order(service, USAGE, {}, "By plain HTTP")

    run(service, "direct_api/site.py", tmp_path, "--state", str(state))
    account = allocation.now()["backend_id"]
    assert (allocation.order_now()["state"], allocation.now()["state"]) == ("done", "OK")
    assert account in json.loads(state.read_text())

    acts.await_account(service, USAGE, "ada", "OK")
    accounts = json.loads(state.read_text())
    accounts[account]["usage"] = {"ada": {"cpu": 1.5}, "pi": {"cpu": 2, "mem": 4}}
    state.write_text(json.dumps(accounts))
    for _ in range(2):  # a repetition changes nothing
        run(service, "direct_api/site.py", tmp_path, "--state", str(state))
        assert json.loads(state.read_text())[account]["users"] == ["ada", "ben", "pi"]
        assert allocation.usages() == {"cpu": 3.5, "mem": 4.0}
        assert allocation.user_usages() == {
            ("ada", "cpu"): 1.5,
            ("pi", "cpu"): 2.0,
            ("pi", "mem"): 4.0,
        }

    allocation.terminate()
    run(service, "direct_api/site.py", tmp_path, "--state", str(state))
    assert allocation.now()["state"] == "Terminated"
    assert account not in json.loads(state.read_text())


def test_plain_http_says_why_an_order_failed(service: Service, tmp_path: Path) -> None:
    allocation = acts.order(service, USAGE, {}, "Nowhere")

    run(service, "direct_api/site.py", tmp_path, "--state", "nowhere/accounts.json")

    order = allocation.order_now()
    assert (order["state"], allocation.now()["state"]) == ("erred", "Erred")
    assert "No such file or directory" in order["error_message"]


def test_the_python_sdk_serves_an_allocation(service: Service, tmp_path: Path) -> None:
    allocation = acts.order(service, USAGE, {}, "By the SDK")

    printed = run(service, "python_sdk/site.py", tmp_path)

    account = allocation.now()["backend_id"]
    assert (allocation.order_now()["state"], allocation.now()["state"]) == ("done", "OK")
    assert f"set account {account} to {{}}" in printed
    assert allocation.usages() == {"cpu": 1.25}
