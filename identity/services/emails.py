"""E-mail addresses: nothing is mailed to one that nobody confirmed.

An address counts when it was confirmed by whoever reads it, or given by staff or by an identity
source that has checked it. What a person asks for waits until then. What else may have an address,
such as a mail hook, belongs to an app above: it has one confirmed by the UUID of what it is for,
and `on_confirmed_call` has that app follow.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from django.core import signing
from django.db import connection, transaction
from django.db.models import Q

from common import mailboxes
from common.errors import Conflict, Invalid
from identity import event_kinds as kinds
from identity import events
from identity.models import EmailConfirmation, User

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from django.db.models import QuerySet

    from identity.event_catalogue import Kind

    Follower = Callable[[UUID, str, datetime], None]

LIVES = timedelta(days=2)
COUNTED_FOR = timedelta(days=1)
MOST_BY_A_PERSON = 10
MOST_TO_AN_ADDRESS = 5
SALT = "identity.email_confirmation"
ADDRESSES = 0x6D61696C  # any number that no other lock of the service has
UNUSABLE = {"email": ["This e-mail address cannot be used."]}
NOT_VALID = {"code": ["This code is not valid, or not any more."]}

_followers: list[Follower] = []


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
    hold(email)
    holders = User.objects.filter(email__iexact=email)
    return not (holders.exclude(pk=but.pk) if but else holders).exists()


def hold(email: str) -> None:
    """Have others who ask for the same address wait for the end of the transaction."""
    email = mailboxes.canonical(email)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, hashtext(lower(%s)))", [ADDRESSES, email])


def check_free(email: str, *, but: User | None = None) -> None:
    """Refuse an address that another person has.

    :raises AddressUnusable: another person has it.
    """
    if not is_free(email, but=but):
        raise AddressUnusable(UNUSABLE)


def on_confirmed_call(follow: Follower) -> None:
    """Let the composition root say who is to follow when an address that is not a person's counts.

    It is called with the subject's UUID and the address, in the transaction that confirms it.
    """
    _followers[:] = [follow]


@transaction.atomic
def request_confirmation(
    user: User, email: str, *, subject_uuid: UUID | None = None, actor: User, now: datetime
) -> EmailConfirmation:
    """Have an address confirmed, for a person's profile or a subject; the link is mailed there.

    A former request of the kind is withdrawn.

    :raises AddressUnusable: another person has it; only a profile's has to be nobody else's.
    :raises TooManyMails: the person, or the address, has had too many of them today.
    """
    User.objects.select_for_update(no_key=True).get(pk=user.pk)
    if subject_uuid is None:
        check_free(email, but=user)
    recent = EmailConfirmation.objects.filter(created__gt=now - COUNTED_FOR)
    if (
        recent.filter(user=actor).count() >= MOST_BY_A_PERSON
        or recent.filter(email__iexact=email).count() >= MOST_TO_AN_ADDRESS
    ):
        raise TooManyMails("Too many confirmations were asked for today. Try again tomorrow.")
    _open(user, subject_uuid).update(ended_at=now)
    confirmation = EmailConfirmation.objects.create(
        user=user, subject_uuid=subject_uuid, email=email, created=now, expires=now + LIVES
    )
    if subject_uuid is None:
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


def forget(subject_uuid: UUID) -> None:
    """Forget the addresses of a subject that is there no more."""
    EmailConfirmation.objects.filter(subject_uuid=subject_uuid).delete()


@transaction.atomic
def confirm(code: str, *, now: datetime) -> EmailConfirmation:
    """Let an address count for whose link comes back; it does once.

    :raises BadCode: it is none, was used, is withdrawn, or has expired.
    :raises AddressUnusable: another person has the address by now.
    """
    rows = EmailConfirmation.objects.select_for_update(of=("self",)).select_related("user")
    uuid = _uuid_of(code)
    confirmation = rows.filter(uuid=uuid, ended_at=None, expires__gt=now).first() if uuid else None
    if confirmation is None or not confirmation.user.is_active:
        raise BadCode(NOT_VALID)
    confirmation.ended_at = now
    confirmation.save(update_fields=["ended_at"])
    if confirmation.subject_uuid is None:
        _take_over(confirmation, now=now)
    else:
        for follow in _followers:
            follow(confirmation.subject_uuid, confirmation.email, now)
    _record(kinds.EMAIL_CONFIRMATION_DONE, confirmation, actor=confirmation.user, now=now)
    return confirmation


def code_of(confirmation: EmailConfirmation) -> str:
    """Return what the mailed link carries: it is stored nowhere."""
    return signing.Signer(salt=SALT).sign(confirmation.uuid.hex)


def prune(*, now: datetime) -> int:
    """Forget requests that expired, and ended ones that are not counted any more."""
    over = Q(expires__lte=now) | Q(ended_at__lte=now - COUNTED_FOR)
    old = EmailConfirmation.objects.filter(over, created__lte=now - COUNTED_FOR)
    waiting = EmailConfirmation.objects.filter(ended_at__isnull=True, subject_uuid__isnull=True)
    deleted, _ = old.delete()
    User.objects.exclude(requested_email="").exclude(pk__in=waiting.values("user")).update(
        requested_email=""
    )
    return deleted


def _take_over(confirmation: EmailConfirmation, *, now: datetime) -> None:
    """Make the confirmed address the person's own.

    :raises AddressUnusable: another person has it by now.
    """
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


def _open(user: User, subject_uuid: UUID | None) -> QuerySet[EmailConfirmation]:
    whose = {"subject_uuid": subject_uuid} if subject_uuid else {"user": user, "subject_uuid": None}
    return EmailConfirmation.objects.filter(**whose, ended_at__isnull=True)


def _note(user: User, email: str, *, now: datetime) -> None:
    User.objects.filter(pk=user.pk).update(requested_email=email, modified=now)
    user.requested_email = email


def _uuid_of(code: str) -> UUID | None:
    try:
        return UUID(signing.Signer(salt=SALT).unsign(code))
    except (signing.BadSignature, ValueError):
        return None


def _record(kind: Kind, confirmation: EmailConfirmation, *, actor: User, now: datetime) -> None:
    about = {"user_uuid": confirmation.user.uuid.hex, "hook": confirmation.subject_uuid is not None}
    events.record(kind, confirmation, actor=actor, now=now, payload=about)
