"""Somebody with an account at an offering with a login node, and everything that follows events."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import count
from typing import TYPE_CHECKING
from uuid import uuid4

from allocations import tasks
from allocations.models import EntitledPerson, OfferingUser
from config.wiring import HANDLERS
from identity.models import Event, User
from identity.roles import RoleName
from marketplace.lifecycle import ResourceState
from tests.access_plane.conftest import NAMESPACE
from tests.factories.allocations import OfferingUserFactory
from tests.factories.identity import CustomerFactory, GrantFactory, ProjectFactory, UserFactory
from tests.factories.marketplace import (
    HpcOfferingFactory,
    OfferingEndpointFactory,
    ResourceFactory,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from identity.event_handlers import Handler
    from identity.models import Grant, Project
    from marketplace.models import Offering, Resource

NODE = "login.example.org"
FOREIGN = "urn:geant:elsewhere.org:group:physics#aai"
numbers = count(1)


@dataclass
class Researcher:
    """Somebody in a project with an allocation, and their account where it is."""

    user: User
    grant: Grant
    project: Project
    offering: Offering
    resource: Resource
    account: OfferingUser
    cuid: str


def value(username: str, node: str = NODE) -> str:
    return f"{NAMESPACE}:res:{node}:{username}:act:ssh"


def make_offering(**options: object) -> Offering:
    """Return an offering whose people get entitlements for its one login node."""
    offering: Offering = HpcOfferingFactory(
        plugin_options={"enable_scim_entitlements": True, **options}
    )
    OfferingEndpointFactory(offering=offering, url=f"ssh://{NODE}:22")
    return offering


def make_researcher(offering: Offering | None = None, **account: object) -> Researcher:
    """Return somebody whom nobody has seen before, with an account that is in use."""
    cuid = f"{uuid4().hex}@myaccessid.org"
    user = UserFactory(username=cuid)
    project = ProjectFactory(customer=CustomerFactory())
    offering = offering or make_offering()
    resource = ResourceFactory(project=project, offering=offering, state=ResourceState.OK)
    grant = GrantFactory(user=user, role=RoleName.PROJECT_MEMBER, scope=project)
    row = OfferingUserFactory(
        offering=offering,
        user=user,
        **{"is_granted": False, "username": f"res{next(numbers)}", **account},
    )
    return Researcher(user, grant, project, offering, resource, row, cuid)


BY_NAME: Mapping[str, tuple[Handler, ...]] = {kind.name: found for kind, found in HANDLERS.items()}


def follow_events() -> None:
    """Call the handlers of all events, also of those that they record, as the dispatcher does."""
    done = 0
    while found := list(Event.objects.filter(pk__gt=done).order_by("pk")):
        for event in found:
            for handler in BY_NAME.get(event.kind, ()):
                handler(event.uuid)
            done = event.pk


def tell() -> None:
    """Have workers do what there is to do now."""
    tasks.work_access_plane()


def tell_at_once() -> None:
    """Have workers do all there is, as if every pause were over."""
    EntitledPerson.objects.update(rests_until=None)
    for person in EntitledPerson.objects.open():
        EntitledPerson.objects.filter(pk=person.pk).update(next_attempt_at=person.user.date_joined)
    tasks.work_access_plane()
