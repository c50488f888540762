"""Who may be invited, by whom, and how often: an invitation is mail to a stranger."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.conf import settings

from common import mailboxes, patterns
from common.errors import Conflict, Forbidden, Invalid
from identity.models import Grant, InvitationMail, User
from identity.services import emails, members

if TYPE_CHECKING:
    from datetime import datetime

    from identity.models import Customer, Project, Role

COUNTED_FOR = timedelta(days=1)


class MayNotInvite(Forbidden):
    """The person may not give roles in the scope, and so may not invite to them."""

    code = "may_not_invite"


class AddressNotAllowed(Invalid):
    """The platform, the organisation or the project takes other addresses only."""

    code = "address_not_allowed"


class RoleHeld(Invalid):
    """Somebody with the address has the role in the scope already."""

    code = "already_held"


class TooManyInvitations(Conflict):
    """So many mails were sent today, by the person or to the address, that one more is too many."""

    code = "too_many_invitations"


def check_inviter(actor: User, scope: Any) -> None:
    """Refuse whoever may not give roles in the scope.

    :raises MayNotInvite: they may not, or not any more.
    """
    if not members.may_give(actor, scope):
        raise MayNotInvite("You may not give roles here, and so not invite people to them.")


def check_address(email: str, customer: Customer, project: Project | None) -> None:
    """Refuse an address that the platform, the organisation or the project does not take.

    :raises AddressNotAllowed: it is of another domain, or fits none of the patterns.
    """
    mailbox = mailboxes.mailbox_of(email)
    domains = settings.INVITATIONS.email_domains
    if domains and mailbox.rpartition("@")[2] not in domains:
        raise AddressNotAllowed(
            {"email": [f"People are invited under addresses of {', '.join(sorted(domains))}."]}
        )
    for owner in (customer, project):
        wanted = owner.user_email_patterns if owner else []
        if wanted and not fits_any(mailbox, wanted):
            raise AddressNotAllowed({"email": [f"{owner.name} does not take this address."]})  # type: ignore[union-attr]


def fits_any(mailbox: str, wanted: list[Any]) -> bool:
    """Tell whether one of some patterns describes a mailbox; an unusable one describes none."""
    return any(_fits(pattern, mailbox) for pattern in wanted)


def _fits(pattern: Any, mailbox: str) -> bool:
    try:
        return patterns.fits(pattern, mailbox)
    except patterns.Unusable:
        return False


def check_not_held(email: str, scope: Any, role: Role) -> None:
    """Refuse to invite whom the inviter sees among the members already.

    :raises RoleHeld: somebody with the address has the role.
    """
    held = Grant.objects.on(scope.scope_type, scope.pk).in_force().filter(role=role)
    if held.filter(user__email__iexact=email).exists():
        raise RoleHeld({"email": ["Somebody with this address has the role here already."]})


def count_mail(email: str, *, actor: User, now: datetime) -> None:
    """Count one mail more of a person and to an address; others who do so at once wait.

    :raises TooManyInvitations: the person, or the address, has had too many today.
    """
    User.objects.select_for_update(no_key=True).get(pk=actor.pk)
    emails.hold(email)
    today = InvitationMail.objects.filter(created__gt=now - COUNTED_FOR)
    if today.filter(asked_by=actor).count() >= settings.INVITATIONS.per_person:
        raise TooManyInvitations(
            f"You have sent {settings.INVITATIONS.per_person} invitations within a day. "
            "Go on tomorrow."
        )
    if today.filter(email__iexact=email).count() >= settings.INVITATIONS.per_address:
        raise TooManyInvitations(
            "This address was invited often enough within a day. Try again tomorrow."
        )
    InvitationMail.objects.create(asked_by=actor, email=email, created=now)
