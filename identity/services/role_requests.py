"""Requests for roles by a link: asked, withdrawn, approved and rejected."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.db import transaction

from common import locks, mailboxes, storing
from common.errors import Conflict, Forbidden, Invalid
from common.machine import wrong_state
from identity import event_kinds as kinds
from identity import events
from identity.lifecycle import ROLE_REQUEST, RequestState
from identity.models import Grant, GroupInvitation, PermissionRequest, Project, User
from identity.services import group_invitations as groups
from identity.services import invitation_rules as rules
from identity.services import members, projects

if TYPE_CHECKING:
    from datetime import datetime

    from identity.event_catalogue import Kind

COUNTED_FOR = timedelta(days=1)
MOST_BY_A_PERSON = 20
RELATED = ("invitation__role", "invitation__project_role", "invitation__customer", "created_by")


class NotMeant(Forbidden):
    """The invitation is for people of other institutions, addresses or identity sources."""

    code = "not_meant"


class AskedAlready(Invalid):
    """The person has asked by this invitation, and it does not take several requests."""

    code = "asked_already"


class AskedTooOften(Conflict):
    """The person has asked for so many roles today that those who decide would be annoyed."""

    code = "asked_too_often"


class NoOwnProject(Invalid):
    """The invitation names the projects itself."""

    code = "no_own_project"


class RequestGone(Conflict):
    """The request was removed in the meantime."""

    code = "request_gone"


class PersonGone(Conflict):
    """Whoever asked was shut out or removed."""

    code = "person_gone"


@dataclass(frozen=True)
class RequestOutcome:
    """What became of a request at once; `created` says whether its project is new."""

    request: PermissionRequest
    project: Project | None = None
    created: bool | None = None

    @property
    def is_approved(self) -> bool:
        """Tell whether the role was given at once."""
        return self.request.state == RequestState.APPROVED


@transaction.atomic
def submit(
    invitation: GroupInvitation,
    *,
    project_name: str = "",
    project_description: str = "",
    actor: User,
    now: datetime,
) -> RequestOutcome:
    """Ask for the role of a group invitation; where it says so, the role is given at once.

    Given at once it is in the name of whoever made the link; where they may not give it any more,
    others decide.

    :raises groups.GroupInvitationGone: it was removed.
    :raises groups.NotActive: it was withdrawn.
    :raises members.ScopeGone: what the role is in was removed.
    :raises NotMeant: it is for other people.
    :raises rules.AddressNotAllowed: the organisation or the project takes other addresses only.
    :raises NoOwnProject: it names projects itself.
    :raises AskedAlready: the person has asked; of two requests at once, one gets this.
    :raises AskedTooOften: they have asked for too many roles today.
    :raises members.AlreadyHeld: they have the role.
    :raises concealments.RoleConcealed: it would be given at once, and staff alone give it there.
    """
    User.objects.select_for_update(no_key=True).get(pk=actor.pk)
    scope = members.scope_of(invitation.scope_type, invitation.scope_id)
    customer, project = members.belongs_to(scope)
    row = groups.locked(invitation)
    groups.check_active(row)
    if not is_meant(row, actor):
        raise NotMeant("This invitation is for other people: see who is meant by it.")
    rules.check_address(actor.email, customer, project)
    if (project_name or project_description) and not row.allow_custom_project_details:
        raise NoOwnProject({"project_name": ["This invitation names the projects itself."]})
    _check_often(row, scope, actor, now)
    request = PermissionRequest(
        invitation=row,
        created_by=actor,
        created=now,
        project_name=project_name,
        project_description=project_description,
    )
    with storing.refusing(one_open_request_a_person=_again()):
        request.save(force_insert=True)
    _record(kinds.PERMISSION_REQUEST_CREATED, request, "was made", actor=actor, now=now)
    if row.auto_approve and _may_decide(row.created_by, row, scope):
        return _approve(request, scope, reviewer=row.created_by, comment=None, now=now)
    return RequestOutcome(request)


@transaction.atomic
def approve(
    request: PermissionRequest, *, comment: str | None = None, actor: User, now: datetime
) -> RequestOutcome:
    """Give the person the role that they asked for, in the reviewer's name.

    :raises RequestGone: it was removed.
    :raises IllegalTransition: it was decided or withdrawn.
    :raises PersonGone: whoever asked was shut out.
    :raises rules.MayNotInvite: the reviewer may not give the role, or not have the project made.
    :raises members.ScopeGone: what the role is in was removed.
    :raises members.RoleNotFound: the role is not given any more.
    :raises concealments.RoleConcealed: staff alone give it there.
    :raises members.AlreadyHeld: the person has it meanwhile.
    :raises members.OwnGrant: it is the reviewer's own, for longer than they may.
    """
    invitation = request.invitation
    scope = members.scope_of(invitation.scope_type, invitation.scope_id)
    members.belongs_to(scope)
    row = _locked(request)
    ROLE_REQUEST.check("approve", RequestState(row.state))
    if not _may_decide(actor, row.invitation, scope):
        raise rules.MayNotInvite("You may not give this role.")
    if not row.created_by.is_active:
        raise PersonGone("Whoever asked for this role may not log in any more.")
    return _approve(row, scope, reviewer=actor, comment=comment, now=now)


@transaction.atomic
def reject(
    request: PermissionRequest, *, comment: str | None = None, actor: User, now: datetime
) -> None:
    """Do not give the role, and say why if one likes.

    :raises RequestGone: it was removed.
    :raises IllegalTransition: it was decided or withdrawn.
    """
    row = _locked(request)
    review = {"reviewed_by": actor, "reviewed_at": now, "review_comment": comment}
    _advance(row, "reject", RequestState.REJECTED, now=now, **review)
    kind = kinds.PERMISSION_REQUEST_REJECTED
    _record(kind, row, "was rejected", actor=actor, now=now, source=RequestState.PENDING)


@transaction.atomic
def cancel(request: PermissionRequest, *, actor: User, now: datetime) -> None:
    """Withdraw a request that is not decided yet.

    :raises RequestGone: it was removed.
    :raises IllegalTransition: it was decided or withdrawn.
    """
    row = _locked(request)
    _advance(row, "cancel", RequestState.CANCELED, now=now)
    kind = kinds.PERMISSION_REQUEST_CANCELED
    _record(kind, row, "was withdrawn", actor=actor, now=now, source=RequestState.PENDING)


@transaction.atomic
def remove(request: PermissionRequest, *, actor: User, now: datetime) -> None:
    """Forget a request, whatever became of it; a role that came of it stays.

    :raises RequestGone: somebody else was quicker.
    """
    row = _locked(request)
    _record(kinds.PERMISSION_REQUEST_REMOVED, row, "was removed", actor=actor, now=now)
    row.delete()


def is_meant(invitation: GroupInvitation, user: User) -> bool:
    """Tell whether a person is named by one of an invitation's lists, or there are none.

    An address counts in a profile only once it was confirmed, and affiliations and sources come
    from the source that knows the person.
    """
    addresses = invitation.user_email_patterns
    affiliations, sources = invitation.user_affiliations, invitation.user_identity_sources
    if not (addresses or affiliations or sources):
        return True
    mailbox = mailboxes.mailbox_of(user.email)
    known = {*user.active_isds, user.identity_source} - {""}
    return bool(
        (user.email and rules.fits_any(mailbox, addresses))
        or {*affiliations} & {*user.affiliations}
        or {*sources} & known
    )


def deciders(invitation: GroupInvitation) -> list[str]:
    """Return the addresses of those who give roles there and want to be notified, each once."""
    grants = Grant.objects.in_force().filter(members.giving_roles(invitation))
    people = User.objects.filter(
        pk__in=grants.values("user"), is_active=True, notifications_enabled=True
    )
    return sorted(set(people.exclude(email="").values_list("email", flat=True)))


def forget(user: User) -> None:
    """Forget what a person asked who is removed; what was decided of it is in the log."""
    PermissionRequest.objects.filter(created_by=user).delete()


def _approve(
    request: PermissionRequest,
    scope: Any,
    *,
    reviewer: User,
    comment: str | None,
    now: datetime,
) -> RequestOutcome:
    invitation, person = request.invitation, request.created_by
    project, created, role = None, None, invitation.role
    if invitation.auto_create_project and invitation.project_role is not None:
        project, created = _project(request, scope, reviewer=reviewer, now=now)
        scope, role = project, invitation.project_role
    members.grant(scope=scope, user=person, role=role, actor=reviewer, now=now)
    _advance(
        request,
        "approve",
        RequestState.APPROVED,
        now=now,
        reviewed_by=reviewer,
        reviewed_at=now,
        review_comment=comment,
        project=project,
    )
    kind = kinds.PERMISSION_REQUEST_APPROVED
    _record(kind, request, "was approved", actor=reviewer, now=now, source=RequestState.PENDING)
    return RequestOutcome(request, project, created)


def _project(
    request: PermissionRequest, customer: Any, *, reviewer: User, now: datetime
) -> tuple[Project, bool]:
    """Return the project of a request, and whether it is new.

    The one that the person has got by the same invitation under the same name is used again; others
    never are, whatever name somebody chooses.
    """
    template = request.invitation.project_name_template or ""
    name = request.project_name or groups.name_of_project(template, request.created_by)
    earlier = Project.objects.present().filter(
        pk__in=PermissionRequest.objects.filter(
            invitation=request.invitation, created_by=request.created_by
        ).values("project"),
        name=name,
    )
    if (found := earlier.first()) is not None:
        return found, False
    made = projects.create(
        customer=customer,
        name=name,
        description=request.project_description,
        actor=reviewer,
        now=now,
    )
    return made, True


def _may_decide(reviewer: User, invitation: GroupInvitation, scope: Any) -> bool:
    makes = invitation.auto_create_project
    return members.may_give(reviewer, scope) and (
        not makes or groups.may_make_projects(reviewer, invitation.customer)
    )


def _check_often(invitation: GroupInvitation, scope: Any, person: User, now: datetime) -> None:
    own = PermissionRequest.objects.filter(created_by=person)
    if own.filter(created__gt=now - COUNTED_FOR).count() >= MOST_BY_A_PERSON:
        raise AskedTooOften("You have asked for many roles within a day. Go on tomorrow.")
    if invitation.auto_create_project:
        held = False
    else:
        grants = Grant.objects.on(scope.scope_type, scope.pk).in_force()
        held = grants.filter(user=person, role=invitation.role).exists()
    if held:
        raise members.AlreadyHeld(
            {"non_field_errors": ["User has already the same role in this scope."]}
        )
    again = own.filter(invitation=invitation, state=RequestState.APPROVED)
    if invitation.auto_create_project and not invitation.allow_multiple_requests and again.exists():
        raise _again()


def _again() -> AskedAlready:
    return AskedAlready({"non_field_errors": ["Request has been created already."]})


def _locked(request: PermissionRequest) -> PermissionRequest:
    gone = RequestGone("This request was removed.")
    return locks.locked(request, gone, related=RELATED)


def _advance(
    request: PermissionRequest, action: str, to: RequestState, *, now: datetime, **also: Any
) -> None:
    source = RequestState(request.state)
    ROLE_REQUEST.check(action, source, to)
    columns = {**also, "state": to, "modified": now}
    if not PermissionRequest.objects.filter(pk=request.pk, state=source).update(**columns):
        raise wrong_state("another", sorted(ROLE_REQUEST.sources(action)))
    for name, value in columns.items():
        setattr(request, name, value)


def _record(
    kind: Kind,
    request: PermissionRequest,
    what: str,
    *,
    actor: User,
    now: datetime,
    source: str = "",
) -> None:
    invitation = request.invitation
    events.record(
        kind,
        request,
        actor=actor,
        now=now,
        source=source,
        target=request.state,
        message=(
            f"The request of {request.created_by} to become {invitation.role.name} in"
            f" {invitation.scope_name} {what}."
        ),
        payload={
            "role": invitation.role.name,
            "user_uuid": request.created_by.uuid.hex,
            "scope_type": invitation.scope_type,
            "scope_uuid": invitation.scope_uuid.hex,
        },
    )
