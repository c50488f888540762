"""Projects that go to another organization, with all that hangs on them.

What belongs to a project follows it, since it names the project alone: allocations, accounts, and
the months that were accounted. What names the organization beside it is written anew here. The log
is left as it is: what happened stays with those to whom it happened (ADR 0042).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from common.errors import Conflict, Invalid
from identity import event_kinds as kinds
from identity import events
from identity.contributions import contributions
from identity.event_scope import EventScope
from identity.lifecycle import OPEN_INVITATION
from identity.models import Customer, Grant, GroupInvitation, Invitation, Project, User
from identity.roles import ScopeType
from identity.services import group_invitations, invitations, members
from identity.services.organisations import CustomerGone
from identity.services.projects import ProjectGone

if TYPE_CHECKING:
    from datetime import datetime

REASON = "project moved"


class SameOrganisation(Invalid):
    """The project is of the organisation already."""

    code = "same_organisation"


class OrganisationClosed(Invalid):
    """The organisation may have nothing new."""

    code = "organisation_closed"


class MoveHindered(Conflict):
    """Something of the project cannot be the other organisation's, or is under way."""

    code = "move_hindered"


@transaction.atomic
def move(
    project: Project,
    *,
    customer: Customer,
    preserve_permissions: bool,
    actor: User,
    now: datetime,
) -> Project:
    """Give a project to another organization; its people stay in it, or none of them does.

    Where they do not stay, nobody is invited to it any more either.

    :raises ProjectGone: it was removed meanwhile.
    :raises CustomerGone: the organisation was removed meanwhile.
    :raises SameOrganisation: it is of that organisation already.
    :raises OrganisationClosed: the organisation is blocked or archived.
    :raises MoveHindered: an order is under way, or an offering or plan is not open to it.
    """
    hold_both(project, customer)
    present = Project.objects.present().select_for_update(no_key=True)
    held: Project | None = present.filter(pk=project.pk).first()
    if held is None:
        raise ProjectGone("This project was removed.")
    former = held.customer
    new = Customer.objects.filter(pk=customer.pk, is_removed=False).first()
    if new is None:
        raise CustomerGone("This organization was removed.")
    _check(held, new)
    if not preserve_permissions:
        _part(held, actor=actor, now=now)
    held.customer = new
    held.save(update_fields=["customer", "modified"])
    _take_along(held)
    payload = {
        "name": held.name,
        "from_customer": former.uuid.hex,
        "to_customer": new.uuid.hex,
        "preserve_permissions": preserve_permissions,
    }
    message = f"Project {held.name} went from {former.name} to {new.name}."
    for kind, scope in (
        (kinds.PROJECT_MOVED_AWAY, EventScope(customer_id=former.pk)),
        (kinds.PROJECT_MOVED, held.event_scope()),
    ):
        events.record(
            kind, held, actor=actor, now=now, message=message, payload=payload, scope=scope
        )
    return held


def hold_both(project: Project, customer: Customer) -> None:
    """Lock the organization that a project leaves and the one that it goes to, in one order.

    Whoever moves it meanwhile has the first of them: what was locked for it is let go of then, as
    it would be out of order to lock one more, and both are locked as it stands now.
    """
    while not _holds_both(project, customer):
        pass


def _holds_both(project: Project, customer: Customer) -> bool:
    stands_in = Project.objects.filter(pk=project.pk).values_list("customer", flat=True)
    both = Customer.objects.select_for_update(no_key=True).order_by("pk")
    let_go = transaction.savepoint()
    held = {row.pk for row in both.filter(pk__in={*stands_in, customer.pk})}
    if held.issuperset(stands_in.all()):
        transaction.savepoint_commit(let_go)
        return True
    transaction.savepoint_rollback(let_go)
    return False


def _check(project: Project, customer: Customer) -> None:
    if customer.pk == project.customer_id:
        raise SameOrganisation({"customer": ["The project belongs to this organization already."]})
    if customer.blocked or customer.archived:
        why = "blocked" if customer.blocked else "archived"
        raise OrganisationClosed(
            {"customer": [f"{customer.name} is {why}: no project can be moved to it."]}
        )
    if hindrances := contributions().hinders_move(project, customer):
        raise MoveHindered(
            f"The project cannot be moved to {customer.name}. {' '.join(hindrances)}"
        )


def _take_along(project: Project) -> None:
    """Write the organization anew where it stands beside the project."""
    for model in (Grant, Invitation, GroupInvitation):
        rows = model._base_manager.filter(scope_type=ScopeType.PROJECT, scope_id=project.pk)
        rows.update(customer=project.customer_id)


def _part(project: Project, *, actor: User, now: datetime) -> None:
    """End the roles in a project, and all ways into it that its people were offered."""
    held = Grant.objects.on(ScopeType.PROJECT, project.pk)
    members.revoke_all(held, actor=actor, now=now, reason=REASON)
    here = {"scope_type": ScopeType.PROJECT.value, "scope_id": project.pk}
    for invitation in Invitation.objects.filter(**here, state__in=sorted(OPEN_INVITATION)):
        invitations.cancel(invitation, actor=actor, now=now)
    for link in GroupInvitation.objects.filter(**here, is_active=True):
        group_invitations.cancel(link, actor=actor, now=now)
