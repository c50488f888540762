"""E-mail addresses: nothing is mailed to one that nobody confirmed.

An address counts when it was confirmed by whoever reads it, or told by staff or by an identity
source that has checked it. What a person asks for waits until then, and the old address is told.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from django.conf import settings
from django.core import signing
from django.db import connection, transaction
from django.db.models import Q

from common import mailboxes
from common.errors import Conflict, Invalid
from identity import event_kinds as kinds
from identity import events
from identity.bus import mailing
from identity.models import EmailConfirmation, Event, Hook, User

if TYPE_CHECKING:
    from datetime import datetime

    from django.db.models import QuerySet

    from identity.event_catalogue import Kind

LIVES = timedelta(days=2)
COUNTED_FOR = timedelta(days=1)
MOST_BY_A_PERSON = 10
MOST_TO_AN_ADDRESS = 5
SALT = "identity.email_confirmation"
ADDRESSES = 0x6D61696C  # any number that no other lock of the service has
UNUSABLE = {"email": ["This e-mail address cannot be used."]}


class AddressUnusable(Invalid):
    """The address is somebody else's; that it is, is not told."""

    code = "address_unusable"


class TooManyMails(Conflict):
    """So many confirmations were asked for that the mails would be a nuisance."""

    code = "too_many_mails"


class BadCode(Invalid):
    """The code is none, was used, is withdrawn, or has expired."""

    code = "bad_code"


def is_free(email: str, *, but: User | None = None) -> bool:
    """Tell whether no other person has a mailbox, however it is spelt; none is always free.

    Within a transaction the answer holds until its end: who asks for the same address waits.
    """
    if not email:
        return True
    email = mailboxes.canonical(email)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, hashtext(lower(%s)))", [ADDRESSES, email])
    holders = User.objects.filter(email__iexact=email)
    return not (holders.exclude(pk=but.pk) if but else holders).exists()


def check_free(email: str, *, but: User | None = None) -> None:
    """Refuse an address that another person has.

    :raises AddressUnusable: another person has it.
    """
    if not is_free(email, but=but):
        raise AddressUnusable(UNUSABLE)


@transaction.atomic
def ask(
    user: User, email: str, *, hook: Hook | None = None, actor: User, now: datetime
) -> EmailConfirmation:
    """Have an address confirmed, for a person's profile or for a hook; the link is mailed there.

    A former request of the kind is withdrawn.

    :raises AddressUnusable: another person has it; a hook may lead to anybody who confirms.
    :raises TooManyMails: the person, or the address, has had too many of them today.
    """
    User.objects.select_for_update(no_key=True).get(pk=user.pk)
    if hook is None:
        check_free(email, but=user)
    recent = EmailConfirmation.objects.filter(created__gt=now - COUNTED_FOR)
    if (
        recent.filter(user=actor).count() >= MOST_BY_A_PERSON
        or recent.filter(email__iexact=email).count() >= MOST_TO_AN_ADDRESS
    ):
        raise TooManyMails("Too many confirmations were asked for today. Try again tomorrow.")
    _open(user, hook).update(ended_at=now)
    confirmation = EmailConfirmation.objects.create(
        user=user, hook=hook, email=email, created=now, expires=now + LIVES
    )
    if hook is None:
        _note(user, email, now=now)
    _record(kinds.EMAIL_CONFIRMATION_REQUESTED, confirmation, actor=actor, now=now)
    return confirmation


@transaction.atomic
def cancel(user: User, *, actor: User, now: datetime) -> None:
    """Withdraw the request for another address; without one, it is as asked for already."""
    for confirmation in _open(user, None).select_for_update():
        confirmation.ended_at = now
        confirmation.save(update_fields=["ended_at"])
        _record(kinds.EMAIL_CONFIRMATION_CANCELED, confirmation, actor=actor, now=now)
    _note(user, "", now=now)


