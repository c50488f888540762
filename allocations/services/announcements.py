"""What subscribers are told of an event: one row for each queue, written once.

`MESSAGES` says which kinds of events become which messages, and so do the apps above, of their own
kinds (`allocations.contributions`). What a message says beside the event's own
words is read when it is written; agents read the object itself anyway. An event that comes again
adds nothing.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from allocations import event_kinds as kinds
from allocations.bus import messages
from allocations.contributions import contributions
from allocations.lifecycle import AccountState, ApiKeyAction, ApiKeyState
from allocations.models import MessageQueue, OfferingUser, QueueMessage, ResourceApiKey
from allocations.observables import ObjectType
from allocations.services import attributes, membership
from identity import event_kinds as identity_kinds
from identity.models import Event, Grant, Project, User
from identity.roles import ScopeType
from identity.services import vetting
from identity.standing import VettingOutcome
from marketplace import event_kinds as marketplace_kinds
from marketplace.lifecycle import OrderState, ResourceState
from marketplace.models import Offering, Resource

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from datetime import datetime

    from allocations.bus.messages import Message
    from identity.event_catalogue import Kind

PRESENT = (ResourceState.OK, ResourceState.ERRED)
"""The states in which a site has something of a resource, so that an agent looks at it."""

NAMED = "username_set"

BEGUN = marketplace_kinds.ORDER_EXECUTING.name
"""The event from which on a site may read whom it lets in."""

NOT_YET = (OrderState.PENDING_CONSUMER, OrderState.PENDING_PROJECT)
"""States in which an order is no business of the provider's yet."""


@transaction.atomic
def announce(event: Event, *, now: datetime) -> int:
    """Write what the subscribers are told of an event; return how many messages it became."""
    written = [
        QueueMessage(
            queue=queue,
            event=event,
            object_type=message.object_type,
            object_uuid=message.object_uuid,
            part=part,
            body=message.body,
            created=now,
        )
        for part, message in enumerate(message_builders()[event.kind](event))
        for queue in _queues(message)
    ]
    QueueMessage.objects.bulk_create(written, ignore_conflicts=True)
    return len(written)


def _queues(message: Message) -> Iterator[MessageQueue]:
    """Find who hears of it: whose subscription it is must help to provide the offering, still."""
    offering = Offering.objects.filter(uuid=message.offering).first()
    if offering is None:
        return
    for queue in (
        MessageQueue.objects.whole().carrying(message.object_type, offering).order_by("pk")
    ):
        person = queue.subscriber.user
        if person.may_read and Offering.objects.provided_by(person).filter(pk=offering.pk).exists():
            yield queue


# --- what each kind becomes -----------------------------------------------------------------------


def _order(event: Event) -> Iterator[Message]:
    yield messages.order(_offering(event), event.subject_uuid, event.target)


def _resource(event: Event) -> Iterator[Message]:
    resource = (
        Resource.objects.select_related("offering")
        .filter(uuid=event.resource_uuid, state__in=PRESENT)
        .first()
    )
    if resource is not None:
        yield messages.resource(resource.offering.uuid, resource.uuid, _flags(resource))


def _created(event: Event) -> Iterator[Message]:
    """Have a site look again at what it has made only if it could not know all then."""
    if _changed_meanwhile(event):
        yield from _resource(event)


def _changed_meanwhile(event: Event) -> bool:
    """Tell whether a new resource's people, accounts or flags changed since its order was begun."""
    began = Event.objects.filter(kind=BEGUN, resource_uuid=event.resource_uuid, pk__lt=event.pk)
    begun = began.order_by("-pk").first()
    if begun is None or event.project is None or event.offering_uuid is None:
        return True
    people = membership.members(event.project)
    accounts = OfferingUser.objects.filter(
        offering__uuid=event.offering_uuid, user__in=people, modified__gte=begun.created
    )
    since = Event.objects.filter(pk__gt=begun.pk, kind__in=_seen_with_resource())
    of_it = Q(project=event.project, resource_uuid=None) | Q(resource_uuid=event.resource_uuid)
    of_people = Q(subject_uuid__in=people.values("uuid"))
    return accounts.exists() or since.filter(of_it | of_people).exists()


def _seen_with_resource() -> list[str]:
    return sorted(kind.name for kind in SEEN_WITH_RESOURCE | contributions().read_with_resource)


def _end_date(event: Event) -> Iterator[Message]:
    for message in _resource(event):
        resource = Resource.objects.get(uuid=message.object_uuid)
        person = event.actor
        said = messages.end_date(
            resource.end_date,
            person=person.full_name if person else "",
            person_uuid=person.uuid.hex if person else "",
        )
        yield messages.resource(message.offering, message.object_uuid, {**message.said, **said})


def _grant(event: Event) -> Iterator[Message]:
    grant = Grant.objects.select_related("user", "project", "role").get(uuid=event.subject_uuid)
    if grant.project is not None:
        is_granted = Grant.objects.in_force().filter(pk=grant.pk).exists()
        for offering in _served(grant.project):
            yield _role(offering, grant, grant.project, is_granted=is_granted)


