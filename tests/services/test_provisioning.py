"""Deliveries of orders: claimed once, tried again, recorded, settled."""

from __future__ import annotations

from datetime import timedelta

import pytest

from allocations import backends
from allocations.backends.base import Done, Pending, Refused
from allocations.backends.fake import FakeBackend, Unreachable
from allocations.lifecycle import PROVISION, UNDELIVERED, ProvisionState
from allocations.models import Provision
from allocations.services import provisioning
from common.machine import IllegalTransition
from identity.models import Event
from marketplace.lifecycle import OrderState, OrderType, ResourceState
from marketplace.services import orders
from tests.cases import each
from tests.factories.allocations import ProvisionFactory
from tests.factories.marketplace import HpcOfferingFactory, OrderFactory, ResourceFactory

pytestmark = pytest.mark.django_db

MOST_ATTEMPTS = Provision.lease.most_attempts or 0

FAKE = "allocations.backends.fake.FakeBackend"


@pytest.fixture
def site(monkeypatch):
    """Return the backend of all HPC offerings: a site in memory."""
    backend = FakeBackend()
    monkeypatch.setitem(backends.BACKENDS, "Marketplace.Slurm", FAKE)
    monkeypatch.setattr(backends, "load", lambda _: backend)
    return backend


@pytest.fixture
def order(project, provider, alice):
    offering = HpcOfferingFactory(customer=provider)
    resource = ResourceFactory(
        project=project, offering=offering, state=ResourceState.CREATING.value
    )
    return OrderFactory(resource=resource, state=OrderState.EXECUTING.value, created_by=alice)


def change(order, order_type, resource_state, **columns):
    """Make the order one about an existing allocation."""
    type(order).objects.filter(pk=order.pk).update(type=order_type, **columns)
    type(order.resource).objects.filter(pk=order.resource_id).update(
        state=resource_state, backend_id="hpc-1"
    )
    order.refresh_from_db()


def started(order, now) -> Provision:
    """Start a delivery that is due."""
    provision = provisioning.start(order, now=now)
    assert provision is not None
    return provision


def claimed(order, now) -> Provision:
    """Claim a delivery that is due."""
    provision = provisioning._claim(order, now=now)
    assert provision is not None
    return provision


def reread(order):
    order.refresh_from_db()
    return order.state, order.resource.__class__.objects.get(pk=order.resource_id).state


def test_what_the_site_does_at_once_completes_the_order(site, order, now):
    provision = started(order, now)

    assert reread(order) == (OrderState.DONE, ResourceState.OK)
    order.resource.refresh_from_db()
    assert order.resource.backend_id == f"fake-{order.resource.slug}"
    assert (provision.state, provision.attempts, provision.backend) == ("done", 1, FAKE)
    assert provision.finished_at >= now
    assert [
        (entry["attempt"], entry["outcome"], entry["detail"]) for entry in provision.attempts_log
    ] == [(1, "done", order.resource.backend_id)]
    assert site.limits == {order.resource.backend_id: {"cpu_k_hours": 10, "gb_k_hours": 5}}
    kinds = list(Event.objects.order_by("pk").values_list("kind", flat=True))
    assert kinds == [
        "provision.running",
        "provision.done",
        "resource.backend_id_set",
        "order.done",
        "resource.created",
    ]


@pytest.mark.parametrize(
    ("type_", "backend"),
    [("Marketplace.Slurm", "agent.AgentBackend"), ("Marketplace.Basic", "manual.ManualBackend")],
)
def test_agents_and_people_are_waited_for(order, now, type_, backend):
    type(order.offering).objects.filter(pk=order.offering_id).update(type=type_)

    provision = started(order, now)

    assert reread(order) == (OrderState.EXECUTING, ResourceState.CREATING)
    assert (provision.state, provision.backend) == ("waiting", f"allocations.backends.{backend}")
    assert provision.attempts_log[0]["outcome"] == "pending"
    assert provision.finished_at is None


def test_a_site_need_not_name_the_allocation(site, order, now):
    site.script.append(Done())

    provisioning.start(order, now=now)

    assert reread(order) == (OrderState.DONE, ResourceState.OK)
    order.resource.refresh_from_db()
    assert order.resource.backend_id == ""


