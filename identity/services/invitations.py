"""Invitations by those who give roles: written, mailed again, changed, withdrawn, approved."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import transaction

from common import changes, mailboxes, storing
from common.errors import Invalid
from identity import event_kinds as kinds
from identity.lifecycle import INVITATION, OPEN_INVITATION, InvitationState, MailingState
from identity.models import Invitation, InvitationMail, Project
from identity.services import concealments, members, periodic_rows, pi_rules
from identity.services import invitation_links as links
from identity.services import invitation_rules as rules
from identity.services import invitation_states as states

if TYPE_CHECKING:
    from datetime import datetime

    from identity.models import Role, User

EXPIRING = "identity.tasks.expire_invitations"
"""The task that ends those that nobody answered, and mails those whose project begins."""

KEPT_FOR = timedelta(days=180)
"""How long an invitation that is over is kept: it names somebody who may never have come."""


class AlreadyInvited(Invalid):
    """The address has an open invitation to the role."""

    code = "already_invited"


@transaction.atomic
def create(
    *, scope: Any, role: Role, email: str, actor: User, now: datetime, **details: Any
) -> Invitation:
    """Invite whoever reads an address to a role in a scope; the link is mailed there.

    One to a project that has not begun waits until it does, and where the platform wants it, one of
    somebody who is not staff waits for their approval.

    :raises rules.MayNotInvite: the actor may not give roles there.
    :raises members.ScopeGone: the scope was removed.
    :raises members.RoleNotFound: the role is not given any more.
    :raises members.WrongScope: the role is for another kind of scope.
    :raises members.RoleTooStrong: the role allows more than those of the actor.
    :raises concealments.RoleConcealed: staff alone give it there.
    :raises pi_rules.HasPi: a project has one PI at a time, and this has one.
    :raises rules.AddressNotAllowed: the address is of a kind that is not taken.
    :raises rules.RoleHeld: somebody with the address has the role.
    :raises rules.TooManyInvitations: the person, or the address, has had too many today.
    :raises AlreadyInvited: the address has an open invitation to the role.
    """
    rules.check_inviter(actor, scope)
    members.check_role(role, scope)
    members.check_strength(role, scope, actor)
    rules.count_mail(email, actor=actor, now=now)
    customer, project = members.belongs_to(scope)
    concealments.check_offered(role, customer, actor)
    pi_rules.check_free(role, scope)
    rules.check_address(email, customer, project)
    rules.check_not_held(email, scope, role)
    needs_approval = settings.INVITATIONS.need_staff and not actor.is_staff
    invitation = Invitation(
        role=role,
        email=email,
        scope_type=scope.scope_type.value,
        scope_id=scope.pk,
        scope_uuid=scope.uuid,
        scope_name=scope.name,
        customer=customer,
        project=project,
        created_by=actor,
        created=now,
        expires=_end(now),
        state=InvitationState.REQUESTED if needs_approval else _ready(project, now),
        **details,
    )
    with storing.refusing(an_address_is_invited_once=_twice()):
        invitation.save(force_insert=True)
    states.record(kinds.INVITATION_CREATED, invitation, "was written", actor=actor, now=now)
    if needs_approval:
        what = "waits for approval"
        states.record(kinds.INVITATION_ASKED, invitation, what, actor=actor, now=now)
    _mail(invitation, actor=actor, now=now)
    return invitation


@transaction.atomic
def send(invitation: Invitation, *, actor: User, now: datetime) -> None:
    """Mail an invitation again with a new link and a new end, also one that has expired.

    From then on it is in the name of whoever sends it.

    :raises IllegalTransition: it is neither pending nor expired.
    :raises rules.MayNotInvite: the actor may not give roles there.
    :raises members.ScopeGone: the scope was removed.
    :raises concealments.RoleConcealed: staff alone give the role there.
    :raises rules.AddressNotAllowed: the address is not taken any more.
    :raises rules.TooManyInvitations: the person, or the address, has had too many today.
    :raises AlreadyInvited: it had expired, and the address has another one.
    """
    rules.count_mail(invitation.email, actor=actor, now=now)
    row, scope = states.locked_with_scope(invitation)
    rules.check_inviter(actor, scope)
    concealments.check_offered(row.role, row.customer, actor)
    rules.check_address(row.email, row.customer, row.project)
    mailing: dict[str, Any] = {"execution_state": MailingState.SCHEDULED, "error_message": ""}
    with storing.refusing(an_address_is_invited_once=_twice()):
        states.advance(
            row,
            "send",
            InvitationState.PENDING,
            now=now,
            expires=_end(now),
            created_by=actor,
            **mailing,
        )
    _mail(row, actor=actor, now=now)


@transaction.atomic
def change(invitation: Invitation, *, actor: User, now: datetime, **wanted: Any) -> Invitation:
    """Address an open invitation to another mailbox, or let it be to another role.

    Another address gets a mail with a link of its own; the former link is dead.

    :raises IllegalTransition: it is over.
    :raises rules.MayNotInvite: the actor may not give roles there.
    :raises members.ScopeGone: the scope was removed.
    :raises members.RoleNotFound: the role is not given any more.
    :raises members.WrongScope: the role is for another kind of scope.
    :raises members.RoleTooStrong: the role allows more than those of the actor.
    :raises concealments.RoleConcealed: staff alone give it there.
    :raises pi_rules.HasPi: a project has one PI at a time, and this has one.
    :raises rules.AddressNotAllowed: the address is of a kind that is not taken.
    :raises rules.RoleHeld: somebody with the address has the role.
    :raises rules.TooManyInvitations: the person, or the address, has had too many today.
    :raises AlreadyInvited: the address has an open invitation to the role.
    """
    email = wanted.get("email", invitation.email)
    moves = mailboxes.mailbox_of(email) != mailboxes.mailbox_of(invitation.email)
    if moves:
        rules.count_mail(email, actor=actor, now=now)
    row, scope = states.locked_with_scope(invitation)
    rules.check_inviter(actor, scope)
    state = InvitationState(row.state)
    INVITATION.check("change", state, state)
    changed = changes.differing(row, wanted)
    if not changed:
        return row
    changes.assign(row, changed)
    members.check_role(row.role, scope)
    members.check_strength(row.role, scope, actor)
    concealments.check_offered(row.role, row.customer, actor)
    pi_rules.check_free(row.role, scope)
    rules.check_address(row.email, row.customer, row.project)
    rules.check_not_held(row.email, scope, row.role)
    new: dict[str, Any] = {**changed, "created_by": actor}
    if moves:
        new |= {"digest": None, "execution_state": MailingState.SCHEDULED, "error_message": ""}
    with storing.refusing(an_address_is_invited_once=_twice()):
        states.advance(row, "change", state, now=now, **new)
    states.record(
        kinds.INVITATION_CHANGED, row, "was changed", actor=actor, now=now, fields=sorted(changed)
    )
    if moves:
        _mail(row, actor=actor, now=now)
    return row


@transaction.atomic
def cancel(invitation: Invitation, *, actor: User, now: datetime) -> None:
    """Withdraw an invitation: its link leads to a page that says so.

    :raises IllegalTransition: it is over.
    """
    row = states.locked(invitation)
    source = row.state
    states.advance(row, "cancel", InvitationState.CANCELED, now=now)
    states.record(
        kinds.INVITATION_CANCELED, row, "was withdrawn", actor=actor, now=now, source=source
    )


@transaction.atomic
def remove(invitation: Invitation, *, actor: User, now: datetime) -> None:
    """Forget an invitation, whatever became of it; a role that came of it stays.

    :raises states.InvitationGone: somebody else was quicker.
    """
    row = states.locked(invitation)
    states.record(kinds.INVITATION_REMOVED, row, "was removed", actor=actor, now=now)
    row.delete()


@transaction.atomic
def approve(invitation: Invitation, *, actor: User, now: datetime) -> None:
    """Let an invitation be mailed that waits for staff.

    :raises IllegalTransition: it does not wait any more.
    """
    row = states.locked(invitation)
    to = _ready(row.project, now)
    states.advance(row, "approve", to, now=now, expires=_end(now))
    kind, source = kinds.INVITATION_APPROVED, InvitationState.REQUESTED
    states.record(kind, row, "was approved", actor=actor, now=now, source=source)
    _mail(row, actor=actor, now=now)


def approve_by(token: str, *, actor: User, now: datetime) -> None:
    """Let the invitation be mailed that a token out of a mail is about.

    :raises links.NoSuchInvitation: the token leads to none.
    :raises IllegalTransition: it does not wait any more.
    """
    approve(links.find_for_approval(token), actor=actor, now=now)


@transaction.atomic
def reject(invitation: Invitation, *, actor: User, now: datetime) -> None:
    """Refuse an invitation that waits for staff.

    :raises IllegalTransition: it does not wait any more.
    """
    row = states.locked(invitation)
    states.advance(row, "reject", InvitationState.REJECTED, now=now)
    kind, source = kinds.INVITATION_REJECTED, InvitationState.REQUESTED
    states.record(kind, row, "was rejected", actor=actor, now=now, source=source)


def reject_by(token: str, *, actor: User, now: datetime) -> None:
    """Refuse the invitation that a token out of a mail is about.

    :raises links.NoSuchInvitation: the token leads to none.
    :raises IllegalTransition: it does not wait any more.
    """
    reject(links.find_for_approval(token), actor=actor, now=now)


@transaction.atomic
def note_mail(invitation: Invitation, *, fault: str = "", now: datetime) -> None:
    """Write down whether the mail server took the mail; the same fault again is no news.

    :raises states.InvitationGone: it was removed meanwhile.
    """
    row = states.locked(invitation)
    state = MailingState.ERRED if fault else MailingState.OK
    if fault and row.execution_state == state and row.error_message == fault:
        return
    rows = Invitation.objects.filter(pk=row.pk)
    rows.update(execution_state=state, error_message=fault, modified=now)
    kind = kinds.INVITATION_RETURNED if fault else kinds.INVITATION_MAILED
    what = "was not taken by the mail server" if fault else "was mailed"
    states.record(kind, row, what, actor=None, now=now)


def expire(*, now: datetime) -> int:
    """End what nobody answered in time, each in a transaction of its own; return how many."""
    due = Invitation.objects.filter(
        state__in=sorted(INVITATION.sources("expire")), expires__lte=now
    ).select_related(*states.RELATED)

    @transaction.atomic
    def end(invitation: Invitation) -> int:
        row = due.select_for_update(of=("self",)).filter(pk=invitation.pk).first()
        if row is None:
            return 0
        source = row.state
        states.advance(row, "expire", InvitationState.EXPIRED, now=now)
        states.record(kinds.INVITATION_EXPIRED, row, "expired", actor=None, now=now, source=source)
        return 1

    return sum(periodic_rows.for_each(EXPIRING, due, end, now=now))


def begin(*, now: datetime) -> int:
    """Mail the invitations to projects that begin today; return how many."""
    due = Invitation.objects.filter(
        state=InvitationState.PROJECT, project__start_date__lte=now.date()
    ).select_related(*states.RELATED)

    @transaction.atomic
    def mail(invitation: Invitation) -> int:
        row = due.select_for_update(of=("self",)).filter(pk=invitation.pk).first()
        if row is None:
            return 0
        states.advance(row, "begin", InvitationState.PENDING, now=now, expires=_end(now))
        _mail(row, actor=None, now=now)
        return 1

    return sum(periodic_rows.for_each(EXPIRING, due, mail, now=now))


def prune(*, now: datetime) -> int:
    """Forget invitations that have long been over, and mails that are not counted any more."""
    InvitationMail.objects.filter(created__lte=now - rules.COUNTED_FOR).delete()
    over = Invitation.objects.exclude(state__in=sorted(OPEN_INVITATION))
    deleted, _ = over.filter(modified__lte=now - KEPT_FOR).delete()
    return deleted


def forget(user: User) -> None:
    """Forget the invitations to a person who is removed, and those that they accepted."""
    Invitation.objects.filter(accepted_by=user).delete()
    if user.email:
        Invitation.objects.filter(email__iexact=user.email).delete()


def _twice() -> AlreadyInvited:
    return AlreadyInvited(
        {"email": ["This address has an open invitation to this role: send that again, or cancel."]}
    )


def _end(now: datetime) -> datetime:
    days: int = settings.INVITATIONS.days
    return now + timedelta(days=days)


def _ready(project: Project | None, now: datetime) -> InvitationState:
    """Return where an invitation stands that nobody has to approve."""
    waits = project is not None and project.start_date and project.start_date > now.date()
    return InvitationState.PROJECT if waits else InvitationState.PENDING


def _mail(invitation: Invitation, *, actor: User | None, now: datetime) -> None:
    """Have the link mailed where the invitation is pending."""
    if invitation.state == InvitationState.PENDING:
        what = "is being mailed"
        states.record(kinds.INVITATION_SENT, invitation, what, actor=actor, now=now)