def _user(event: Event) -> Iterator[Message]:
    user = User.objects.get(uuid=event.subject_uuid)
    grants = Grant.objects.in_force().filter(user=user, scope_type=ScopeType.PROJECT)
    is_in = user.is_active and vetting.outcome_of(user) != VettingOutcome.REFUSED
    for grant in grants.select_related("user", "project", "role").order_by("pk"):
        for offering in _served(grant.project) if grant.project else ():
            yield _role(offering, grant, grant.project, is_granted=is_in)


def _project(event: Event) -> Iterator[Message]:
    grants = Grant.objects.in_force().filter(
        scope_type=ScopeType.PROJECT, project=event.project, user__is_active=True
    )
    for grant in grants.select_related("user", "project", "role").order_by("pk"):
        for offering in _served(grant.project) if grant.project else ():
            yield _role(offering, grant, grant.project, is_granted=True)


def _account(event: Event) -> Iterator[Message]:
    account = _found(event)
    # An agent lets in, wherever it is told, whoever is named, without asking whether they may.
    resources = _resources_of(account) if account and not account.is_restricted else ()
    for action in _actions(event):
        yield messages.offering_user(
            _offering(event),
            event.subject_uuid,
            {**event.payload, "action": action},
            attributes=attributes.shown_to_site(account) if account else {},
            backend_ids=[resource.backend_id for resource in resources],
        )


def _actions(event: Event) -> list[str]:
    """Return what a site is told that happened to an account.

    An agent lets people into allocations when their name is set, not when their account is opened
    or comes back: one that is opened with its name, or still has it, is both.
    """
    action: str = event.payload["action"]
    is_there = (
        event.kind == kinds.ACCOUNT_CREATED.name or event.source == AccountState.DELETION_REQUESTED
    )
    is_named = is_there and event.target == AccountState.OK and event.payload["username"]
    return [action, NAMED] if is_named else [action]


def _restriction(event: Event) -> Iterator[Message]:
    """Tell of somebody who is shut out or let in again: agents do that when they look at a team."""
    yield from _account(event)
    account = _found(event)
    projects = {resource.project for resource in _resources_of(account)} if account else ()
    for project in sorted(projects, key=lambda project: project.pk):
        yield messages.whole_team(_offering(event), messages.Team(project.uuid, project.name))


def _shared_account(event: Event) -> Iterator[Message]:
    if event.project is None:
        return  # an organisation's account is at no site
    kind = ObjectType(event.subject_type)
    for offering in _served(event.project):
        yield messages.shared_account(offering.uuid, kind, event.subject_uuid, event.payload)


def _import(event: Event) -> Iterator[Message]:
    yield messages.importable_resources(_offering(event), event.subject_uuid)


def _sync(event: Event) -> Iterator[Message]:
    asked_by = event.actor.uuid if event.actor else None
    yield messages.offering_resources_sync(event.subject_uuid, asked_by)


def _settings(event: Event) -> Iterator[Message]:
    about = UUID(event.payload["resource_uuid"])
    yield messages.periodic_limits(_offering(event), about, event.payload)


def _api_key(event: Event) -> Iterator[Message]:
    """Ask for another value, unless the key no longer waits for it or the site could not tell it.

    A site looks for those that it has missed, also those whose resource got its name later.
    """
    key = (
        ResourceApiKey.objects.select_related("resource__offering")
        .filter(
            uuid=event.subject_uuid,
            state=ApiKeyState.UPDATING,
            pending_action=ApiKeyAction.ROTATE,
        )
        .exclude(client_id="")
        .exclude(resource__backend_id="")
        .first()
    )
    if key is not None:
        yield messages.api_key_rotation(
            key.resource.offering.uuid,
            key.uuid,
            resource_uuid=key.resource.uuid.hex,
            backend_id=key.resource.backend_id,
            client_id=key.client_id,
        )


# --- what they have in common ---------------------------------------------------------------------


def _offering(event: Event) -> UUID:
    return UUID(event.payload["offering_uuid"])


def _found(event: Event) -> OfferingUser | None:
    """Return the account that an event is about, unless it was removed since."""
    accounts = OfferingUser.objects.select_related("user", "offering__user_attribute_config")
    return accounts.filter(uuid=event.subject_uuid).first()


def _served(project: Project) -> Iterable[Offering]:
    """Return the offerings whose sites have something of a project."""
    resources = Resource.objects.filter(project=project, state__in=membership.SERVED)
    return Offering.objects.filter(pk__in=resources.values("offering")).order_by("pk")


def _resources_of(account: OfferingUser) -> Iterable[Resource]:
    """Return the allocations at the account's offering of the projects that the person is in."""
    projects = Grant.objects.in_force().filter(user=account.user, scope_type=ScopeType.PROJECT)
    resources = Resource.objects.filter(
        offering=account.offering, project__in=projects.values("project"), state__in=PRESENT
    )
    return resources.exclude(backend_id="").select_related("project").order_by("pk")


