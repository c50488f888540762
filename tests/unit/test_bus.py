"""What the broker must have, as arithmetic: passwords, rights, and what differs."""

from __future__ import annotations

import re
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from allocations.bus import messages
from allocations.bus.passwords import hashed, is_hash_of
from allocations.bus.topology import (
    ALL,
    Actual,
    BrokerUser,
    Difference,
    Login,
    Rights,
    difference,
    routing_key,
)
from allocations.observables import ObjectType, Protocol

SOMEBODY = UUID(int=7)
NOTHING_TO_DO = Difference(frozenset(), frozenset(), frozenset(), frozenset())


def test_a_password_is_kept_as_rabbitmq_keeps_it() -> None:
    """The example of RabbitMQ's documentation: `test12` under the salt 90 8D C6 0A."""
    kept = "kI3GCqW5JLMJa4iX1lo7X4D6XbYqlLgxIs30+P6tENUV2POR"
    assert hashed("test12", bytes.fromhex("908DC60A")) == kept
    assert is_hash_of(kept, "test12")
    assert not is_hash_of(kept, "test13")


@given(st.text())
def test_each_digest_of_a_password_has_its_own_salt(password: str) -> None:
    first, second = hashed(password), hashed(password)
    assert is_hash_of(first, password)
    assert is_hash_of(second, password)


@pytest.mark.parametrize("kept", ["", "no base64", "AAA="])
def test_what_is_no_digest_is_nobodys(kept: str) -> None:
    assert not is_hash_of(kept, "")


def login(name: str = "a", *queues: str, protocol: Protocol = Protocol.STOMP) -> Login:
    return Login(name, f"hash of {name}", f"home of {name}", protocol, frozenset(queues))


def test_a_subscriber_reads_its_own_queues_and_nothing_else() -> None:
    rights = login("a", "consumer_1", "subscription.2").rights
    assert (rights.configure, rights.write) == ("^$", "^$")
    assert [
        name
        for name in ("consumer_1", "subscription.2", "subscription_2", "consumer_10", "amq.topic")
        if re.search(rights.read, name)
    ] == ["consumer_1", "subscription.2"]


def test_a_subscriber_without_a_queue_reads_nothing() -> None:
    assert login().rights == Rights("^$", "^$", "^$")


def test_over_mqtt_it_binds_its_sessions_to_its_own_topics() -> None:
    reader = login("a", "consumer_1", protocol=Protocol.MQTT)
    assert reader.own_queues == frozenset()
    assert re.search(reader.rights.configure, "mqtt-subscription-meqos1")
    assert not re.search(reader.rights.configure, "consumer_1")
    topics = reader.topics
    assert topics is not None
    assert re.search(topics.read, routing_key("consumer_1", "order"))
    assert not re.search(topics.read, routing_key("consumer_10", "order"))


def test_messages_over_mqtt_have_a_topic_for_each_type() -> None:
    assert routing_key("consumer_1", "order") == "efp.consumer_1.order"


names = st.sampled_from("abcd")
logins = st.builds(
    login, names, st.sampled_from(["q1", "q2"]), protocol=st.sampled_from(list(Protocol))
)
entries = st.builds(
    BrokerUser,
    names,
    st.sampled_from(["hash of a", "other"]),
    st.just(frozenset({("home of a", ALL)})),
)
pairs = st.tuples(st.sampled_from(["home of a", "home of z"]), st.sampled_from(["q1", "q3"]))


def settled(wanted: set[Login], kept: set[Login], actual: Actual) -> Actual:
    """Return what the broker has after the difference was seen to."""
    found = difference(wanted, kept, actual)
    everybody = {login.username: login for login in [*kept, *wanted]}
    mended = {everybody[name] for name in found.lacking}
    vhosts = (actual.vhosts | {login.vhost for login in mended}) - found.vhosts
    renewed = {login.username for login in mended & wanted} | found.logins
    return Actual(
        entries=frozenset(entry for entry in actual.entries if entry.username not in renewed)
        | {login.entry for login in mended & wanted},
        vhosts=frozenset(vhosts),
        served=frozenset((actual.served | {login.vhost for login in mended}) & vhosts),
        queues=frozenset(
            queue
            for queue in (actual.queues | {q for login in mended for q in login.own_queues})
            - found.queues
            if queue[0] in vhosts
        ),
    )


