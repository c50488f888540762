"""Projects: made and ended by their organisation; a removed one stays on record.

`moves` gives one to another organisation, `recovery` brings a removed one back.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import transaction

from common import changes, slugs
from common.errors import Conflict, Forbidden, Invalid
from identity import event_kinds as kinds
from identity import events
from identity.models import Customer, Grant, Project, User
from identity.permissions import Permission
from identity.roles import ScopeType
from identity.services import members
from identity.services.organisations import CustomerGone

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date, datetime

    from identity.event_catalogue import Kind

STAFF_ONLY = frozenset({"max_service_accounts", "slug", "staff_notes"})
"""What the request of others may carry but does not change, as at Waldur."""

REMOVED = "project removed"
"""Why the roles ended that people held in a project when it was removed."""


class EndDateInPast(Invalid):
    """A project cannot end before today."""

    code = "end_date_in_past"


class StartsAfterEnd(Invalid):
    """A project cannot start after it ends."""

    code = "starts_after_end"


class EndDateForbidden(Forbidden):
    """Ending a project at a date is for those who may remove it."""

    code = "end_date_forbidden"


class CustomerFixed(Invalid):
    """A project does not move to another organisation."""

    code = "customer_fixed"


class HasResources(Invalid):
    """The project holds allocations that are not terminated."""

    code = "has_resources"


class ProjectGone(Conflict):
    """The project was removed in the meantime."""

    code = "project_gone"


@transaction.atomic
def create(*, customer: Customer, name: str, actor: User, now: datetime, **details: Any) -> Project:
    """Start a project of an organisation; without a slug it gets one of its name.

    :raises CustomerGone: the organisation was removed meanwhile.
    :raises EndDateForbidden: the actor may not say when it ends, grace included.
    :raises EndDateInPast: it would have ended.
    :raises StartsAfterEnd: it would start after it ended.
    :raises slugs.Taken: the slug that was chosen is another project's.
    """
    present = Customer.objects.select_for_update(no_key=True).filter(is_removed=False)
    if not present.filter(pk=customer.pk).exists():
        raise CustomerGone("This organization was removed.")
    allowed = {f: value for f, value in details.items() if actor.is_staff or f not in STAFF_ONLY}
    project = Project(customer=customer, name=name, **allowed, created=now)
    if project.end_date is not None:
        note_end_date(project, project.end_date, actor=actor, now=now)
    if project.grace_period_days is not None:
        _may_end(project, actor)
    check_dates(project)
    slugs.insert(project, name)
    _record(kinds.PROJECT_CREATED, project, f"Project {name} was created.", actor, now)
    return project


@transaction.atomic
def update(project: Project, *, actor: User, now: datetime, wanted: Mapping[str, Any]) -> None:
    """Change what is known of a project; what only staff may change is left as it is.

    :raises CustomerFixed: it would belong to another organisation.
    :raises EndDateForbidden: the actor may not say when it ends, grace included.
    :raises EndDateInPast: it would have ended.
    :raises StartsAfterEnd: it would start after it ended.
    :raises slugs.Taken: the new slug is another project's.
    :raises ProjectGone: it was removed meanwhile.
    """
    locked = _locked(project)
    allowed = {f: new for f, new in wanted.items() if actor.is_staff or f not in STAFF_ONLY}
    if "customer" in changes.differing(locked, allowed):
        raise CustomerFixed({"customer": ["Project cannot be moved to another organization."]})
    changed = changes.assign(locked, allowed)
    if not changed:
        return
    if "end_date" in changed:
        note_end_date(locked, locked.end_date, actor=actor, now=now)
        changed |= {"end_date_requested_by": actor, "end_date_updated_at": now}
    if "grace_period_days" in changed:
        _may_end(locked, actor)
    check_dates(locked)
    slugs.update(locked, [*changed, "modified"])
    message = f"Project {locked.name} was updated."
    _record(kinds.PROJECT_UPDATED, locked, message, actor, now, fields=sorted(changed))


@transaction.atomic
def remove(project: Project, *, actor: User, now: datetime) -> None:
    """Hide a project for good and end the roles in it; who held them stays on record.

    :raises HasResources: it holds allocations.
    :raises ProjectGone: it was removed meanwhile.
    """
    locked = _locked(project, against_new_resources=True)
    if locked.resources_count > 0:
        raise HasResources(
            ["Project contains active resources. Please remove them before deleting project."]
        )
    grants = Grant.objects.on(ScopeType.PROJECT, locked.pk)
    roles = grants.in_force().values_list("user__uuid", "role__name")
    locked.is_removed = True
    locked.termination_metadata = {
        "terminated_at": now.isoformat(),
        "terminated_by": actor.uuid.hex,
        "user_roles": [{"user_uuid": user.hex, "role_name": role} for user, role in roles],
    }
    locked.save(update_fields=["is_removed", "termination_metadata", "modified"])
    members.revoke_all(grants, actor=actor, now=now, reason=REMOVED)
    _record(kinds.PROJECT_REMOVED, locked, f"Project {locked.name} was removed.", actor, now)


@transaction.atomic
def ask_to_sync(project: Project, *, actor: User, now: datetime) -> None:
    """Ask the sites to bring their people of a project in line with what is here.

    :raises ProjectGone: it was removed meanwhile.
    """
    message = f"A synchronization of project {project.name} was asked for."
    _record(kinds.PROJECT_SYNC_REQUESTED, _locked(project), message, actor, now)


def _locked(project: Project, *, against_new_resources: bool = False) -> Project:
    """Lock a project that is still there; the organisation first, in the order of the house."""
    Customer.objects.select_for_update(no_key=True).get(pk=project.customer_id)
    present = Project.objects.present().select_for_update(no_key=not against_new_resources)
    locked: Project | None = present.filter(pk=project.pk).first()
    if locked is None:
        raise ProjectGone("This project was removed.")
    return locked


def note_end_date(project: Project, end_date: date | None, *, actor: User, now: datetime) -> None:
    """Check a new end date and write down who wanted it.

    :raises EndDateForbidden: the actor may not say when it ends.
    :raises EndDateInPast: it would have ended.
    """
    _may_end(project, actor)
    if end_date is not None and end_date < now.date():
        # Nested twice and not a list: the form in which Waldur's clients know it.
        raise EndDateInPast({"end_date": {"end_date": "Cannot be earlier than the current date."}})
    project.end_date_requested_by = actor
    project.end_date_updated_at = now


def _may_end(project: Project, actor: User) -> None:
    """Refuse whoever may not say when a project ends: days of grace put its end off."""
    if not actor.may(Permission.DELETE_PROJECT, project, project.customer):
        raise EndDateForbidden("You do not have permission to perform this action.")


def check_dates(project: Project) -> None:
    """Refuse a project that would start after it ended.

    :raises StartsAfterEnd: it would.
    """
    if project.start_date and project.end_date and project.start_date > project.end_date:
        raise StartsAfterEnd({"start_date": ["Cannot be later than the end date."]})


def _record(
    kind: Kind, project: Project, message: str, actor: User, now: datetime, **payload: object
) -> None:
    events.record(kind, project, actor=actor, now=now, message=message, payload=payload)
