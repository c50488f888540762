"""The agent in event mode: what happens reaches it within seconds, and it acts upon it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.agent import acts
from tests.agent.events import complaints, listener
from tests.agent.service import LIMITS, NAMED, PROJECT, USERS

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.agent.service import Service
    from tests.agent.site import Site


def test_an_allocation_s_whole_life_is_heard_of(
    bus_service: Service, bus_site: Callable[..., Site]
) -> None:
    slurm = bus_site(LIMITS)
    with listener(slurm) as agent:
        allocation = acts.order(bus_service, slurm.offering, {"cpu": 10, "mem": 20})
        agent.hears("order", order_uuid=allocation.order, order_state="pending-provider")
        agent.does(lambda: allocation.order_now()["state"] == "done")
        account = allocation.now()["backend_id"]
        assert slurm.limits(account) == "cpu=600000,mem=1200G"

        update = allocation.update({"cpu": 30, "mem": 20})
        agent.hears("order", order_uuid=update, order_state="pending-provider")
        agent.does(lambda: allocation.order_now(update)["state"] == "done")
        assert slurm.limits(account) == "cpu=1800000,mem=1200G"

        end = allocation.terminate()
        agent.hears("order", order_uuid=end)
        agent.does(lambda: allocation.order_now(end)["state"] == "done")
        agent.hears("order", order_uuid=end, order_state="done")
        assert account not in slurm.accounts()
    assert complaints(agent.said()) == []


def test_who_joins_gets_in_and_who_leaves_is_put_out(
    bus_service: Service, bus_site: Callable[..., Site], bus_guest: str
) -> None:
    slurm = bus_site(LIMITS)
    with listener(slurm) as agent:
        allocation = acts.order(bus_service, slurm.offering, {"cpu": 10, "mem": 20})
        agent.does(lambda: allocation.order_now()["state"] == "done")
        account = allocation.now()["backend_id"]
        agent.does(lambda: slurm.users(account) == acts.TEAM)

        acts.join(bus_service, bus_guest)
        agent.hears("user_role", user_uuid=USERS[bus_guest], project_uuid=PROJECT, granted=True)
        agent.hears("offering_user", user_uuid=USERS[bus_guest], action="create")
        agent.does(lambda: slurm.users(account) == acts.TEAM | {bus_guest})

        acts.leave(bus_service, bus_guest)
        agent.hears("user_role", user_uuid=USERS[bus_guest], granted=False)
        agent.does(lambda: slurm.users(account) == acts.TEAM)


def test_a_name_that_the_provider_sets_is_used_at_once(
    bus_service: Service, bus_site: Callable[..., Site]
) -> None:
    slurm = bus_site(NAMED)
    owner = bus_service.person("site-owner")
    with listener(slurm) as agent:
        allocation = acts.order(bus_service, slurm.offering, {"cpu": 10, "mem": 20})
        agent.does(lambda: allocation.order_now()["state"] == "done")
        account = allocation.now()["backend_id"]
        acts.await_account(bus_service, slurm.offering, "ben", "Requested", "Creating")
        ben = acts.account_of(bus_service, slurm.offering, "ben")

        owner.patch(f"marketplace-offering-users/{ben['uuid']}/", {"username": "bbergman"})
        agent.hears(
            "offering_user",
            action="username_set",
            username="bbergman",
            resource_backend_ids=[account],
        )
        agent.does(lambda: "bbergman" in slurm.users(account))


def test_flags_reach_the_cluster_and_are_undone(
    bus_service: Service, bus_site: Callable[..., Site]
) -> None:
    slurm = bus_site(LIMITS)
    with listener(slurm) as agent:
        allocation = acts.order(bus_service, slurm.offering, {"cpu": 10, "mem": 20})
        agent.does(lambda: allocation.order_now()["state"] == "done")
        account = allocation.now()["backend_id"]
        path = f"marketplace-provider-resources/{allocation.uuid}/"
        agent.does(lambda: slurm.users(account) == acts.TEAM)
        for flags, qos in (
            ({"downscaled": True}, "limited"),
            ({"paused": True}, "paused"),
            ({"paused": False, "downscaled": False}, "normal"),
        ):
            allocation.provider.patch(path, flags)
            agent.hears("resource", resource_uuid=allocation.uuid, **flags)
            agent.does(lambda qos=qos: slurm.qos(account) == qos, qos)  # type: ignore[misc]

        for locked, users in ((True, set()), (False, acts.TEAM)):
            lock = {"restrict_member_access": locked}
            allocation.provider.post(f"{path}set_restrict_member_access/", lock)
            agent.hears("resource", resource_uuid=allocation.uuid, **lock)
            agent.does(lambda users=users: slurm.users(account) == users)  # type: ignore[misc]


def test_a_policy_pauses_what_is_used_up_and_says_what_to_set(
    bus_service: Service, bus_site: Callable[..., Site]
) -> None:
    slurm = bus_site(LIMITS, settings={"periodic_limits": {"enabled": True}})
    owner, api = bus_service.person("site-owner"), f"{bus_service.base_url}/api"
    at = "marketplace-slurm-periodic-usage-policies/"
    with listener(slurm) as agent:
        allocation = acts.order(bus_service, slurm.offering, {"cpu": 1, "mem": 100_000})
        agent.does(lambda: allocation.order_now()["state"] == "done")
        account = allocation.now()["backend_id"]
        agent.does(lambda: slurm.users(account) == acts.TEAM)
        policy = owner.post(
            at,
            {
                "scope": f"{api}/marketplace-provider-offerings/{slurm.offering}/",
                "actions": "request_slurm_resource_pausing",
                "component_limits_set": [],
                "apply_to_all": True,
                "period": 2,
                "grace_ratio": 0,
                "carryover_enabled": False,
                "tres_billing_enabled": False,
                "qos_strategy": "threshold",
            },
            expect=201,
        )
        try:
            agent.hears(
                "resource_periodic_limits",
                resource_uuid=allocation.uuid,
                backend_id=account,
                policy_uuid=policy["uuid"],
                action="apply_periodic_settings",
            )
            agent.does(
                lambda: owner.get(f"{at}{policy['uuid']}/command-history/"), "it reports commands"
            )
            evaluated = owner.get(f"{at}{policy['uuid']}/evaluation-logs/")
            assert evaluated == [] or evaluated[0]["stomp_message_sent"]

            slurm.compute("ada", account, 20)
            slurm.cycle("report")
            agent.hears("resource", resource_uuid=allocation.uuid, paused=True)
            agent.does(lambda: slurm.qos(account) == "paused")
        finally:
            owner.http.delete(f"/api/{at}{policy['uuid']}/")


def test_accounts_of_programs_parts_of_people_imports_and_repairs_are_heard_of(
    bus_service: Service,
    bus_site: Callable[..., Site],
    bus_program: Callable[[str], dict[str, Any]],
) -> None:
    slurm = bus_site(LIMITS)
    owner, api = bus_service.person("site-owner"), f"{bus_service.base_url}/api"
    with listener(slurm) as agent:
        allocation = acts.order(bus_service, slurm.offering, {"cpu": 10, "mem": 20})
        agent.does(lambda: allocation.order_now()["state"] == "done")
        account = allocation.now()["backend_id"]
        agent.does(lambda: slurm.users(account) == acts.TEAM)

        program = bus_program("svc-bus")
        agent.hears("service_account", account_uuid=program["uuid"], action="create")
        agent.does(lambda: program["username"] in slurm.users(account))
        path = f"/api/marketplace-project-service-accounts/{program['uuid']}/"
        assert allocation.pi.http.delete(path).status_code == 204
        agent.hears("service_account", account_uuid=program["uuid"], action="delete")
        agent.does(lambda: program["username"] not in slurm.users(account))

        ada = acts.account_of(bus_service, slurm.offering, "ada")["url"]
        seen = owner.get(f"marketplace-provider-offerings/{slurm.offering}/")
        cpu = next(row["uuid"] for row in seen["components"] if row["type"] == "cpu")
        limit = {
            "resource": f"{api}/marketplace-resources/{allocation.uuid}/",
            "component": cpu, "user": ada, "limit": "2",
        }  # fmt: skip
        allocation.pi.post("component-user-usage-limits/", limit, expect=201)
        told = f"Setting user ada limits to {{'cpu': 120000.0}} for resource {account}"
        agent.does(lambda: agent.said().mentions(told))

        request = owner.post("backend-resource-requests/", {"offering": slurm.offering}, expect=201)
        agent.hears("importable_resources", backend_resource_request_uuid=request["uuid"])
        agent.does(
            lambda: owner.get(f"backend-resource-requests/{request['uuid']}/")["state"] == "Done"
        )

        slurm.run("sacctmgr", "--immediate", "delete", "account", account)
        assert account not in slurm.accounts()
        owner.post(f"marketplace-provider-offerings/{slurm.offering}/sync_resources/", expect=202)
        agent.hears("offering_resources_sync", offering_uuid=slurm.offering)
        agent.does(lambda: account in slurm.accounts() and slurm.users(account) == acts.TEAM)