@given(
    st.dictionaries(names, logins),
    st.dictionaries(names, logins),
    st.builds(
        Actual,
        entries=st.frozensets(entries),
        vhosts=st.frozensets(st.sampled_from(["home of a", "home of z"])),
        served=st.just(frozenset({"home of a"})),
        queues=st.frozensets(pairs),
    ),
)
def test_whatever_the_broker_had_one_repair_settles_it(
    first: dict[str, Login], second: dict[str, Login], actual: Actual
) -> None:
    one_each = {login.username: login for login in [*second.values(), *first.values()]}
    wanted = {login for login in one_each.values() if login in first.values()}
    kept = set(one_each.values()) - wanted
    actual = Actual(
        actual.entries,
        actual.vhosts,
        actual.served & actual.vhosts,
        frozenset(queue for queue in actual.queues if queue[0] in actual.vhosts),
    )

    after = settled(wanted, kept, actual)

    again = difference(wanted, kept, after)
    assert again == NOTHING_TO_DO
    assert {login.entry for login in wanted} == after.entries
    assert all(login.own_queues <= after.queues for login in wanted | kept)


def test_every_message_says_its_type_and_writes_uuids_without_dashes() -> None:
    offering, other = UUID(int=1), UUID(int=2)
    told = {"user_uuid": "u", "username": "bob", "action": "create"}
    shared = {
        "account_uuid": "a", "account_username": "svc", "scope_type": "project",
        "project_uuid": "p", "project_name": "P", "action": "delete", "customer_uuid": "c",
    }  # fmt: skip
    said = [
        messages.order(offering, other, "executing"),
        messages.resource(offering, other, {"paused": True}),
        messages.user_role(
            offering,
            other,
            messages.Person(SOMEBODY, "bob"),
            messages.Team(other, "P"),
            role="PROJECT.MEMBER",
            is_granted=False,
        ),
        messages.offering_user(offering, other, told, attributes={"email": "b"}, backend_ids=["x"]),
        messages.shared_account(offering, ObjectType.SERVICE_ACCOUNT, other, shared),
        messages.importable_resources(offering, other),
        messages.offering_resources_sync(offering, SOMEBODY),
        messages.offering_resources_sync(offering, None),
        messages.api_key_rotation(
            offering, other, resource_uuid="r", backend_id="hpc_r", client_id="k"
        ),
    ]
    a, b, c = (UUID(int=n).hex for n in (1, 2, 7))
    assert [message.body for message in said] == [
        {"object_type": "order", "order_uuid": b, "order_state": "executing"},
        {"object_type": "resource", "resource_uuid": b, "paused": True},
        {
            "object_type": "user_role",
            "user_uuid": c,
            "user_username": "bob",
            "project_uuid": b,
            "project_name": "P",
            "role_name": "PROJECT.MEMBER",
            "granted": False,
        },
        {
            "object_type": "offering_user",
            "offering_user_uuid": b,
            "user_uuid": "u",
            "username": "bob",
            "offering_uuid": a,
            "action": "create",
            "attributes": {"email": "b"},
            "changed_attributes": [],
            "resource_backend_ids": ["x"],
        },
        {
            "object_type": "service_account",
            "account_uuid": "a",
            "account_username": "svc",
            "scope_type": "project",
            "project_uuid": "p",
            "project_name": "P",
            "action": "delete",
        },
        {"object_type": "importable_resources", "backend_resource_request_uuid": b},
        {
            "object_type": "offering_resources_sync",
            "offering_uuid": a,
            "requested_by_user_uuid": c,
        },
        {
            "object_type": "offering_resources_sync",
            "offering_uuid": a,
            "requested_by_user_uuid": None,
        },
        {
            "object_type": "resource_api_key_rotation",
            "action": "rotate",
            "resource_uuid": "r",
            "resource_backend_id": "hpc_r",
            "api_key_uuid": b,
            "client_id": "k",
        },
    ]