def _role(offering: Offering, grant: Grant, project: Project, *, is_granted: bool) -> Message:
    return messages.user_role(
        offering.uuid,
        grant.uuid,
        messages.Person(grant.user.uuid, grant.user.username),
        messages.Team(project.uuid, project.name),
        role=grant.role.name,
        is_granted=is_granted,
    )


def _flags(resource: Resource) -> dict[str, object]:
    return {
        "paused": resource.paused,
        "downscaled": resource.downscaled,
        "restrict_member_access": resource.restrict_member_access,
    }


MESSAGES: Mapping[Kind, Callable[[Event], Iterable[Message]]] = {
    **{
        kind: _order
        for state, kind in marketplace_kinds.ORDER_STATES.items()
        if state not in NOT_YET
    },
    marketplace_kinds.RESOURCE_FLAGS_SET: _resource,
    marketplace_kinds.RESOURCE_CREATED: _created,
    marketplace_kinds.RESOURCE_END_DATE_SET: _end_date,
    marketplace_kinds.RESOURCE_MOVED: _resource,
    marketplace_kinds.RESOURCE_OPTIONS_SET: _resource,
    marketplace_kinds.RESOURCE_PULL_REQUESTED: _resource,
    identity_kinds.GRANT_EXPIRED: _grant,
    identity_kinds.GRANT_GIVEN: _grant,
    identity_kinds.GRANT_REVOKED: _grant,
    identity_kinds.PROJECT_SYNC_REQUESTED: _project,
    identity_kinds.USER_ACTIVATED: _user,
    identity_kinds.USER_CHECK_REQUESTED: _user,
    identity_kinds.USER_DEACTIVATED: _user,
    identity_kinds.USER_VETTED: _user,
    identity_kinds.USER_VETTING_ENDED: _user,
    identity_kinds.USER_VETTING_EXPIRED: _user,
    identity_kinds.USER_VETTING_REFUSED: _user,
    kinds.ACCOUNT_ATTRIBUTES_CHANGED: _account,
    kinds.ACCOUNT_CREATED: _account,
    kinds.ACCOUNT_DELETED: _account,
    kinds.ACCOUNT_OK: _account,
    kinds.ACCOUNT_REMOVED: _account,
    kinds.ACCOUNT_REQUESTED_DELETION: _account,
    kinds.ACCOUNT_RESTRICTION_CHANGED: _restriction,
    kinds.ACCOUNT_USERNAME_SET: _account,
    kinds.API_KEY_ROTATE_REQUESTED: _api_key,
    kinds.COURSE_ACCOUNT_CLOSED: _shared_account,
    kinds.COURSE_ACCOUNT_CREATED: _shared_account,
    kinds.COURSE_ACCOUNT_OK: _shared_account,
    kinds.SERVICE_ACCOUNT_CLOSED: _shared_account,
    kinds.SERVICE_ACCOUNT_CREATED: _shared_account,
    kinds.SERVICE_ACCOUNT_OK: _shared_account,
    kinds.IMPORT_REQUESTED: _import,
    marketplace_kinds.OFFERING_SYNC_REQUESTED: _sync,
}
"""Kind of event -> the messages it becomes; `config.wiring` has the same kinds handled."""

SEEN_WITH_RESOURCE = frozenset(
    {
        identity_kinds.GRANT_EXPIRED,
        identity_kinds.GRANT_GIVEN,
        identity_kinds.GRANT_REVOKED,
        identity_kinds.PROJECT_SYNC_REQUESTED,
        identity_kinds.USER_ACTIVATED,
        identity_kinds.USER_CHECK_REQUESTED,
        identity_kinds.USER_DEACTIVATED,
        identity_kinds.USER_VETTED,
        identity_kinds.USER_VETTING_ENDED,
        identity_kinds.USER_VETTING_EXPIRED,
        identity_kinds.USER_VETTING_REFUSED,
        kinds.COURSE_ACCOUNT_CLOSED,
        kinds.COURSE_ACCOUNT_CREATED,
        kinds.COURSE_ACCOUNT_OK,
        kinds.SERVICE_ACCOUNT_CLOSED,
        kinds.SERVICE_ACCOUNT_CREATED,
        kinds.SERVICE_ACCOUNT_OK,
        marketplace_kinds.RESOURCE_FLAGS_SET,
        marketplace_kinds.RESOURCE_OPTIONS_SET,
        marketplace_kinds.RESOURCE_END_DATE_SET,
    }
)
"""Changes of what a site reads together with a resource."""


@cache
def message_builders() -> Mapping[str, Callable[[Event], Iterable[Message]]]:
    """Return what becomes of the events of each kind that sites are told of, by its name."""
    above = contributions()
    return {
        **{kind.name: build for kind, build in MESSAGES.items()},
        **{kind.name: _resource for kind in above.read_with_resource},
        **{kind.name: _settings for kind in above.settings_due},
    }
