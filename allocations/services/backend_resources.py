"""What sites have that is not known here: reported, taken over as an allocation, or dismissed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import transaction

from allocations import event_kinds as kinds
from allocations.models import BackendResource
from common import locks, storing
from common.errors import Conflict, Invalid
from identity import events
from marketplace.services import importing

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from identity.event_catalogue import Kind
    from identity.models import Project, User
    from marketplace.models import Offering, Plan, Resource

LIMITS = "limits"
"""The key of the metadata under which sites tell which limits hold."""


class ReportedAlready(Invalid):
    """The offering's site has reported something of that name, and it waits to be taken over."""

    code = "reported_already"


class Unnamed(Invalid):
    """The site does not say what it calls the thing, so that nobody could find it there."""

    code = "unnamed"


class NothingReported(Invalid):
    """Nothing of that name waits at the offering: its site has not reported it."""

    code = "nothing_reported"


class NotWaiting(Conflict):
    """It was taken over or dismissed in the meantime."""

    code = "not_waiting"


@transaction.atomic
def report(
    *,
    offering: Offering,
    project: Project,
    name: str,
    backend_id: str = "",
    backend_metadata: Mapping[str, Any] | None = None,
    actor: User,
    now: datetime,
) -> BackendResource:
    """Keep what a site found, until its provider takes it over or dismisses it.

    :raises Unnamed: it has no backend ID.
    :raises AlreadyHere: a live allocation of the offering has the backend ID.
    :raises ReportedAlready: it was reported; of two who report it at once, one gets this.
    """
    if not backend_id:
        raise Unnamed({"backend_id": ["This field is required."]})
    importing.refuse_live(offering, backend_id)
    found = BackendResource(
        offering=offering,
        project=project,
        name=name,
        backend_id=backend_id,
        backend_metadata=dict(backend_metadata or {}),
        created=now,
    )
    message = "The fields offering, backend_id must make a unique set."
    with storing.refusing(a_backend_id_waits_once=ReportedAlready({"non_field_errors": [message]})):
        found.save(force_insert=True)
    _record(kinds.BACKEND_RESOURCE_REPORTED, found, actor=actor, now=now)
    return found


@transaction.atomic
def take_over(
    found: BackendResource, *, plan: Plan | None = None, actor: User, now: datetime
) -> Resource:
    """Make an allocation of what a site has, under a plan of the offering; it waits no longer.

    :raises NotWaiting: somebody else took it over, or dismissed it.
    :raises DomainError: whatever stands against it, see `importing.take_over`.
    """
    return _taken_over(_locked(found), plan=plan, actor=actor, now=now)


@transaction.atomic
def take_over_named(
    offering: Offering,
    *,
    backend_id: str,
    project: Project,
    plan: Plan | None = None,
    additional_details: Mapping[str, Any] | None = None,
    actor: User,
    now: datetime,
) -> Resource:
    """Take over what an offering's site has under a name, for a project that the provider says.

    `additional_details` are metadata that replace what the site reported under the same keys.

    :raises AlreadyHere: a live allocation of the offering has the backend ID.
    :raises NothingReported: nothing of that name waits.
    :raises NotWaiting: somebody else took it over, or dismissed it.
    :raises DomainError: whatever stands against it, see `importing.take_over`.
    """
    importing.refuse_live(offering, backend_id)
    waiting = BackendResource.objects.filter(offering=offering, backend_id__iexact=backend_id)
    found = waiting.first()
    if found is None:
        raise NothingReported(
            {"backend_id": ["The site has reported nothing with this backend ID."]}
        )
    held = _locked(found)
    held.project = project
    held.backend_metadata = {**held.backend_metadata, **(additional_details or {})}
    return _taken_over(held, plan=plan, actor=actor, now=now)


def _taken_over(
    held: BackendResource, *, plan: Plan | None, actor: User, now: datetime
) -> Resource:
    metadata = dict(held.backend_metadata)
    limits = metadata.pop(LIMITS, {})
    resource = importing.take_over(
        importing.Found(
            offering=held.offering,
            project=held.project,
            name=held.name,
            backend_id=held.backend_id,
            limits=limits,
            backend_metadata=metadata,
        ),
        plan=plan,
        actor=actor,
        now=now,
    )
    into = resource.uuid.hex
    _record(kinds.BACKEND_RESOURCE_IMPORTED, held, actor=actor, now=now, resource_uuid=into)
    held.delete()
    return resource


@transaction.atomic
def dismiss(found: BackendResource, *, actor: User, now: datetime) -> None:
    """Forget what a site found; the next search reports it again.

    :raises NotWaiting: somebody else took it over, or dismissed it.
    """
    held = _locked(found)
    _record(kinds.BACKEND_RESOURCE_DISMISSED, held, actor=actor, now=now)
    held.delete()


def _locked(found: BackendResource) -> BackendResource:
    gone = NotWaiting("The resource was imported or removed in the meantime.")
    return locks.locked(found, gone, related=("offering__customer", "project"))


def _record(
    kind: Kind, found: BackendResource, *, actor: User, now: datetime, **more: object
) -> None:
    events.record(
        kind,
        found,
        actor=actor,
        now=now,
        payload={
            "offering_uuid": found.offering.uuid.hex,
            "project_uuid": found.project.uuid.hex,
            "backend_id": found.backend_id,
            **more,
        },
    )
