"""The agent's command-line tools, run as an operator at a site runs them."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

from django.conf import settings

from tests.agent import acts
from tests.agent.service import LIMITS, NAMED, USAGE
from tests.agent.site import AGENT_ENV

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.agent.service import Service
    from tests.agent.site import Site

CUSTOMER_ACCOUNT, PROJECT_ACCOUNT = "hpc_c_research-c", "hpc_p_climate-mo"
BLAME = ("UnexpectedStatus", "Unexpected status", "Traceback")


def fine(done: subprocess.CompletedProcess[str]) -> str:
    """Return what a tool printed, which neither failed nor blames the service."""
    printed = done.stdout + done.stderr
    assert done.returncode == 0, printed
    assert [word for word in BLAME if word in printed] == [], printed
    return printed


def test_components_are_created_and_brought_up_to_date(
    service: Service, site: Callable[..., Site]
) -> None:
    slurm, owner = site(NAMED), service.person("site-owner")

    def components() -> dict[str, tuple[str, str, str]]:
        rows = owner.get(f"marketplace-provider-offerings/{slurm.offering}/")["components"]
        return {
            row["type"]: (row["name"], row["measured_unit"], row["billing_type"]) for row in rows
        }

    before = components()
    slurm.components = {
        **slurm.components,
        "gres/gpu": {"measured_unit": "hours", "unit_factor": 60, "label": "GPU", "limit": 10},
    }
    slurm.configure()
    fine(slurm.tool("waldur_site_load_components"))
    assert components() == {
        "cpu": ("CPU", "k-Hours", "limit"),
        "mem": ("RAM", "gb-Hours", "limit"),
        "gres/gpu": ("GPU", "hours", "limit"),
    }
    fine(slurm.tool("waldur_site_load_components"))  # a second time changes nothing
    assert set(components()) == set(before) | {"gres/gpu"}


def test_the_tools_that_look_find_nothing_wrong(
    service: Service, site: Callable[..., Site]
) -> None:
    slurm = site(LIMITS)
    allocation, _ = acts.provision(slurm, service, {"cpu": 10, "mem": 20})
    account = allocation.now()["backend_id"]

    printed = fine(slurm.tool("waldur_site_diagnostics"))
    assert "Slurm by limits" in printed
    fine(slurm.tool("waldur_sync_offering_users"))
    fine(slurm.tool("waldur_sync_resource_limits"))
    slurm.configure(
        backend_settings={**slurm.backend_settings, "homedir_base_path": str(slurm.folder)}
    )
    fine(slurm.tool("waldur_site_create_homedirs"))
    slurm.cycle("membership_sync")  # leaves a sign of life, which the probe looks for
    slurm.run("waldur_site_healthz", "--config-file", str(slurm.config))
    fine(slurm.tool("waldur_site_test_order", "--template", "create/basic.json", "--dry-run"))
    # 1.0.7 cannot print what it found, in neither format: limits are an object to its client, and
    # the tool wants a dict. All that it asks of the service has been answered by then.
    told = slurm.tool("waldur_site_diagnose_slurm_account", account)
    assert "AttributeError: 'ResourceLimits' object has no attribute 'items'" in told.stderr
    assert "UnexpectedStatus" not in told.stdout + told.stderr


def test_staff_load_the_usage_of_past_months(service: Service, site: Callable[..., Site]) -> None:
    slurm = site(USAGE, accounting="usage")
    allocation, _ = acts.provision(slurm, service, {})
    acts.await_account(service, slurm.offering, "ada", "OK")
    slurm.cycle("membership_sync")
    slurm.compute("ada", allocation.now()["backend_id"], 10)
    period = acts.this_month()

    printed = fine(
        slurm.tool(
            "waldur_site_load_historical_usage",
            "--offering-uuid", slurm.offering, "--user-token", service.person("site-staff").token,
            "--start-date", period[0], "--end-date", period[1],
        )
    )  # fmt: skip

    assert allocation.usages()["cpu"] == 0.64, printed
    assert allocation.user_usages()["ada", "cpu"] == 0.64


def test_a_polling_site_works_off_an_import(service: Service, site: Callable[..., Site]) -> None:
    slurm, owner = site(LIMITS), service.person("site-owner")
    slurm.configure(waldur_api_token=service.person("site-staff").token)  # who sees every project
    for words in (
        ("add", "account", CUSTOMER_ACCOUNT, "description=c", "organization=c", "parent=root"),
        (
            "add",
            "account",
            PROJECT_ACCOUNT,
            "description=p",
            "organization=p",
            f"parent={CUSTOMER_ACCOUNT}",
        ),
        ("add", "account", "legacy", "description=old", f"organization={PROJECT_ACCOUNT}"),
        ("modify", "account", "legacy", "set", "GrpTRESMins=cpu=120000"),
        ("add", "account", "foreign", "description=old", "organization=somebody"),
    ):
        slurm.run("sacctmgr", "--immediate", *words)
    request = owner.post("backend-resource-requests/", {"offering": slurm.offering}, expect=201)
    done = subprocess.run(
        [
            AGENT_ENV / "bin" / "python",
            settings.BASE_DIR / "examples" / "site_agent" / "import_allocations.py",
            slurm.config,
        ],
        cwd=slurm.folder, env=slurm.env, capture_output=True, text=True, check=False,
    )  # fmt: skip
    fine(done)
    assert owner.get(f"backend-resource-requests/{request['uuid']}/")["state"] == "Done"
    (found,) = owner.get("backend-resources/", offering_uuid=slurm.offering)
    assert (found["backend_id"], found["backend_metadata"]) == ("legacy", {"limits": {"cpu": 2}})

    made = owner.post(f"backend-resources/{found['uuid']}/import_resource/", {}, expect=201)

    assert (made["state"], made["backend_id"], made["limits"]) == ("OK", "legacy", {"cpu": 2})
    acts.await_account(service, slurm.offering, "ada", "OK")
    said = slurm.cycle("membership_sync")
    assert said.complaints == []
    assert slurm.users("legacy") == {"pi", "ada", "ben"}
