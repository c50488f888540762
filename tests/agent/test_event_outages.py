"""Nothing that happens is lost: not while the agent is away, nor while the broker is."""

from __future__ import annotations

import json
from contextlib import ExitStack, closing, contextmanager
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from tests.agent import acts
from tests.agent.events import SOON, listener
from tests.agent.service import LIMITS, Person, Service, eventually
from tests.bus.readers import Refused, mqtt_reader, stomp_reader

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from standalone.rabbitmq_node import BrokerNode
    from tests.agent.site import Site

IDENTITIES = "marketplace-site-agent-identities/"


def test_an_agent_that_was_away_catches_up_with_all_that_has_happened(
    bus_service: Service,
    bus_site: Callable[..., Site],
    bus_guest: str,
    bus_program: Callable[[str], dict[str, Any]],
) -> None:
    slurm = bus_site(LIMITS)
    with listener(slurm) as agent:
        first = acts.order(bus_service, slurm.offering, {"cpu": 10, "mem": 20}, "Ocean")
        second = acts.order(bus_service, slurm.offering, {"cpu": 10, "mem": 20}, "Ice")
        agent.does(lambda: second.order_now()["state"] == "done")
        agent.does(lambda: slurm.users(second.now()["backend_id"]) == acts.TEAM)
    ocean, ice = first.now()["backend_id"], second.now()["backend_id"]

    # Ten things: four orders, a member, three flags, a name at the site, an account of a program.
    new = [
        acts.order(bus_service, slurm.offering, {"cpu": 1, "mem": 1}, name)
        for name in ("Wind", "Sand", "Snow")
    ]
    changed = first.update({"cpu": 40, "mem": 20})
    acts.join(bus_service, bus_guest)
    path = "marketplace-provider-resources/{}/"
    for allocation, flags in (
        (second, {"downscaled": True}),
        (second, {"paused": True}),
        (first, {"downscaled": True}),
    ):
        allocation.provider.patch(path.format(allocation.uuid), flags)
    ada = acts.account_of(bus_service, slurm.offering, "ada")
    first.provider.patch(f"marketplace-offering-users/{ada['uuid']}/", {"username": "adal"})
    program = bus_program("svc-late")
    assert all(one.order_now()["state"] == "pending-provider" for one in new)

    with listener(slurm) as agent:
        for allocation in new:
            agent.does(lambda a=allocation: a.order_now()["state"] == "done")  # type: ignore[misc]
        agent.does(lambda: first.order_now(changed)["state"] == "done")
        agent.does(lambda: slurm.limits(ocean).startswith("cpu=2400000"))
        agent.does(lambda: slurm.qos(ice) == "paused")
        agent.does(lambda: slurm.qos(ocean) == "limited")
        everybody = acts.TEAM | {bus_guest, "adal", program["username"]}
        agent.does(lambda: everybody - {"ada"} <= slurm.users(ice))
        for allocation in new:
            agent.does(
                lambda a=allocation: agent.has_heard("order", order_uuid=a.order)  # type: ignore[misc]
            )
        for kind in ("user_role", "offering_user", "resource", "service_account"):
            agent.does(lambda kind=kind: agent.has_heard(kind), kind)  # type: ignore[misc]


def test_orders_that_come_while_the_broker_is_away_are_done_once_it_is_back(
    bus_service: Service, bus_site: Callable[..., Site], node: BrokerNode
) -> None:
    slurm = bus_site(LIMITS)
    with listener(slurm) as agent:
        node.stop()
        orders = [
            acts.order(bus_service, slurm.offering, {"cpu": 1, "mem": 1}, name)
            for name in ("Wind", "Sand", "Snow")
        ]
        eventually(lambda: waiting(bus_service) >= len(orders), "messages wait")
        assert all(one.order_now()["state"] == "pending-provider" for one in orders)
        node.start()
        for one in orders:
            agent.does(lambda one=one: one.order_now()["state"] == "done")  # type: ignore[misc]
        eventually(lambda: waiting(bus_service) == 0, "nothing waits any more")
        order_uuids = [body["order_uuid"] for body in agent.received() if "order_uuid" in body]
        first_heard = list(dict.fromkeys(order_uuids))
        assert first_heard == [one.order for one in orders]


def waiting(service: Service) -> int:
    """Return how many messages have not left."""
    with service.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM allocations_queuemessage WHERE published_at IS NULL")
        (found,) = cursor.fetchone() or (0,)
        return int(found)


def an_identity(caller: Person, offering: str) -> str:
    """Register an agent, as it does itself, and return its UUID."""
    body = {
        "offering": offering, "name": f"agent-{offering}", "version": "1.0.5",
        "dependencies": [], "config_file_path": "", "config_file_content": "",
    }  # fmt: skip
    made: dict[str, Any] = caller.post(IDENTITIES, body, expect=201)
    return str(made["uuid"])