def test_a_refusal_fails_the_order_with_its_reason(site, order, now):
    site.script.append(Refused("The partition is closed."))

    provision = started(order, now)

    assert reread(order) == (OrderState.ERRED, ResourceState.ERRED)
    assert order.error_message == "The partition is closed."
    assert (provision.state, provision.last_error) == ("refused", "The partition is closed.")


def test_a_change_of_limits_is_put_to_the_site(site, order, now):
    change(order, OrderType.UPDATE, ResourceState.UPDATING, limits={"cpu_k_hours": 20})

    provisioning.start(order, now=now)

    assert site.calls == ["set_limits"]
    assert site.limits == {"hpc-1": {"cpu_k_hours": 20}}
    assert reread(order) == (OrderState.DONE, ResourceState.OK)


def test_a_termination_is_put_to_the_site(site, order, now):
    change(order, OrderType.TERMINATE, ResourceState.TERMINATING)

    provisioning.start(order, now=now)

    assert site.calls == ["terminate"]
    assert reread(order) == (OrderState.DONE, ResourceState.TERMINATED)


def test_a_restoration_makes_the_allocation_under_its_old_name(site, order, now):
    change(order, OrderType.RESTORE, ResourceState.CREATING)

    provisioning.start(order, now=now)

    assert site.calls == ["create"]
    assert list(site.limits) == ["hpc-1"]


def test_an_error_is_tried_again_after_a_pause(site, order, now):
    site.script.append(Unreachable("no route to the site"))

    provision = started(order, now)

    assert reread(order) == (OrderState.EXECUTING, ResourceState.CREATING)
    assert (provision.state, provision.attempts) == ("due", 1)
    assert provision.last_error.endswith("Unreachable: no route to the site")
    pause = provision.next_attempt_at - now
    assert timedelta(seconds=10) <= pause < timedelta(seconds=12)
    assert list(provisioning.due(now=now)) == []
    assert provisioning.start(order, now=now) is None
    assert site.calls == ["create"]

    later = now + timedelta(seconds=15)
    assert list(provisioning.due(now=later)) == [order]
    provision = started(order, later)
    assert (provision.state, provision.attempts) == ("done", 2)
    assert [entry["outcome"] for entry in provision.attempts_log] == ["failed", "done"]


def test_pauses_double_up_to_an_hour():
    assert [Provision.lease.backoff.after(n).total_seconds() for n in (1, 2, 9, 10)] == [
        10,
        20,
        2560,
        3600,
    ]


def test_after_the_last_attempt_the_delivery_is_dead_and_the_order_erred(site, order, now):
    site.script.extend(Unreachable(f"attempt {n}") for n in range(MOST_ATTEMPTS))
    for _ in range(MOST_ATTEMPTS):
        started(order, now)
        now += timedelta(hours=1)

    provision = Provision.objects.get()
    assert provision.state == "dead"
    assert len(provision.attempts_log) == MOST_ATTEMPTS
    assert reread(order) == (OrderState.ERRED, ResourceState.ERRED)
    assert order.error_message.startswith("Delivery failed 8 times: ")
    assert "Traceback" in order.error_traceback
    assert list(provisioning.due(now=now + timedelta(days=1))) == []


def test_starting_twice_delivers_once(site, order, now):
    provisioning.start(order, now=now)

    assert provisioning.start(order, now=now) is None
    assert site.calls == ["create"]
    assert Provision.objects.count() == 1


def test_starting_an_order_that_is_waited_for_asks_nobody_again(site, order, now):
    site.script.append(Pending("a person looks at it"))
    provisioning.start(order, now=now)

    assert provisioning.start(order, now=now + timedelta(days=1)) is None
    assert site.calls == ["create"]


@pytest.mark.parametrize("state", sorted(set(OrderState) - {OrderState.EXECUTING}))
def test_only_an_executing_order_is_delivered(site, order, now, state):
    type(order).objects.filter(pk=order.pk).update(state=state)

    assert provisioning.start(order, now=now) is None
    assert (site.calls, Provision.objects.count()) == ([], 0)


def test_a_delivery_whose_worker_was_lost_is_taken_over_when_its_lease_ends(site, order, now):
    lost = claimed(order, now)

    assert provisioning.start(order, now=now + Provision.lease.lasts - timedelta(seconds=1)) is None
    after = now + Provision.lease.lasts
    assert list(provisioning.due(now=after)) == [order]
    provision = started(order, after)

    assert (provision.pk, provision.attempts, provision.state) == (lost.pk, 2, "done")


