"""What goes with a project to another organization, what stays, and what keeps it from going."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from accounting.models import ComponentUsage, PolicyState
from allocations.models import OfferingUser, QueueMessage
from allocations.services.membership import MANAGED
from config.wiring import dispatch_events
from identity.models import Customer, Event, EventDelivery, Grant, Invitation, Project, User
from identity.roles import RoleName
from identity.services import moves, organisations, projects
from marketplace.lifecycle import OrderState
from marketplace.models import Offering, Resource
from tests.factories.accounting import ComponentUsageFactory, PolicyFactory
from tests.factories.agents import AgentIdentityFactory, EventConsumerFactory, MessageQueueFactory
from tests.factories.identity import (
    CustomerFactory,
    GroupInvitationFactory,
    InvitationFactory,
    OrganizationGroupFactory,
)
from tests.factories.marketplace import (
    HpcOfferingFactory,
    OrderFactory,
    PlanFactory,
    ResourceFactory,
)

if TYPE_CHECKING:
    from datetime import datetime

SHUT = "Offerings of which it has allocations are not open to that organization"
FOREIGN = "Plans of its allocations are not for that organization"

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _there_is_a_bus(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Messages are written; who sends them is not asked here."""
    settings.RABBITMQ_URL = "amqp://nowhere"
    monkeypatch.setattr("config.wiring.tell_bus", lambda: None)
    yield
    assert list(EventDelivery.objects.exclude(last_error="").values_list("last_error")) == []


@pytest.fixture
def offering(provider: Customer) -> Offering:
    options = {MANAGED: True, "supports_pausing": True, "supports_downscaling": True}
    made: Offering = HpcOfferingFactory(customer=provider, plugin_options=options)
    return made


@pytest.fixture
def resource(project: Project, offering: Offering) -> Resource:
    limits = {"cpu_k_hours": 100}
    made: Resource = ResourceFactory(
        project=project, offering=offering, limits=limits, backend_id="hpc_climate"
    )
    return made


def customers_of(model: Any) -> set[Any]:
    return set(model.objects.filter(scope_type="project").values_list("customer", flat=True))


def test_all_of_a_project_is_the_other_organization_s_from_then_on(
    resource: Resource,
    project: Project,
    elsewhere: Customer,
    pi: User,
    bob: User,
    alice: User,
    mallory: User,
    carol: User,
    dave: User,
    now: datetime,
) -> None:
    """The team stays, the owners change, the books go along, and both sides read of it."""
    agent = AgentIdentityFactory(offering=resource.offering)
    queue = MessageQueueFactory(consumer=EventConsumerFactory(identity=agent, user=carol))
    usage = ComponentUsageFactory(resource=resource)
    gone = ResourceFactory(project=project, offering=resource.offering, state="Terminated")
    InvitationFactory(scope=project)
    former = project.customer

    moves.move(project, customer=elsewhere, preserve_permissions=True, actor=dave, now=now)
    dispatch_events()

    project.refresh_from_db()
    assert project.customer == elsewhere
    assert {customers_of(model) == {elsewhere.pk} for model in (Grant, Invitation)} == {True}
    team = Grant.objects.in_force().filter(project=project)
    assert set(team.values_list("user__username", flat=True)) == {"pi", "bob"}
    for rows, row in ((Resource, resource), (ComponentUsage, usage), (Project, project)):
        seen = {person: row in rows.objects.visible_to(person) for person in (mallory, alice, pi)}
        assert seen == {mallory: True, alice: False, pi: True}
    told = Event.objects.filter(kind__contains=".moved").order_by("pk")
    assert [(event.kind, event.customer, event.provider) for event in told] == [
        ("project.moved_away", former, None),
        ("project.moved", elsewhere, None),
        ("resource.moved", elsewhere, resource.offering.customer),
    ]
    assert told[1].payload == {
        "name": project.name,
        "from_customer": former.uuid.hex,
        "to_customer": elsewhere.uuid.hex,
        "preserve_permissions": True,
    }
    assert told[2].resource_uuid == resource.uuid != gone.uuid
    messages = QueueMessage.objects.filter(queue=queue, event=told[2])
    assert list(messages.values_list("object_uuid", flat=True)) == [resource.uuid]


