from __future__ import annotations

from datetime import UTC, datetime
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest

from allocations import event_kinds as allocations_kinds
from identity import events
from identity.event_kinds import CUSTOMER_UPDATED
from identity.models import Grant
from identity.roles import RoleName
from marketplace import event_kinds as marketplace_kinds
from tests.factories.allocations import OfferingUserFactory
from tests.factories.identity import CustomerFactory, EventFactory, GrantFactory
from tests.factories.marketplace import HpcOfferingFactory, PlanFactory

if TYPE_CHECKING:
    from collections.abc import Callable

    from rest_framework.test import APIClient

    from identity.models import Customer, Project, User
    from marketplace.models import Offering

pytestmark = pytest.mark.django_db

AT = "/api/events/"


@pytest.fixture
def order(project: Project, provider: Customer, bob: User) -> SimpleNamespace:
    """An order of bob's project at the provider, which was approved in 2020."""
    order = SimpleNamespace(uuid=uuid4())
    order.event = EventFactory(
        kind="order.executing",
        subject_uuid=order.uuid,
        actor=bob,
        created=datetime(2020, 1, 2, tzinfo=UTC),
        source="pending-provider",
        target="executing",
        message="Order was approved.",
        project=project,
        provider=provider,
        resource_uuid=uuid4(),
        payload={"action": "approve_by_provider"},
    )
    return order


def test_an_event_says_who_did_what_to_what(
    as_user: Callable[[User], APIClient],
    alice: User,
    bob: User,
    order: SimpleNamespace,
    project: Project,
    provider: Customer,
) -> None:
    (row,) = as_user(alice).get(f"{AT}?feature=order").json()

    assert row == {
        "uuid": order.event.uuid.hex,
        "created": "2020-01-02T00:00:00Z",
        "event_type": "marketplace_order_approved",
        "kind": "order.executing",
        "message": "Order was approved.",
        "context": {
            "action": "approve_by_provider",
            "customer_name": "LUMI Sweden",
            "customer_uuid": project.customer.uuid.hex,
            "new_state": "executing",
            "old_state": "pending-provider",
            "order_uuid": order.uuid.hex,
            "project_name": "Climate model",
            "project_uuid": project.uuid.hex,
            "provider_name": "CSC",
            "provider_uuid": provider.uuid.hex,
            "resource_uuid": order.event.resource_uuid.hex,
            "user_username": "bob",
            "user_uuid": bob.uuid.hex,
        },
    }
    assert as_user(alice).get(f"{AT}{order.event.uuid}/").json() == row


def test_both_sides_read_it_and_outsiders_do_not(
    as_user: Callable[[User], APIClient],
    alice: User,
    pi: User,
    bob: User,
    carol: User,
    dave: User,
    sam: User,
    mallory: User,
    order: SimpleNamespace,
) -> None:
    for user in (alice, pi, bob, carol, dave, sam):
        assert len(as_user(user).get(f"{AT}?feature=order").json()) == 1
    outside = as_user(mallory)
    assert all(row["kind"] == "token.issued" for row in outside.get(AT).json())
    missing = outside.get(f"{AT}{order.event.uuid.hex}/")
    assert missing.status_code == 404
    assert missing.json() == {"detail": "No Event matches the given query."}


def test_who_manages_an_offering_reads_of_it_and_of_no_other(
    as_user: Callable[[User], APIClient], offering: Offering, dave: User, now: datetime
) -> None:
    other = HpcOfferingFactory(customer=offering.customer)
    grant = GrantFactory(role=RoleName.OFFERING_MANAGER, scope=offering)
    plan, account = PlanFactory(offering=offering), OfferingUserFactory(offering=offering)
    events.record(marketplace_kinds.OFFERING_PAUSED, offering, actor=dave, now=now)
    events.record(marketplace_kinds.OFFERING_PAUSED, other, actor=dave, now=now)
    events.record(marketplace_kinds.PLAN_CREATED, plan, actor=dave, now=now)
    events.record(allocations_kinds.ACCOUNT_CREATED, account, actor=dave, now=now)
    olga = as_user(grant.user)

    def kinds() -> Any:
        return [row["kind"] for row in olga.get(f"{AT}?o=created&field=kind").json()]

    assert kinds() == ["offering.paused", "plan.created", "account.created", "token.issued"]
    Grant.objects.filter(pk=grant.pk).update(expiration_time=now)
    assert kinds() == ["token.issued"]


