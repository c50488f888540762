"""Deposits on the accounts of a MOAB Accounting Manager, made and counted by the agent's plugin."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import pytest

from tests.agent import acts, moab
from tests.agent.service import MOAB
from tests.agent.site import PREFIX

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.agent.service import Service
    from tests.agent.site import Site

DEPOSIT = {"deposit": {"measured_unit": "EUR", "label": "Deposit"}}
NO_LIMITS = ["No limits found in the backend"]
"""What the membership round says of every MOAB account: the plugin does not read deposits back."""


@pytest.fixture
def centre(site: Callable[..., Site], tmp_path: Path) -> Site:
    """A site with MOAB."""
    moab.install(tmp_path / "mam")
    return site(MOAB, backend="moab", components=DEPOSIT, commands=tmp_path / "mam")


def account(centre: Site, name: str) -> tuple[float, set[str]]:
    """Return an account's balance, and who may use it."""
    kept = moab.books(centre.folder)
    (balance,) = [row["balance"] for row in kept["funds"].values() if row["account"] == name]
    return balance, set(kept["accounts"][name]["users"])


def test_an_order_becomes_an_account_with_a_fund_and_ends_without(
    service: Service, centre: Site
) -> None:
    allocation, said = acts.provision(centre, service, {"deposit": 100}, "Currents")
    assert said.complaints == []
    resource = allocation.now()
    name = f"{PREFIX}{resource['slug']}"
    assert (resource["backend_id"], resource["limits"]) == (name, {"deposit": 100})
    assert account(centre, name)[0] == 100.0
    project = f"{PREFIX}p_{resource['project_slug']}"
    kept = moab.books(centre.folder)["accounts"]
    assert (kept[name]["description"], kept[name]["organization"]) == ('"Currents"', project)

    update = allocation.update({"deposit": 150})
    said = centre.cycle("order_process")
    assert (allocation.order_now(update)["state"], said.complaints) == ("done", [])
    assert allocation.now()["limits"] == {"deposit": 150}
    # The plugin pays in the new limit, not the difference: an upstream bug.
    assert account(centre, name)[0] == 250.0

    end = allocation.terminate()
    said = centre.cycle("order_process")
    assert (allocation.order_now(end)["state"], allocation.now()["state"]) == ("done", "Terminated")
    left: dict[str, Any] = moab.books(centre.folder)
    assert name not in left["accounts"]
    # The plugin looks for the fund after it has removed the account, and finds it in MAM.
    assert name not in {row["account"] for row in left["funds"].values()}
    assert said.complaints == []


def test_members_get_in_and_out_and_what_they_were_charged_arrives(
    service: Service, centre: Site
) -> None:
    allocation, _ = acts.provision(centre, service, {"deposit": 100})
    name = allocation.now()["backend_id"]
    acts.await_team(service, centre.offering)
    said = centre.cycle("membership_sync")
    assert (account(centre, name), said.complaints) == ((100.0, acts.TEAM), NO_LIMITS)
    assert allocation.now()["limits"] == {"deposit": 100}

    today = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime())
    for person, amount, when in (
        ("ada", "12.50", today),
        ("ada", "0.25", today),
        ("ben", "7.25", today),
        ("ben", "99.00", "2020-01-31T12:00:00"),  # counted in its own month
    ):
        moab.charge(centre.folder, name, person, amount, when)
    for _ in range(2):  # a second report of the same changes nothing
        said = centre.cycle("report")
        assert (allocation.usages(), said.complaints) == ({"deposit": 20.0}, [])
        assert allocation.user_usages() == {("ada", "deposit"): 12.75, ("ben", "deposit"): 7.25}

    lock = f"marketplace-provider-resources/{allocation.uuid}/set_restrict_member_access/"
    for locked, users in ((True, set()), (False, acts.TEAM)):
        allocation.provider.post(lock, {"restrict_member_access": locked})
        said = centre.cycle("membership_sync")
        assert (account(centre, name)[1], said.complaints) == (users, NO_LIMITS)
