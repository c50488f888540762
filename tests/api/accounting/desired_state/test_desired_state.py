"""All that a site needs to rebuild itself, in one answer that says whether it is news."""

from __future__ import annotations

import hashlib
import json
from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from allocations.attributes import ATTRIBUTES
from identity.roles import RoleName
from marketplace.lifecycle import OrderState, OrderType, ResourceState
from marketplace.models import Resource
from tests.api.accounting.desired_state.conftest import URL
from tests.factories.accounting import (
    ComponentUserUsageLimitFactory,
    PolicyFactory,
    PolicyStateFactory,
)
from tests.factories.allocations import (
    CourseAccountFactory,
    CustomerServiceAccountFactory,
    OfferingUserFactory,
    ProjectServiceAccountFactory,
    UserAttributeConfigFactory,
)
from tests.factories.identity import GrantFactory, UserFactory
from tests.factories.marketplace import (
    ConsentFactory,
    OfferingPartitionFactory,
    OrderFactory,
    ResourceFactory,
)


def hash_of(body):
    state = {key: body[key] for key in ("offering", "resources")}
    text = json.dumps(state, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return f"sha256:{hashlib.sha256(text.encode()).hexdigest()}"


# --- what it says ---------------------------------------------------------------------------------


def test_it_is_the_offering_and_all_that_its_site_has_of_it(read, resource, pi, bob, account, now):
    offering, project = resource.offering, resource.project
    OfferingPartitionFactory(offering=offering, partition_name="standard", max_nodes=4)
    ConsentFactory(offering=offering, user=bob)
    Resource.objects.update(
        backend_id="hpc_1", effective_id="hpc-1", end_date=date(2027, 1, 31), downscaled=True,
        attributes={"name": "alloc-1"}, backend_metadata={"gid": 7},
        endpoints=[{"name": "ssh", "url": "ssh://lumi"}],
    )  # fmt: skip
    ComponentUserUsageLimitFactory(resource=resource, user=account)
    state = PolicyStateFactory(
        policy=PolicyFactory(offering=offering), resource=resource,
        settings={"fairshare": 3}, settings_period="2026-11",
    )  # fmt: skip
    program = ProjectServiceAccountFactory(project=project, expires_at=now)
    of_customer = CustomerServiceAccountFactory(customer=project.customer)
    course = CourseAccountFactory(project=project, user=pi)
    order = OrderFactory(resource=resource, type=OrderType.UPDATE, state=OrderState.EXECUTING)

    response = read()

    assert response.status_code == 200, response.json()
    body = response.json()
    assert body == {
        "generation": 1,
        "hash": hash_of(body),
        "offering": {
            "uuid": offering.uuid.hex,
            "name": "LUMI-C",
            "slug": offering.slug,
            "type": "Marketplace.Slurm",
            "state": "Active",
            "backend_id": "",
            "plugin_options": {},
            "components": [
                component("cpu_k_hours", "CPU", "kh", "limit", "month"),
                component("gb_k_hours", "RAM", "GB-kh", "limit", "annual"),
                component("gpu_k_hours", "GPU", "kh", "usage", None),
                component("node_fee", "Fee", "month", "fixed", None),
            ],
            "partitions": [partition("standard", max_nodes=4, max_time=2880)],
        },
        "resources": [
            {
                "uuid": resource.uuid.hex,
                "name": "alloc-1",
                "slug": resource.slug,
                "state": "OK",
                "backend_id": "hpc_1",
                "effective_id": "hpc-1",
                "limits": {"cpu_k_hours": 10, "gb_k_hours": 5},
                "attributes": {"name": "alloc-1"},
                "backend_metadata": {"gid": 7},
                "endpoints": [{"name": "ssh", "url": "ssh://lumi"}],
                "paused": False,
                "downscaled": True,
                "restrict_member_access": False,
                "project_uuid": project.uuid.hex,
                "project_slug": project.slug,
                "project_name": "Climate model",
                "customer_uuid": project.customer.uuid.hex,
                "customer_slug": project.customer.slug,
                "customer_name": "LUMI Sweden",
                "plan_uuid": resource.plan.uuid.hex,
                "plan_name": "Standard",
                "end_date": "2027-01-31",
                "members": sorted(
                    (
                        member(pi, "manager"),
                        member(
                            bob, "member", username="bob1", account_state="OK",
                            account_metadata={"uidnumber": 5001}, has_consent=True,
                        ),
                    ),
                    key=lambda one: one["user_uuid"],
                ),
                "user_limits": [
                    {
                        "user_uuid": bob.uuid.hex,
                        "username": "bob1",
                        "component_type": "cpu_k_hours",
                        "limit": "4.50",
                    }
                ],
                "periodic_settings": {"period": "2026-11", "settings": state.settings},
                "service_accounts": [
                    {
                        "uuid": program.uuid.hex,
                        "username": program.username,
                        "scope_type": "project",
                        "expires_at": now.isoformat().replace("+00:00", "Z"),
                    },
                    {
                        "uuid": of_customer.uuid.hex,
                        "username": of_customer.username,
                        "scope_type": "customer",
                        "expires_at": None,
                    },
                ],
                "course_accounts": [
                    {
                        "uuid": course.uuid.hex,
                        "username": course.username,
                        "user_uuid": pi.uuid.hex,
                    }
                ],
                "orders": [{"uuid": order.uuid.hex, "type": "Update", "state": "executing"}],
            }
        ],
    }  # fmt: skip


def component(kind, name, unit, billing_type, limit_period):
    return {
        "type": kind,
        "name": name,
        "measured_unit": unit,
        "unit_factor": 1,
        "billing_type": billing_type,
        "limit_period": limit_period,
    }


def partition(name, **known):
    texts = dict.fromkeys(("cpu_arch", "gpu_arch", "qos"), "")
    flags = dict.fromkeys(("exclusive_topo", "exclusive_user", "req_resv"), False)
    numbers = dict.fromkeys(
        (
            "cpu_bind", "def_cpu_per_gpu", "max_cpus_per_node", "max_cpus_per_socket",
            "def_mem_per_cpu", "def_mem_per_gpu", "def_mem_per_node", "max_mem_per_cpu",
            "max_mem_per_node", "default_time", "max_time", "grace_time", "max_nodes",
            "min_nodes", "priority_tier",
        )
    )  # fmt: skip
    return {"partition_name": name, **texts, **flags, **numbers, **known}


def member(user, role, **known):
    return {
        "user_uuid": user.uuid.hex,
        "role": role,
        "expiration_time": None,
        "username": None,
        "account_state": None,
        "is_restricted": False,
        "account_metadata": {},
        "has_consent": False,
        "attributes": {
            "email": user.email,
            "full_name": f"{user.first_name} {user.last_name}",
            "username": user.username,
        },
    } | known


@pytest.mark.parametrize(
    ("state", "order", "is_there"),
    [
        ("Creating", ("Create", "pending-consumer"), False),
        ("Creating", ("Create", "pending-provider"), False),
        ("Creating", ("Create", "executing"), True),
        ("Creating", ("Restore", "executing"), True),
        ("OK", None, True),
        ("Updating", ("Update", "executing"), True),
        ("Erred", ("Create", "erred"), True),
        ("Terminating", ("Terminate", "executing"), True),
        ("Terminated", ("Terminate", "done"), False),
        ("Terminated", ("Restore", "pending-provider"), False),
    ],
)
def test_a_resource_is_there_while_the_site_has_it_or_should_make_it(
    read, resource, state, order, is_there
):
    Resource.objects.update(state=ResourceState(state))
    if order:
        OrderFactory(resource=resource, type=OrderType(order[0]), state=OrderState(order[1]))

    assert [row["uuid"] for row in read().json()["resources"]] == [resource.uuid.hex] * is_there


def test_resources_of_other_offerings_are_not_there(read, resource, project):
    ResourceFactory(project=project)

    assert [row["uuid"] for row in read().json()["resources"]] == [resource.uuid.hex]


def test_a_member_is_there_once_with_their_strongest_role_while_it_is_in_force(
    read, resource, bob, project, now
):
    soon = now + timedelta(days=3)
    GrantFactory(user=bob, scope=project, role=RoleName.PROJECT_ADMIN, expiration_time=soon)
    GrantFactory(user=UserFactory(is_active=False), scope=project)
    GrantFactory(scope=project, expiration_time=now - timedelta(days=1))

    (only,) = read().json()["resources"]

    until = soon.isoformat().replace("+00:00", "Z")
    assert only["members"] == [member(bob, "admin", expiration_time=until)]


def test_somebody_who_is_kept_out_is_marked(read, account):
    type(account).objects.update(is_restricted=True)

    (only,) = read().json()["resources"]

    (bob,) = only["members"]
    assert (bob["username"], bob["is_restricted"], bob["account_state"]) == ("bob1", True, "OK")


def test_deleted_accounts_and_closed_ones_are_not_there(read, resource, account):
    ComponentUserUsageLimitFactory(resource=resource, user=account)
    type(account).objects.update(state="Deleted")
    ProjectServiceAccountFactory(project=resource.project, state="Closed")
    CustomerServiceAccountFactory(customer=resource.project.customer, state="Erred")
    CourseAccountFactory(project=resource.project, state="Closed")

    (only,) = read().json()["resources"]

    (bob,) = only["members"]
    assert (bob["username"], bob["account_state"], bob["account_metadata"]) == (None, None, {})
    keys = ("user_limits", "service_accounts", "course_accounts")
    assert [only[key] for key in keys] == [[], [], []]


def test_of_people_only_what_the_provider_chose_is_shown_whoever_reads(
    read, as_user, dave, resource, bob
):
    UserAttributeConfigFactory(offering=resource.offering, exposed_fields=["email"])

    of_provider = read()
    of_staff = as_user(dave).get(URL.format(resource.offering.uuid))

    assert of_provider.json()["resources"][0]["members"][0]["attributes"] == {"email": bob.email}
    assert of_staff.json() == of_provider.json()


# --- who may --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("role", "status"),
    [
        ("anonymous", 401),
        ("alice", 404),
        ("pi", 404),
        ("bob", 404),
        ("mallory", 404),
        ("carol", 200),
        ("olga", 200),
        ("sam", 200),
        ("dave", 200),
    ],
)
def test_only_those_who_provide_it_and_staff_read_it(
    both_sides, clients_of, offering, role, status
):
    client = clients_of(both_sides)[role]

    assert client.get(URL.format(offering.uuid.hex)).status_code == status


# --- what it costs --------------------------------------------------------------------------------


def test_it_takes_as_many_queries_for_many_as_for_one(read, resource, account):
    UserAttributeConfigFactory(offering=resource.offering, exposed_fields=list(ATTRIBUTES))
    read()
    few = queries(read)
    for _ in range(5):
        other = ResourceFactory(offering=resource.offering)
        for _ in range(3):
            person = GrantFactory(scope=other.project).user
            named = OfferingUserFactory(offering=resource.offering, user=person)
            ComponentUserUsageLimitFactory(resource=other, user=named)
        ProjectServiceAccountFactory(project=other.project)
        OrderFactory(resource=other, type=OrderType.UPDATE)
    read()

    assert queries(read) == few


def queries(read):
    with CaptureQueriesContext(connection) as captured:
        assert read().status_code == 200
    return len(captured)