def test_without_its_people_a_project_goes_alone(
    resource: Resource, project: Project, elsewhere: Customer, bob: User, dave: User, now: datetime
) -> None:
    """Roles end, accounts go, invitations and links are withdrawn; the former side reads of it."""
    former = project.customer
    account = OfferingUser.objects.create(
        user=bob, offering=resource.offering, username="bob", state="OK", created=now
    )
    invitation = InvitationFactory(scope=project)
    link = GroupInvitationFactory(scope=project, role=RoleName.PROJECT_ADMIN)

    moves.move(project, customer=elsewhere, preserve_permissions=False, actor=dave, now=now)
    dispatch_events()

    assert not Grant.objects.in_force().filter(project=project).exists()
    for row in (account, invitation, link):
        row.refresh_from_db()
    assert account.state == "Requested deletion"
    assert (invitation.state, link.is_active) == ("canceled", False)
    ended = Event.objects.get(kind="grant.revoked")
    assert (ended.customer, ended.project) == (former, project)


def test_a_policy_of_some_organizations_follows_who_holds_the_allocation(
    resource: Resource,
    offering: Offering,
    project: Project,
    elsewhere: Customer,
    dave: User,
    now: datetime,
) -> None:
    """Over its limit the allocation is paused where the policy is meant for it, and only there."""
    group = OrganizationGroupFactory()
    elsewhere.organization_groups.add(group)
    policy = PolicyFactory(
        offering=offering, apply_to_all=False, actions="request_slurm_resource_pausing"
    )
    policy.organization_groups.add(group)
    component = offering.components.get(type="cpu_k_hours")
    ComponentUsageFactory(resource=resource, component=component, usage=1000)

    moves.move(project, customer=elsewhere, preserve_permissions=True, actor=dave, now=now)
    dispatch_events()

    assert PolicyState.objects.filter(policy=policy, resource=resource).exists()
    resource.refresh_from_db()
    assert resource.paused

    home = Event.objects.filter(kind="project.moved_away").earliest("pk").customer
    moves.move(project, customer=home, preserve_permissions=True, actor=dave, now=now)
    dispatch_events()

    resource.refresh_from_db()
    assert not resource.paused


def test_what_keeps_a_project_from_going_is_said(
    resource: Resource,
    offering: Offering,
    project: Project,
    provider: Customer,
    elsewhere: Customer,
    dave: User,
    case: Any,
    now: datetime,
) -> None:
    north = OrganizationGroupFactory(name="North")
    order = {"resource": resource, "state": OrderState.PENDING_PROVIDER}
    at = f"The project cannot be moved to {elsewhere.name}. "
    hindered = {
        "an order waits": (
            lambda: OrderFactory(**order, slug="order-7"),
            moves.MoveHindered,
            f"{at}Orders are not finished: order-7.",
        ),
        "the offering is for some": (
            lambda: offering.organization_groups.add(north),
            moves.MoveHindered,
            f"{at}{SHUT}: {offering.name}.",
        ),
        "the plan is for some": (
            lambda: offering.plans.get().organization_groups.add(north),
            moves.MoveHindered,
            f"{at}{FOREIGN}: {offering.plans.get().name} of {offering.name}.",
        ),
        "blocked": (
            lambda: Customer.objects.filter(pk=elsewhere.pk).update(blocked=True),
            moves.OrganisationClosed,
            {"customer": [f"{elsewhere.name} is blocked: no project can be moved to it."]},
        ),
        "archived": (
            lambda: Customer.objects.filter(pk=elsewhere.pk).update(archived=True),
            moves.OrganisationClosed,
            {"customer": [f"{elsewhere.name} is archived: no project can be moved to it."]},
        ),
        "removed": (
            lambda: Customer.objects.filter(pk=elsewhere.pk).update(is_removed=True),
            organisations.CustomerGone,
            "This organization was removed.",
        ),
        "it is there": (
            lambda: Project.objects.filter(pk=project.pk).update(customer=elsewhere),
            moves.SameOrganisation,
            {"customer": ["The project belongs to this organization already."]},
        ),
        "the project is gone": (
            lambda: Project.objects.filter(pk=project.pk).update(is_removed=True),
            projects.ProjectGone,
            "This project was removed.",
        ),
    }
    resource.plan = offering.plans.get()
    resource.save()
    for name, (hinder, error, said) in hindered.items():
        with case(why=name):
            hinder()
            with pytest.raises(error) as refusal:
                moves.move(
                    project, customer=elsewhere, preserve_permissions=True, actor=dave, now=now
                )
            assert refusal.value.detail == said
            assert not Event.objects.filter(kind="project.moved").exists()


def test_what_has_ended_keeps_no_project_from_going(
    resource: Resource, offering: Offering, project: Project, dave: User, now: datetime
) -> None:
    offering.organization_groups.add(OrganizationGroupFactory())
    archived = PlanFactory(offering=offering, archived=True)
    Resource.objects.filter(pk=resource.pk).update(state="Terminated", plan=archived)
    there = CustomerFactory()

    moves.move(project, customer=there, preserve_permissions=True, actor=dave, now=now)

    assert Project.objects.get(pk=project.pk).customer == there