def test_the_log_is_only_read(
    as_user: Callable[[User], APIClient], dave: User, order: SimpleNamespace
) -> None:
    client, at = as_user(dave), f"{AT}{order.event.uuid.hex}/"

    assert client.post(AT, {}).status_code == 405
    assert client.delete(at).status_code == 405
    assert client.patch(at, {}).status_code == 405


def test_every_filter_finds_what_it_names(
    as_user: Callable[[User], APIClient],
    dave: User,
    bob: User,
    order: SimpleNamespace,
    project: Project,
    provider: Customer,
) -> None:
    events.record(
        CUSTOMER_UPDATED,
        provider,
        actor=dave,
        now=datetime(2020, 1, 3, tzinfo=UTC),
        message="Changed.",
        payload={"user_uuid": bob.uuid.hex},
    )
    client = as_user(dave)

    def kinds(query: str) -> Any:
        rows = client.get(f"{AT}?created_to=1600000000&{query}").json()
        return [row["kind"] for row in rows]

    ordered, updated = "order.executing", "customer.updated"
    assert kinds("") == [updated, ordered]
    assert kinds("o=created") == [ordered, updated]
    assert kinds(f"event_type={ordered}") == [ordered]
    assert kinds(f"event_type={ordered}&event_type={updated}") == [updated, ordered]
    assert kinds("event_type=marketplace_order_approved") == [ordered]
    assert kinds("event_type=marketplace_order_approved,customer.updated") == [updated, ordered]
    assert kinds("event_type=nonsense") == []
    assert kinds("feature=customer") == [updated]
    assert kinds("feature=customers") == [updated]
    assert kinds("feature=resources&feature=customer") == [updated, ordered]
    assert kinds("feature=nonsense") == []
    assert kinds("message=approved") == [ordered]
    assert kinds("created_from=1578009600.0") == [updated]
    assert kinds(f"project_uuid={project.uuid}") == [ordered]
    assert kinds(f"customer_uuid={provider.uuid.hex}") == [updated, ordered]
    assert kinds(f"customer_uuid={project.customer.uuid.hex}") == [ordered]
    assert kinds(f"user_uuid={bob.uuid}") == [ordered]
    assert kinds(f"related_user_uuid={bob.uuid}") == [updated, ordered]
    assert kinds("auth_method=token") == []
    assert kinds("pat_uuid=x") == []
    for scope in (
        f"http://testserver/api/projects/{project.uuid.hex}/",
        f"http://testserver/api/marketplace-orders/{order.uuid.hex}/",
        f"http://testserver/api/marketplace-resources/{order.event.resource_uuid}/",
    ):
        assert kinds(f"scope={scope}") == [ordered]
    assert kinds(f"scope=http://testserver/api/customers/{CustomerFactory().uuid.hex}/") == []


@pytest.mark.parametrize(
    ("query", "errors"),
    [
        ("created_from=yesterday", {"created_from": ["Enter a number."]}),
        (
            "created_from=1e400",
            {"created_from": ["Ensure this value is less than or equal to 1e+50."]},
        ),
        ("created_from=1e40", {"created_from": ["Enter a valid timestamp."]}),
        ("created_to=-1e15", {"created_to": ["Enter a valid timestamp."]}),
        ("scope=zzz", {"scope": ["Invalid hyperlink - No URL match."]}),
    ],
)
def test_a_value_that_cannot_be_read_is_told(
    as_user: Callable[[User], APIClient], dave: User, query: str, errors: Any
) -> None:
    answer = as_user(dave).get(f"{AT}?{query}")

    assert (answer.status_code, answer.json()) == (400, errors)
