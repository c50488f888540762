"""`examples/direct_api/rebuild.py`, as somebody runs it at a site that has lost everything."""

from __future__ import annotations

import os
import subprocess
import sys
from decimal import Decimal

import pytest
from django.conf import settings

from allocations.models import OfferingUser
from identity.services import credentials
from marketplace.models import OfferingComponent, Resource
from tests.factories.accounting import (
    ComponentUserUsageLimitFactory,
    PolicyFactory,
    PolicyStandingFactory,
)
from tests.factories.allocations import OfferingUserFactory, ProjectServiceAccountFactory
from tests.factories.marketplace import HpcOfferingFactory, ResourceFactory

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]
PROGRAM = settings.BASE_DIR / "examples" / "direct_api" / "rebuild.py"


@pytest.fixture
def resource(provider, project):
    offering = HpcOfferingFactory(customer=provider)
    OfferingComponent.objects.filter(type="cpu_k_hours").update(unit_factor=60000)
    return ResourceFactory(
        offering=offering, project=project, name="Climate, again", backend_id="hpc_climate",
        limits={"cpu_k_hours": 10, "gb_k_hours": 5}, downscaled=True,
    )  # fmt: skip


@pytest.fixture
def rebuild(live_server, resource, carol, now, tmp_path):
    """Return what runs the program, and answers with what it printed."""
    _, token = credentials.issue(user=carol, name="site", now=now)
    told = {
        "EFP_URL": live_server.url,
        "EFP_TOKEN": token,
        "EFP_OFFERING": resource.offering.uuid.hex,
        "PATH": os.environ["PATH"],
    }

    def run(*words):
        done = subprocess.run(
            [sys.executable, "-W", "error", PROGRAM, *words],
            cwd=tmp_path, env=told, capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert (done.returncode, done.stderr) == (0, "")
        return done.stdout.splitlines()

    return run


def test_it_prints_what_makes_accounts_limits_and_people_again(rebuild, resource, pi, bob):
    offering = resource.offering
    account = OfferingUserFactory(offering=offering, user=bob, username="bob1")
    OfferingUserFactory(offering=offering, user=pi, username="pi1", is_restricted=True)
    ComponentUserUsageLimitFactory(resource=resource, user=account, limit=Decimal("1.5"))
    program = ProjectServiceAccountFactory(project=resource.project)
    PolicyStandingFactory(
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
            f"{setting} GrpTRESMins=cpu_k_hours=600000,gb_k_hours=5",
            f"{setting} fairshare=5",
            f"{setting} GrpTRESMins=billing=72",
            f"{setting} qos=limited",
            "add user bob1 account=hpc_climate",
            f"add user {program.username} account=hpc_climate",
            "modify user where name=bob1 account=hpc_climate set GrpTRESMins=cpu_k_hours=90000",
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
