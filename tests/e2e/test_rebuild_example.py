"""`examples/direct_api/rebuild.py`, as somebody runs it at a site that has lost everything."""

from __future__ import annotations

import os
import subprocess
import sys
from decimal import Decimal

import httpx
import pytest
from django.conf import settings
from django.core.management import call_command

from allocations.models import OfferingUser
from identity.models import User
from identity.services import credentials
from marketplace.models import Offering, Resource
from tests.factories.accounting import (
    ComponentUserUsageLimitFactory,
    PolicyFactory,
    PolicyStateFactory,
)
from tests.factories.allocations import OfferingUserFactory, ProjectServiceAccountFactory
from tests.factories.marketplace import HpcOfferingFactory, ResourceFactory

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]
PROGRAM = settings.BASE_DIR / "examples" / "direct_api" / "rebuild.py"
SITE = settings.BASE_DIR / "config" / "presets" / "slurm_site.json"
IN_SLURM = ("--tres", "cpu_k_hours=cpu", "--tres", "gb_k_hours=mem")


@pytest.fixture
def resource(provider, project):
    offering = HpcOfferingFactory(customer=provider)
    return ResourceFactory(
        offering=offering, project=project, name="Climate, again", backend_id="hpc_climate",
        limits={"cpu_k_hours": 10, "gb_k_hours": 5}, downscaled=True,
    )  # fmt: skip


@pytest.fixture
def environment(live_server, resource, carol, now):
    """Return what the provider's owner sets for the program."""
    _, token = credentials.issue(user=carol, name="site", now=now)
    return {
        "EFP_URL": live_server.url,
        "EFP_TOKEN": token,
        "EFP_OFFERING": resource.offering.uuid.hex,
        "PATH": os.environ["PATH"],
    }


@pytest.fixture
def told(environment, tmp_path):
    """Return what runs the program, and answers with what it printed and what it doubts."""

    def run(*words):
        done = subprocess.run(
            [sys.executable, "-W", "error", PROGRAM, *words],
            cwd=tmp_path, env=environment, capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        return done.stdout.splitlines(), done.stderr.splitlines()

    return run


@pytest.fixture
def rebuild(told, environment, resource):
    """Return what runs the program where components have factors, and none is in doubt."""
    for component in resource.offering.components.filter(billing_type="limit"):
        set_factor(environment, component, {"cpu_k_hours": 60000, "gb_k_hours": 61440})

    def run(*words):
        printed, doubts = told(*IN_SLURM, *words)
        assert doubts == []
        return printed

    return run


def set_factor(environment, component, factors):
    offerings = f"{environment['EFP_URL']}/api/marketplace-provider-offerings/"
    body = {
        "uuid": component.uuid.hex, "type": component.type, "name": component.name,
        "billing_type": component.billing_type, "unit_factor": factors[component.type],
    }  # fmt: skip
    answer = httpx.post(
        f"{offerings}{environment['EFP_OFFERING']}/update_offering_component/",
        json=body, headers={"Authorization": f"Token {environment['EFP_TOKEN']}"}, timeout=60,
    )  # fmt: skip
    assert answer.status_code == 200, answer.text


def test_it_prints_what_makes_accounts_limits_and_people_again(rebuild, resource, pi, bob):
    offering = resource.offering
    account = OfferingUserFactory(offering=offering, user=bob, username="bob1")
    OfferingUserFactory(offering=offering, user=pi, username="pi1", is_restricted=True)
    ComponentUserUsageLimitFactory(resource=resource, user=account, limit=Decimal("1.5"))
    program = ProjectServiceAccountFactory(project=resource.project)
    PolicyStateFactory(
        policy=PolicyFactory(offering=offering), resource=resource,
        settings={"fairshare": 5, "limit_type": "GrpTRESMins", "grp_tres_mins": {"billing": 72}},
    )  # fmt: skip
    ResourceFactory(offering=offering, project=resource.project, state="Terminating")

    owner = f"'description=Climate, again' organization={resource.project.slug}"
    setting = "modify account hpc_climate set"
    assert rebuild() == [
        f"sacctmgr --immediate {words}"
        for words in (
            f"add account hpc_climate {owner}",
            f"{setting} GrpTRESMins=cpu=600000,mem=307200",
            f"{setting} fairshare=5",
            f"{setting} GrpTRESMins=billing=72",
            f"{setting} qos=limited",
            "add user bob1 account=hpc_climate",
            f"add user {program.username} account=hpc_climate",
            "modify user where name=bob1 account=hpc_climate set GrpTRESMins=cpu=90000",
        )
    ]


def test_who_knows_the_state_is_told_when_it_changes(rebuild, resource, bob):
    OfferingUserFactory(offering=resource.offering, user=bob, username="bob1")

    assert "add user bob1" in rebuild("--known", "hash")[-1]
    assert rebuild("--known", "hash") == []

    OfferingUser.objects.update(username="robert")
    assert "add user robert" in rebuild("--known", "hash")[-1]


def test_while_access_is_restricted_nobody_is_let_in(rebuild, resource, bob):
    OfferingUserFactory(offering=resource.offering, user=bob, username="bob1")
    Resource.objects.update(restrict_member_access=True)

    assert not [line for line in rebuild() if "user" in line]


def test_the_site_of_the_preset_gets_the_limits_that_the_agent_sets(
    told, environment, project, now
):
    call_command("load_preset", str(SITE), "--force", verbosity=0)
    offering = Offering.objects.get(name="Slurm by limits")
    limits = {"cpu": 10, "mem": 5}
    ResourceFactory(offering=offering, project=project, backend_id="hpc_ice", limits=limits)
    agent = User.objects.get(username="site-agent")
    _, token = credentials.issue(user=agent, name="site", now=now)
    environment.update(EFP_TOKEN=token, EFP_OFFERING=offering.uuid.hex)

    printed, doubts = told()
    assert doubts == []
    setting = "sacctmgr --immediate modify account hpc_ice set"
    assert f"{setting} GrpTRESMins=cpu=600000,mem=307200" in printed


def test_a_factor_that_nobody_has_set_and_a_name_that_slurm_does_not_know_are_told(told):
    printed, doubts = told("--tres", "cpu_k_hours=cpu")

    one, other = doubts
    assert one.startswith("cpu_k_hours: one unit is 'kh', but its unit_factor is 1")
    assert other.startswith("gb_k_hours: Slurm counts nothing of this name")
    assert printed[:2] == [f"# {doubt}" for doubt in doubts]
    assert printed[3].endswith("GrpTRESMins=cpu=10")


def test_a_name_that_is_said_by_halves_is_refused(environment, tmp_path):
    done = subprocess.run(
        [sys.executable, PROGRAM, "--tres", "cpu_k_hours"],
        cwd=tmp_path, env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stdout) == (2, "")
    assert "'cpu_k_hours' is not like cpu_k_hours=cpu" in done.stderr
