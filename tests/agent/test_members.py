"""People: who may use an account at the site, under which name, and how much of it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from django.conf import settings

from tests.agent import acts
from tests.agent.service import LIMITS, NAMED, PROJECT

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.agent.service import Service
    from tests.agent.site import Site

PLUGIN: Path = settings.BASE_DIR / "examples" / "site_agent" / "site_names" / "site_names.py"


def test_a_member_who_joins_gets_in_and_one_who_leaves_is_put_out(
    service: Service, site: Callable[..., Site], guest: str
) -> None:
    slurm = site(LIMITS)
    allocation, _ = acts.provision(slurm, service, {"cpu": 10, "mem": 20})
    account = allocation.now()["backend_id"]
    acts.await_team(service, slurm.offering)
    said = slurm.cycle("membership_sync")
    assert (slurm.users(account), said.complaints) == (acts.TEAM, [])

    acts.join(service, guest)
    acts.await_account(service, slurm.offering, guest, "OK")
    said = slurm.cycle("membership_sync")
    assert (slurm.users(account), said.complaints) == (acts.TEAM | {guest}, [])

    acts.leave(service, guest)
    acts.await_account(service, slurm.offering, guest, "Requested deletion")
    said = slurm.cycle("membership_sync")
    assert (slurm.users(account), said.complaints) == (acts.TEAM, [])
    assert allocation.now()["last_sync"] is not None


def test_a_pause_a_downscaling_and_a_lock_reach_the_cluster_and_are_undone(
    service: Service, site: Callable[..., Site]
) -> None:
    slurm = site(LIMITS)
    allocation, _ = acts.provision(slurm, service, {"cpu": 10, "mem": 20})
    account = allocation.now()["backend_id"]
    path = f"marketplace-provider-resources/{allocation.uuid}/"
    acts.await_team(service, slurm.offering)
    for flags, qos in (
        ({"downscaled": True}, "limited"),
        ({"paused": True}, "paused"),
        ({"paused": False, "downscaled": False}, "normal"),
    ):
        allocation.provider.patch(path, flags)
        said = slurm.cycle("membership_sync")
        assert (slurm.qos(account), said.complaints) == (qos, [])
        assert allocation.now()["backend_metadata"]["qos"] == qos

    assert slurm.users(account) == acts.TEAM
    for locked, users in ((True, set()), (False, acts.TEAM)):
        lock = {"restrict_member_access": locked}
        allocation.provider.post(f"{path}set_restrict_member_access/", lock)
        said = slurm.cycle("membership_sync")
        assert (slurm.users(account), said.complaints) == (users, [])


def test_a_person_may_be_granted_a_part_only(service: Service, site: Callable[..., Site]) -> None:
    slurm = site(LIMITS)
    allocation, _ = acts.provision(slurm, service, {"cpu": 10, "mem": 20})
    account = allocation.now()["backend_id"]
    acts.await_account(service, slurm.offering, "ada", "OK")
    api = f"{service.base_url}/api"
    ada = acts.account_of(service, slurm.offering, "ada")["url"]
    seen = allocation.provider.get(f"marketplace-provider-offerings/{slurm.offering}/")
    cpu = next(row["uuid"] for row in seen["components"] if row["type"] == "cpu")

    allocation.pi.post(
        "component-user-usage-limits/",
        {
            "resource": f"{api}/marketplace-resources/{allocation.uuid}/",
            "component": cpu,
            "user": ada,
            "limit": "2",
        },
        expect=201,
    )
    said = slurm.cycle("membership_sync")

    assert said.complaints == []
    # The agent writes `cpu=120000.0`, which Slurm takes and the emulator does not.
    assert said.mentions(f"Setting user ada limits to {{'cpu': 120000.0}} for resource {account}")


def test_a_programs_account_gets_in_until_it_is_closed_and_a_restricted_member_stays_out(
    service: Service, site: Callable[..., Site]
) -> None:
    slurm = site(LIMITS)
    allocation, _ = acts.provision(slurm, service, {"cpu": 10, "mem": 20})
    account = allocation.now()["backend_id"]
    acts.await_team(service, slurm.offering)
    program = allocation.pi.post(
        "marketplace-project-service-accounts/",
        {"project": PROJECT, "email": "robot@example.org", "preferred_identifier": "svc-pipeline"},
        expect=201,
    )
    said = slurm.cycle("membership_sync")
    assert (slurm.users(account), said.complaints) == (acts.TEAM | {program["username"]}, [])

    path = f"/api/marketplace-project-service-accounts/{program['uuid']}/"
    assert allocation.pi.http.delete(path).status_code == 204
    ben = acts.account_of(service, slurm.offering, "ben")
    restrict = f"marketplace-offering-users/{ben['uuid']}/update_restricted/"
    allocation.provider.post(restrict, {"is_restricted": True})
    said = slurm.cycle("membership_sync")
    assert (slurm.users(account), said.complaints) == (acts.TEAM - {"ben"}, [])


def test_members_are_let_into_the_partitions_of_the_offering(
    service: Service, site: Callable[..., Site]
) -> None:
    slurm = site(NAMED, settings={"enforce_offering_partitions": True})
    owner = service.person("site-owner")
    partition = {"partition_name": "standard"}
    path = f"marketplace-provider-offerings/{slurm.offering}/add_partition/"
    owner.post(path, partition | {"offering": slurm.offering})
    allocation, _ = acts.provision(slurm, service, {"cpu": 10, "mem": 20})
    account = allocation.now()["backend_id"]
    acts.await_account(service, slurm.offering, "ben", "Requested", "Creating")
    ben = acts.account_of(service, slurm.offering, "ben")
    owner.patch(f"marketplace-offering-users/{ben['uuid']}/", {"username": "bbergman"})

    said = slurm.cycle("membership_sync")

    assert said.complaints == []
    rows = slurm.table("show", "assoc", f"account={account}", "format=User,Partition")
    assert [row for row in rows if row[0]] == [["bbergman", "standard"]]


def test_a_name_that_the_provider_sets_is_the_one_that_the_cluster_knows(
    service: Service, site: Callable[..., Site]
) -> None:
    slurm = site(NAMED)
    allocation, _ = acts.provision(slurm, service, {"cpu": 10, "mem": 20})
    account = allocation.now()["backend_id"]
    acts.await_account(service, slurm.offering, "ben", "Requested", "Creating")
    slurm.cycle("membership_sync")
    assert "bbergman" not in slurm.users(account)

    owner = service.person("site-owner")
    ben = acts.account_of(service, slurm.offering, "ben")
    named = owner.patch(f"marketplace-offering-users/{ben['uuid']}/", {"username": "bbergman"})
    assert (named["state"], named["username"]) == ("OK", "bbergman")
    said = slurm.cycle("membership_sync")

    assert "bbergman" in slurm.users(account)
    assert said.complaints == []


def install(slurm: Site) -> Path:
    """Install the site's own naming plugin as pip would; return its directory's file."""
    folder = slurm.folder / "plugins"
    told = folder / "site_names-1.0.dist-info"
    told.mkdir(parents=True)
    (folder / "site_names.py").write_text(PLUGIN.read_text())
    (told / "METADATA").write_text("Metadata-Version: 2.1\nName: site-names\nVersion: 1.0\n")
    (told / "entry_points.txt").write_text(
        "[waldur_site_agent.username_management_backends]\nsite-names = site_names:SiteNames\n"
    )
    directory = slurm.folder / "directory.json"
    slurm.environment |= {"PYTHONPATH": str(folder), "SITE_DIRECTORY": str(directory)}
    slurm.configure(username_management_backend="site-names")
    return directory


def test_the_site_names_people_itself_and_says_what_is_in_the_way(
    service: Service, site: Callable[..., Site], guest: str
) -> None:
    slurm = site(NAMED)
    directory = install(slurm)
    allocation, _ = acts.provision(slurm, service, {"cpu": 10, "mem": 20})
    acts.join(service, guest)
    acts.await_account(service, slurm.offering, guest, "Requested", "Creating")

    slurm.cycle("membership_sync")  # no directory yet
    assert acts.accounts(service, slurm.offering)[guest] == ("Error creating", "")

    wish = {"waits_for": "linking", "comment": "Link it", "url": "https://site.example/link"}
    directory.write_text(json.dumps({"cleo@example.org": wish}))
    slurm.cycle("membership_sync")
    assert acts.accounts(service, slurm.offering)[guest] == ("Pending account linking", "")
    told = acts.account_of(service, slurm.offering, guest)
    assert told["service_provider_comment"] == "Link it"
    assert told["service_provider_comment_url"] == "https://site.example/link"

    directory.write_text(
        json.dumps({"cleo@example.org": {"waits_for": "validation", "comment": "?"}})
    )
    slurm.cycle("membership_sync")
    assert acts.accounts(service, slurm.offering)[guest] == ("Pending additional validation", "")

    directory.write_text(json.dumps({"cleo@example.org": {"name": "cleo42"}}))
    said = slurm.cycle("membership_sync")
    assert acts.accounts(service, slurm.offering)[guest] == ("OK", "cleo42")
    assert "cleo42" in slurm.users(allocation.now()["backend_id"])
    assert said.complaints == []


def test_an_account_that_is_asked_to_be_deleted_goes_its_way_and_may_come_back(
    service: Service, site: Callable[..., Site], guest: str
) -> None:
    slurm = site(LIMITS)
    acts.provision(slurm, service, {"cpu": 10, "mem": 20})
    acts.join(service, guest)
    acts.await_account(service, slurm.offering, guest, "OK")
    acts.leave(service, guest)
    acts.await_account(service, slurm.offering, guest, "Requested deletion")
    owner = service.person("site-owner")
    row = acts.account_of(service, slurm.offering, guest)
    for action, state in (
        ("set_deleting", "Deleting"),
        ("set_error_deleting", "Error deleting"),
        ("set_deleting", "Deleting"),
        ("set_deleted", "Deleted"),
    ):
        owner.post(f"marketplace-offering-users/{row['uuid']}/{action}/")
        now = owner.get(f"marketplace-offering-users/{row['uuid']}/")
        assert now["state"] == state

    acts.join(service, guest)
    acts.await_account(service, slurm.offering, guest, "OK")
    assert acts.account_of(service, slurm.offering, guest)["uuid"] != row["uuid"]