def test_the_late_answer_of_a_lost_worker_is_not_taken(site, order, now):
    lost = claimed(order, now)
    provisioning._claim(order, now=now + Provision.lease.lasts)

    provisioning._settle(lost, Refused("too late"), now=now, took=timedelta())
    provisioning._record_failure(lost, Unreachable("too late"), now=now, took=timedelta())

    assert reread(order) == (OrderState.EXECUTING, ResourceState.CREATING)
    assert Provision.objects.get().attempts_log == []


def test_an_answer_to_an_order_that_was_finished_meanwhile_is_not_taken(site, order, now, carol):
    mine = claimed(order, now)
    orders.complete(order, actor=carol, now=now)

    provisioning._settle(mine, Refused("too late"), now=now, took=timedelta())

    assert reread(order) == (OrderState.DONE, ResourceState.OK)


@pytest.mark.parametrize(
    ("ended", "state"),
    [
        (OrderState.DONE, "done"),
        (OrderState.ERRED, "refused"),
        (OrderState.CANCELED, "withdrawn"),
    ],
)
def test_a_delivery_follows_an_order_that_was_ended_by_somebody_else(order, now, ended, state):
    provisioning.start(order, now=now)
    type(order).objects.filter(pk=order.pk).update(state=ended, error_message="disk full")

    provisioning.follow(order, ended, before=now, now=now)
    provisioning.follow(order, ended, before=now, now=now)

    provision = Provision.objects.get()
    assert (provision.state, provision.finished_at) == (state, now)
    assert provision.last_error == ("disk full" if ended is OrderState.ERRED else "")


def test_a_delivery_of_an_order_that_was_taken_up_again_stays_open(order, now):
    provision = ProvisionFactory(order=order, created=now + timedelta(seconds=1))

    provisioning.follow(order, OrderState.ERRED, before=now, now=now)

    provision.refresh_from_db()
    assert provision.state == ProvisionState.WAITING


def test_what_was_refused_is_delivered_again_on_request(site, order, now, dave):
    site.script.append(Refused("Not today."))
    refused = started(order, now)

    provisioning.try_again(refused, actor=dave, now=now)

    assert reread(order) == (OrderState.EXECUTING, ResourceState.ERRED)
    provision = started(order, now)
    assert (provision.pk, provision.state, provision.attempts) == (refused.pk, "done", 1)
    assert [entry["outcome"] for entry in provision.attempts_log] == ["refused", "done"]
    assert reread(order) == (OrderState.DONE, ResourceState.OK)
    assert Event.objects.get(kind="provision.due").actor == dave


def test_what_is_open_or_went_well_is_not_delivered_again(site, order, now, dave):
    done = started(order, now)

    with pytest.raises(provisioning.NothingToDeliver):
        provisioning.try_again(done, actor=dave, now=now)


def test_a_delivery_that_went_well_is_not_repeated_for_an_order_that_failed(order, now, dave):
    type(order).objects.filter(pk=order.pk).update(state=OrderState.ERRED)
    done = ProvisionFactory(order=order, state=ProvisionState.DONE)

    with pytest.raises(IllegalTransition):
        provisioning.try_again(done, actor=dave, now=now)


def test_an_offering_that_nobody_delivers_is_refused(order, now, monkeypatch):
    monkeypatch.setattr(backends, "BACKENDS", {})

    with pytest.raises(backends.NoBackend, match=r"Marketplace\.Slurm"):
        provisioning.start(order, now=now)


@each(("action", "source", "target"), PROVISION.edges())
def test_a_delivery_moves_along_every_edge_of_the_table(order, now, action, source, target):
    """What is no edge is refused without the database: `tests/unit/test_provision_moves.py`."""
    provision = ProvisionFactory(order=order, state=source)

    provisioning._advance(provision, action, target, actor=None, now=now)

    provision.refresh_from_db()
    assert provision.state == target
    assert (provision.finished_at is None) is (target in UNDELIVERED)


def test_a_lost_race_is_lost_loudly(order, now):
    provision = ProvisionFactory(order=order, state=ProvisionState.WAITING)
    Provision.objects.update(state=ProvisionState.DONE)

    with pytest.raises(IllegalTransition, match="no longer"):
        provisioning._advance(provision, "finish", ProvisionState.DONE, actor=None, now=now)
    assert not Event.objects.exists()