def test_an_older_agent_subscribes_to_each_type_and_has_a_queue_for_it(
    bus_service: Service, node: BrokerNode
) -> None:
    caller = bus_service.person("site-agent")
    offering = acts.put_up_offering(bus_service, LIMITS)
    identity = an_identity(caller, offering)
    with ExitStack() as readers:
        inboxes = {}
        for kind in ("order", "user_role", "resource"):
            subscription = caller.post(
                f"{IDENTITIES}{identity}/register_event_subscription/",
                {"observable_object_type": kind, "description": f"{kind}s"},
                expect=201,
            )
            queue = caller.post(
                f"event-subscriptions/{subscription['uuid']}/create_queue/",
                {"offering_uuid": offering, "object_type": kind},
                expect=201,
            )
            assert queue["queue_name"].endswith(f"_offering_{offering}_{kind}")
            _, inboxes[kind] = readers.enter_context(
                stomp_reader(
                    node,
                    subscription["user_uuid"],
                    subscription["uuid"],
                    caller.token,
                    queue["queue_name"],
                )
            )
        placed = acts.order(bus_service, offering, {"cpu": 1, "mem": 1})
        assert inboxes["order"].wait_for(1) == [
            {"object_type": "order", "order_uuid": placed.order, "order_state": "pending-provider"}
        ]
        placed.provider.post(f"marketplace-orders/{placed.order}/approve_by_provider/")
        placed.provider.post(f"marketplace-orders/{placed.order}/set_state_done/")
        assert [body["order_state"] for body in inboxes["order"].wait_for(3)] == [
            "pending-provider", "executing", "done",
        ]  # fmt: skip
        path = f"marketplace-provider-resources/{placed.uuid}/"
        placed.provider.patch(path, {"paused": True})
        told = inboxes["resource"].wait_for(2)
        assert [(body["resource_uuid"], body["paused"]) for body in told] == [
            (placed.uuid, False), (placed.uuid, True),
        ]  # fmt: skip
        assert inboxes["user_role"].messages == []


def test_a_subscriber_over_mqtt_gets_the_same_messages(
    bus_service: Service, node: BrokerNode
) -> None:
    caller = bus_service.person("site-agent")
    offering = acts.put_up_offering(bus_service, LIMITS)
    told = caller.post(
        f"{IDENTITIES}{an_identity(caller, offering)}/register_queue/",
        {"object_types": ["order"], "protocol": "mqtt"},
        expect=201,
    )
    at = told["vhost"], told["rmq_username"], caller.token, f"{told['topic']}/#"
    with mqtt_reader(node, *at, client=f"site-{offering}") as inbox:
        placed = acts.order(bus_service, offering, {"cpu": 1, "mem": 1})
        body = {
            "object_type": "order", "order_uuid": placed.order, "order_state": "pending-provider",
        }  # fmt: skip
        assert inbox.wait_for(1) == [body]
        assert inbox.topics == [f"{told['topic']}/order"]
    placed.provider.post(f"marketplace-orders/{placed.order}/approve_by_provider/")
    with mqtt_reader(node, *at, client=f"site-{offering}") as inbox:
        assert inbox.wait_for(1) == [{**body, "order_state": "executing"}]


def test_a_token_that_is_revoked_lets_nobody_in_any_more_and_a_new_one_does(
    bus_service: Service, node: BrokerNode
) -> None:
    owner = bus_service.person("site-owner")
    offering = acts.put_up_offering(bus_service, LIMITS)
    with logged_in_once_more(bus_service, "site-owner") as caller:
        identity = an_identity(caller, offering)
        at = f"{IDENTITIES}{identity}/register_queue/"
        told = caller.post(at, {"object_types": []}, expect=201)
        place = told["vhost"], told["rmq_username"]
        with stomp_reader(node, *place, caller.token, told["queue_name"]) as (_, inbox):
            assert caller.http.post("/api-auth/logout/").status_code == 204
            assert inbox.is_cut_off.wait(60), "the sweep cuts it off"
    with pytest.raises(Refused), stomp_reader(node, *place, caller.token):
        pass

    placed = acts.order(bus_service, offering, {"cpu": 1, "mem": 1})
    told = owner.post(at, {"object_types": []}, expect=200)
    with stomp_reader(node, *place, owner.token, told["queue_name"]) as (_, inbox):
        assert placed.order in json.dumps(inbox.wait_for(1))


def test_what_nobody_has_any_more_is_taken_away_and_what_is_missing_is_mended(
    bus_service: Service, node: BrokerNode
) -> None:
    caller = bus_service.person("site-agent")
    offering = acts.put_up_offering(bus_service, LIMITS)
    identity = an_identity(caller, offering)
    at = f"{IDENTITIES}{identity}/register_queue/"
    told = caller.post(at, {"object_types": []}, expect=201)
    with httpx.Client(base_url=node.management_url.replace("guest:guest@", "")) as broker:
        broker.auth = httpx.BasicAuth("guest", "guest")
        queue = f"/api/queues/{told['vhost']}/{told['queue_name']}"
        user = f"/api/users/{told['rmq_username']}"

        assert broker.delete(queue).is_success
        assert broker.delete(user).is_success
        eventually(lambda: broker.get(queue).is_success and broker.get(user).is_success)
        with stomp_reader(
            node, told["vhost"], told["rmq_username"], caller.token, told["queue_name"]
        ) as (_, inbox):
            placed = acts.order(bus_service, offering, {"cpu": 1, "mem": 1})
            assert inbox.wait_for(1)[0]["order_uuid"] == placed.order

        assert caller.http.delete(f"/api/{IDENTITIES}{identity}/").status_code == 204
        eventually(lambda: broker.get(queue).status_code == broker.get(user).status_code == 404)


@contextmanager
def logged_in_once_more(service: Service, username: str) -> Iterator[Person]:
    """Give somebody another token."""
    answer = httpx.post(
        f"{service.base_url}/api-auth/password/",
        json={"username": username, "password": f"{username}-password"},
        timeout=SOON,
    )
    person = Person(service.base_url, username, answer.raise_for_status().json()["token"])
    with closing(person.http):
        yield person
