"""Who is shut out, and who comes back, reaches the cluster in event mode."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.agent import acts
from tests.agent.events import listener
from tests.agent.service import LIMITS

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.agent.service import Service
    from tests.agent.site import Site


def test_who_is_restricted_is_put_out_at_once_and_let_in_again(
    bus_service: Service, bus_site: Callable[..., Site]
) -> None:
    slurm = bus_site(LIMITS)
    with listener(slurm) as agent:
        allocation = acts.order(bus_service, slurm.offering, {"cpu": 10, "mem": 20})
        agent.does(lambda: allocation.order_now()["state"] == "done")
        account = allocation.now()["backend_id"]
        agent.does(lambda: slurm.users(account) == acts.TEAM)

        ben = acts.account_of(bus_service, slurm.offering, "ben")
        restrict = f"marketplace-offering-users/{ben['uuid']}/update_restricted/"
        allocation.provider.post(restrict, {"is_restricted": True})
        agent.hears("user_role", user_uuid=None)
        agent.does(lambda: slurm.users(account) == acts.TEAM - {"ben"})

        name = f"marketplace-offering-users/{ben['uuid']}/"
        allocation.provider.patch(name, {"username": "ben2"})
        agent.hears("offering_user", action="username_set", username="ben2")
        allocation.provider.post(restrict, {"is_restricted": False})
        agent.does(lambda: slurm.users(account) == acts.TEAM - {"ben"} | {"ben2"})


def test_who_was_to_be_deleted_is_let_into_the_next_allocation(
    bus_service: Service, bus_site: Callable[..., Site]
) -> None:
    slurm = bus_site(LIMITS)
    with listener(slurm) as agent:
        first = acts.order(bus_service, slurm.offering, {"cpu": 10, "mem": 20})
        agent.does(lambda: first.order_now()["state"] == "done")
        acts.await_team(bus_service, slurm.offering)
        end = first.terminate()
        agent.does(lambda: first.order_now(end)["state"] == "done")
        acts.await_account(bus_service, slurm.offering, "ada", "Requested deletion")

        second = acts.order(bus_service, slurm.offering, {"cpu": 10, "mem": 20}, "Ice")
        agent.does(lambda: second.order_now()["state"] == "done")
        agent.does(lambda: slurm.users(second.now()["backend_id"]) == acts.TEAM)