@transaction.atomic
def confirm(code: str, *, now: datetime) -> EmailConfirmation:
    """Let an address count for whose link comes back; it does once.

    :raises BadCode: it is none, was used, is withdrawn, or has expired.
    :raises AddressUnusable: another person has the address by now.
    """
    confirmations = EmailConfirmation.objects.select_for_update(of=("self",)).select_related("user")
    uuid = _uuid_of(code)
    confirmation = (
        confirmations.filter(uuid=uuid, ended_at=None, expires__gt=now).first() if uuid else None
    )
    if confirmation is None or not confirmation.user.is_active:
        raise BadCode({"code": ["This code is not valid, or not any more."]})
    confirmation.ended_at = now
    confirmation.save(update_fields=["ended_at"])
    if confirmation.hook_id is not None:
        Hook.objects.filter(pk=confirmation.hook_id, email=confirmation.email).update(
            email_confirmed_at=now, active_since=now, modified=now
        )
    else:
        check_free(confirmation.email, but=confirmation.user)
        User.objects.filter(pk=confirmation.user_id).update(
            email=confirmation.email, requested_email="", modified=now
        )
        events.record(
            kinds.USER_UPDATED,
            confirmation.user,
            actor=confirmation.user,
            now=now,
            message=f"User {confirmation.user.username} confirmed an e-mail address.",
            payload={"fields": ["email"]},
        )
    _record(kinds.EMAIL_CONFIRMATION_DONE, confirmation, actor=confirmation.user, now=now)
    return confirmation


def code_of(confirmation: EmailConfirmation) -> str:
    """Return what the mailed link carries: it is kept nowhere."""
    return signing.Signer(salt=SALT).sign(confirmation.uuid.hex)


def mail(requested: Event) -> None:
    """Send the link to the new address, and word of it to the one that a person has so far.

    :raises mailing.NotSent: the mail server did not take it.
    """
    found = EmailConfirmation.objects.select_related("user", "hook")
    confirmation = found.filter(uuid=requested.subject_uuid, ended_at__isnull=True).first()
    if confirmation is None:
        return  # it was withdrawn meanwhile
    link = f"{settings.SITE_URL}/confirm-email/?code={code_of(confirmation)}"
    subject = f"[{settings.SITE_NAME}] Confirm this e-mail address"
    mailing.send([confirmation.email], subject, _text(confirmation, link))
    if confirmation.hook_id is None and confirmation.user.email:
        subject = f"[{settings.SITE_NAME}] Another e-mail address was asked for"
        mailing.send(
            [confirmation.user.email], subject, NOTICE.format(username=confirmation.user.username)
        )


NOTICE = """\
Somebody, hopefully you, asked for another e-mail address for the account {username}. Mail goes to
this address until the new one is confirmed.

If it was not you: cancel the change (cancel_change_email), and change your password.
"""


def prune(*, now: datetime) -> int:
    """Forget confirmations that expired, and ended ones that are not counted any more."""
    over = Q(expires__lte=now) | Q(ended_at__lte=now - COUNTED_FOR)
    old = EmailConfirmation.objects.filter(over, created__lte=now - COUNTED_FOR)
    waiting = EmailConfirmation.objects.filter(ended_at__isnull=True, hook__isnull=True)
    deleted, _ = old.delete()
    User.objects.exclude(requested_email="").exclude(pk__in=waiting.values("user")).update(
        requested_email=""
    )
    return deleted


def _open(user: User, hook: Hook | None) -> QuerySet[EmailConfirmation]:
    whose = {"hook": hook} if hook else {"user": user, "hook__isnull": True}
    return EmailConfirmation.objects.filter(**whose, ended_at__isnull=True)


def _note(user: User, email: str, *, now: datetime) -> None:
    User.objects.filter(pk=user.pk).update(requested_email=email, modified=now)
    user.requested_email = email


def _uuid_of(code: str) -> UUID | None:
    try:
        return UUID(signing.Signer(salt=SALT).unsign(code))
    except (signing.BadSignature, ValueError):
        return None


def _text(confirmation: EmailConfirmation, link: str) -> str:
    what = (
        f"The account {confirmation.user.username} wants this address for its profile."
        if confirmation.hook_id is None
        else f"{confirmation.user.username} wants to have word of events sent to this address."
    )
    return (
        f"{what}\n\nTo confirm that, open this link within two days:\n\n{link}\n\n"
        "If you know nothing of it, do nothing: then no further mail comes.\n"
    )


def _record(kind: Kind, confirmation: EmailConfirmation, *, actor: User, now: datetime) -> None:
    about = {"user_uuid": confirmation.user.uuid.hex, "hook": confirmation.hook_id is not None}
    events.record(kind, confirmation, actor=actor, now=now, payload=about)
