"""An event is read by those on the sides that its kind names, where its subject belongs."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any, cast

import pytest
from django.apps import apps

from allocations.models import AgentIdentity, EventSubscriptionQueue
from config.event_kinds import CATALOGUE
from identity import events
from identity.event_catalogue import Group, Kind, Readers
from identity.event_scope import EventScope
from identity.models import EventSubject
from identity.roles import RoleName
from marketplace.event_kinds import ORDER_DONE
from tests.factories.agents import EventConsumerFactory, MessageQueueFactory
from tests.factories.identity import GrantFactory, TokenFactory
from tests.world import World, populate

if TYPE_CHECKING:
    from datetime import datetime

    from identity.models import Customer, Project, User

pytestmark = pytest.mark.django_db


@pytest.fixture
def world(project: Project, provider: Customer, bob: User, now: datetime) -> World:
    """One of everything that events are recorded about, in bob's project at the provider."""
    made = populate(project=project, provider=provider, member=bob, now=now)
    queue = EventSubscriptionQueue.objects.order_by("pk").last()
    MessageQueueFactory(subscription_queue=queue, consumer=None)
    EventConsumerFactory(identity=AgentIdentity.objects.order_by("pk").last(), user=bob)
    TokenFactory(user=bob)
    return made


@pytest.fixture
def sides(world: World, project: Project, provider: Customer) -> dict[str, EventScope]:
    """Where things may belong, by a name."""
    consumer = EventScope(customer_id=project.customer_id, project_id=project.pk)
    at_offering = EventScope(provider_id=provider.pk, offering_uuid=world.offering.uuid)
    whole = EventScope(
        customer_id=project.customer_id,
        project_id=project.pk,
        provider_id=provider.pk,
        offering_uuid=world.offering.uuid,
        resource_uuid=world.resource.uuid,
    )
    return {
        "nowhere": EventScope(),
        "organisation": EventScope(customer_id=project.customer_id),
        "project": consumer,
        "provider": EventScope(provider_id=provider.pk),
        "offering": at_offering,
        "resource": whole,
    }


WHERE = {
    "identity.GroupInvitation": "project",
    "identity.Invitation": "project",
    "identity.PermissionRequest": "project",
    "identity.PermissionReview": "project",
    "identity.RoleConcealment": "organisation",
    "identity.Project": "project",
    "notifications.Hook": "nowhere",
    "marketplace.ServiceProvider": "provider",
    "marketplace.Offering": "offering",
    "marketplace.OfferingComponent": "offering",
    "marketplace.OfferingEndpoint": "offering",
    "marketplace.OfferingPartition": "offering",
    "marketplace.Plan": "offering",
    "marketplace.TermsOfService": "offering",
    "marketplace.Consent": "offering",
    "marketplace.Order": "resource",
    "marketplace.Resource": "resource",
    "allocations.OfferingUser": "offering",
    "allocations.ProjectServiceAccount": "project",
    "allocations.CustomerServiceAccount": "organisation",
    "allocations.CourseAccount": "project",
    "allocations.BackendResource": "offering",
    "allocations.BackendResourceRequest": "offering",
    "allocations.ResourceApiKey": "resource",
    "allocations.RobotAccount": "resource",
    "allocations.AgentIdentity": "offering",
    "allocations.AgentService": "offering",
    "allocations.AgentProcessor": "offering",
    "allocations.EventSubscriptionQueue": "offering",
    "allocations.EventConsumer": "offering",
    "allocations.MessageQueue": "offering",
    "accounting.ComponentUsage": "resource",
    "accounting.ComponentUserUsageLimit": "resource",
    "accounting.SlurmPeriodicUsagePolicy": "offering",
}
"""Model that says so -> where its events belong."""

ELSEWHERE = {
    "identity.Customer",
    "identity.Event",
    "identity.Grant",
    "allocations.Provision",
    "allocations.QueueMessage",
    "allocations.UserAttributeConfig",
}
"""Models whose events belong where a row of the table, or a test of their own, has said."""


def test_what_events_are_about_says_where_they_belong(
    world: World, sides: dict[str, EventScope]
) -> None:
    subjects = {label: cast("EventSubject", newest(label)) for label in WHERE}
    found = {
        label: next(name for name, side in sides.items() if side == subject.event_scope())
        for label, subject in subjects.items()
    }
    assert found == WHERE


def test_every_model_that_says_where_its_events_belong_is_asked() -> None:
    saying = {
        model._meta.label
        for model in apps.get_models()
        if issubclass(model, EventSubject)
        and not model._meta.proxy
        and model.event_scope is not EventSubject.event_scope
    }
    assert {*WHERE, *ELSEWHERE} == saying


def test_a_role_belongs_to_its_project_its_organisation_or_its_offering(
    world: World, project: Project, sides: dict[str, EventScope]
) -> None:
    scopes = {"project": project, "organisation": project.customer, "offering": world.offering}
    roles = (RoleName.PROJECT_MEMBER, RoleName.CUSTOMER_READER, RoleName.OFFERING_MANAGER)
    for (name, scope), role in zip(scopes.items(), roles, strict=True):
        assert GrantFactory(role=role, scope=scope).event_scope() == sides[name]


@pytest.mark.parametrize(
    ("readers", "kept"),
    [
        (Readers.BOTH_SIDES, "customer_id project_id provider_id offering_uuid resource_uuid"),
        (Readers.CONSUMER, "customer_id project_id resource_uuid"),
        (Readers.PROVIDER, "provider_id offering_uuid resource_uuid"),
        (Readers.PERSON, ""),
        (Readers.NOBODY, ""),
    ],
)
def test_an_event_is_stored_for_those_who_may_read_its_kind(
    world: World, sides: dict[str, EventScope], now: datetime, readers: Readers, kept: str
) -> None:
    kind = Kind("order.tried", "Somebody tried.", group=Group.RESOURCES, readers=readers)

    event = events.record(kind, world.order, actor=None, now=now)

    event.refresh_from_db()
    known = asdict(sides["resource"])
    assert {name: getattr(event, name) for name in known} == {
        name: value if name in kept.split() else None for name, value in known.items()
    }
    assert (event.kind, event.subject_type) == ("order.tried", "order")


def test_an_event_may_belong_elsewhere_than_its_subject(
    world: World, sides: dict[str, EventScope], now: datetime
) -> None:
    event = events.record(ORDER_DONE, world.order, actor=None, now=now, scope=sides["offering"])
    assert event.event_scope() == sides["offering"]


def test_a_kind_that_is_but_a_text_is_not_recorded(world: World, now: datetime) -> None:
    undeclared: Any = "order.done"
    with pytest.raises(AttributeError):
        events.record(undeclared, world.order, actor=None, now=now)


def test_every_noun_of_a_kind_is_of_what_can_be_an_events_subject() -> None:
    nouns = {
        noun
        for model in apps.get_models()
        if issubclass(model, EventSubject)
        for noun in model.event_nouns
    }
    assert nouns == CATALOGUE.nouns - {"usage"}  # what was used of a resource happens to that


def newest(label: str) -> Any:
    row = apps.get_model(label)._default_manager.order_by("-pk").first()
    assert row is not None, label
    return row
