"""The programs of `examples/`, as somebody at a site runs them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
import yaml
from django.conf import settings

from tests.agent import acts
from tests.agent.service import LIMITS, USAGE, Service
from tests.agent.site import AGENT_ENV

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.agent.site import Site

EXAMPLES: Path = settings.BASE_DIR / "examples"
CONFIGURATIONS = sorted(path.name for path in (EXAMPLES / "site_agent").glob("*.yaml"))


@pytest.fixture
def offering(service: Service) -> str:
    """A new offering like the preset's first one."""
    return acts.put_up_offering(service, USAGE)


def run(service: Service, offering: str, example: str, folder: Path, *words: str) -> str:
    """Run an example once, and return what it printed."""
    told = {
        "EFP_URL": service.base_url,
        "EFP_TOKEN": service.person("site-owner").token,
        "EFP_OFFERING": offering,
        "PATH": os.environ["PATH"],
    }
    done = subprocess.run(
        [sys.executable, "-W", "error", EXAMPLES / example, *words],
        cwd=folder, env=told, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, ""), done.stderr
    return done.stdout


def test_plain_http_serves_an_allocation_from_order_to_usage_to_end(
    service: Service, offering: str, tmp_path: Path
) -> None:
    state = tmp_path / "accounts.json"
    allocation = acts.order(service, offering, {}, "By plain HTTP")

    run(service, offering, "direct_api/site.py", tmp_path, "--state", str(state))
    account = allocation.now()["backend_id"]
    assert (allocation.order_now()["state"], allocation.now()["state"]) == ("done", "OK")
    assert account in json.loads(state.read_text())

    acts.await_account(service, offering, "ada", "OK")
    accounts = json.loads(state.read_text())
    accounts[account]["usage"] = {"ada": {"cpu": 1.5}, "pi": {"cpu": 2, "mem": 4}}
    state.write_text(json.dumps(accounts))
    for _ in range(2):  # a repetition changes nothing
        run(service, offering, "direct_api/site.py", tmp_path, "--state", str(state))
        assert json.loads(state.read_text())[account]["users"] == ["ada", "ben", "pi"]
        assert allocation.usages() == {"cpu": 3.5, "mem": 4.0}
        assert allocation.user_usages() == {
            ("ada", "cpu"): 1.5,
            ("pi", "cpu"): 2.0,
            ("pi", "mem"): 4.0,
        }

    allocation.terminate()
    run(service, offering, "direct_api/site.py", tmp_path, "--state", str(state))
    assert allocation.now()["state"] == "Terminated"
    assert account not in json.loads(state.read_text())


def test_plain_http_says_why_an_order_failed(
    service: Service, offering: str, tmp_path: Path
) -> None:
    allocation = acts.order(service, offering, {}, "Nowhere")

    run(service, offering, "direct_api/site.py", tmp_path, "--state", "nowhere/accounts.json")

    order = allocation.order_now()
    assert (order["state"], allocation.now()["state"]) == ("erred", "Erred")
    assert "No such file or directory" in order["error_message"]


def test_the_agents_example_configuration_serves_an_order(
    service: Service, site: Callable[..., Site]
) -> None:
    slurm = site(LIMITS)
    text = (EXAMPLES / "site_agent" / "agent.yaml").read_text()
    told = yaml.safe_load(text)
    (offering,) = told["offerings"]
    offering |= {
        "waldur_api_url": f"{service.base_url}/api/",
        "waldur_api_token": slurm.token,
        "waldur_offering_uuid": slurm.offering,
    }
    offering["backend_settings"]["slurm_bin_path"] = str(slurm.commands)
    slurm.config.write_text(yaml.safe_dump(told))
    loaded = slurm.tool("waldur_site_load_components")
    assert (loaded.returncode, "UnexpectedStatus" in loaded.stdout) == (0, False)

    limits = {"cpu": 1, "mem": 2, "gres/gpu": 3}
    allocation, said = acts.provision(slurm, service, limits, "As configured")

    assert slurm.limits(allocation.now()["backend_id"]) == "cpu=60000,gres/gpu=180,mem=120G"
    assert said.complaints == []
    with slurm.agent("report") as agent:
        agent.wait_until_it_sleeps()
    assert agent.said().complaints == []


@pytest.mark.parametrize("name", CONFIGURATIONS)
def test_the_agent_takes_an_example_configuration_and_makes_its_backends(name: str) -> None:
    program = (
        "import sys; from waldur_site_agent.common import utils\n"
        "told = utils.load_configuration(sys.argv[1], user_agent_suffix='test')\n"
        "for offering in told.waldur_offerings:\n"
        "    for work in ('order_processing', 'membership_sync', 'reporting'):\n"
        "        made, version = utils.get_backend_for_offering(offering, work + '_backend')\n"
        "        assert made.backend_type == offering.backend_type, made\n"
    )
    done = subprocess.run(
        [AGENT_ENV / "bin" / "python", "-c", program, EXAMPLES / "site_agent" / name],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_python_sdk_serves_an_allocation(
    service: Service, offering: str, tmp_path: Path
) -> None:
    allocation = acts.order(service, offering, {}, "By the SDK")

    printed = run(service, offering, "python_sdk/site.py", tmp_path)

    account = allocation.now()["backend_id"]
    assert (allocation.order_now()["state"], allocation.now()["state"]) == ("done", "OK")
    assert f"set account {account} to {{}}" in printed
    assert allocation.usages() == {"cpu": 1.25, "mem": 1.25}  # what the offering counts
