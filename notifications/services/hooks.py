"""Hooks: made, changed, tried out and removed by those to whom they send."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import transaction

from common import changes, locks
from common.errors import Conflict, Invalid
from common.mailboxes import mailbox_of, read_list
from common.sealing import seal
from identity import events
from identity.models import Customer, Event, Grant, User
from identity.roles import ScopeType
from identity.services import emails
from notifications import destinations
from notifications import event_kinds as kinds
from notifications.models import EmailHook, Hook, WebHook
from notifications.models.hook import ContentType, HookType
from notifications.services.hook_planning import locked_position
from notifications.signatures import new_secret

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from identity.event_catalogue import Kind

MOST_HOOKS = 50
"""Of an organization, and of a person for themselves."""

NO_EVENTS_CHOSEN = "Please specify list of event_types or event_groups."


class BadDestination(Invalid):
    """Nothing may be sent there."""

    code = "bad_destination"


class StrangersAddress(Invalid):
    """The address is neither the author's nor one of the organisation or its people."""

    code = "strangers_address"


class NoEventsChosen(Invalid):
    """The hook would never be sent anything."""

    code = "nothing_asked"


class TooMany(Conflict):
    """The person or the organisation has as many hooks as there may be."""

    code = "too_many_hooks"


class Inactive(Conflict):
    """The hook is switched off."""

    code = "hook_inactive"


class HookGone(Conflict):
    """The hook was removed meanwhile."""

    code = "hook_gone"


@transaction.atomic
def create_web(
    *,
    destination_url: str,
    actor: User,
    now: datetime,
    customer: Customer | None = None,
    content_type: str = ContentType.JSON,
    **fields: Any,
) -> tuple[WebHook, str]:
    """Have events posted to somebody, or to their organisation; return the secret as well.

    The secret signs what is sent; it cannot be shown again.

    :raises BadDestination: nothing may be sent there.
    :raises NoEventsChosen: there are no events that it would be sent.
    :raises TooMany: there are too many already.
    """
    _check_destination(destination_url)
    secret = new_secret()
    hook = WebHook(
        hook_type=HookType.WEB.value,
        destination_url=destination_url,
        content_type=ContentType(content_type).value,
        sealed_secret=seal(secret),
    )
    _add(hook, customer=customer, actor=actor, now=now, fields=fields)
    return hook, secret


@transaction.atomic
def create_email(
    *, email: str, actor: User, now: datetime, customer: Customer | None = None, **fields: Any
) -> EmailHook:
    """Have events mailed to an address, once whoever reads it has confirmed it.

    The actor's own address is confirmed already.

    :raises StrangersAddress: the address is nobody's who is concerned.
    :raises NoEventsChosen: there are no events that it would be sent.
    :raises TooMany: there are too many already.
    """
    _check_address(email, customer, actor=actor)
    hook = EmailHook(hook_type=HookType.EMAIL.value, email=email)
    hook.email_confirmed_at = now if _is_own(email, actor) else None
    _add(hook, customer=customer, actor=actor, now=now, fields=fields)
    _have_confirmed(hook, actor=actor, now=now)
    return hook


@transaction.atomic
def change(hook: Hook, *, actor: User, now: datetime, wanted: Mapping[str, Any]) -> None:
    """Change where a hook leads, which events it is sent, or whether it is.

    One that is switched on again is sent what happens from then on, and what it was to be
    sent before; it begins anew, as if it had never failed.

    :raises HookGone: it was removed meanwhile.
    :raises BadDestination: nothing may be sent there.
    :raises StrangersAddress: the address is nobody's who is concerned.
    :raises NoEventsChosen: there are no events that it would be sent.
    """
    locked_position(now=now)
    locked = _locked(hook)
    changed = changes.differing(locked, wanted)
    if not changed:
        if "email" in wanted:  # the link is wanted again
            _have_confirmed(locked, actor=actor, now=now)
        return
    if "destination_url" in changed:
        _check_destination(changed["destination_url"])
    changed |= _new_address(locked, changed, actor=actor, now=now)
    if changed.get("is_active"):
        changed |= {"active_since": now}
    if not changed.keys().isdisjoint(("is_active", "destination_url", "email")):
        changed |= {"failures": 0, "failing_since": None, "paused_until": None}
    changes.assign(locked, changed)
    _check_events(locked)
    locked.save(update_fields=[*changed, "modified"])
    kind = kinds.WEB_HOOK_UPDATED if _is_web(locked) else kinds.EMAIL_HOOK_UPDATED
    _record(kind, locked, actor=actor, now=now, fields=sorted(wanted))
    if "email" in changed:
        _have_confirmed(locked, actor=actor, now=now)


@transaction.atomic
def remove(hook: Hook, *, actor: User, now: datetime) -> None:
    """Forget a hook, with what it was still to be sent.

    :raises HookGone: somebody else did.
    """
    locked_position(now=now)
    locked = _locked(hook)
    kind = kinds.WEB_HOOK_REMOVED if _is_web(locked) else kinds.EMAIL_HOOK_REMOVED
    _record(kind, locked, actor=actor, now=now)
    emails.forget(locked.uuid)
    locked.delete()


@transaction.atomic
def rotate_secret(
    hook: WebHook, *, overlap: timedelta = timedelta(days=1), actor: User, now: datetime
) -> str:
    """Give a hook another secret and return it; for the time of `overlap` both sign.

    :raises HookGone: it was removed meanwhile.
    """
    locked, secret = _locked(hook), new_secret()
    locked.sealed_previous, locked.previous_until = locked.sealed_secret, now + overlap
    if not overlap:
        locked.sealed_previous, locked.previous_until = "", None
    locked.sealed_secret = seal(secret)
    locked.save(update_fields=["sealed_secret", "sealed_previous", "previous_until", "modified"])
    _record(kinds.WEB_HOOK_SECRET_ROTATED, locked, actor=actor, now=now)
    return secret


@transaction.atomic
def give_up_secret(hook: Hook, *, now: datetime) -> None:
    """Replace a secret that nobody can open any more, and switch the hook off.

    Its owner has to rotate the secret to see one, and to switch it on again.

    :raises HookGone: it was removed meanwhile.
    """
    locked = _locked(hook)
    locked.sealed_secret, locked.is_active = seal(new_secret()), False
    locked.sealed_previous, locked.previous_until = "", None
    columns = ["sealed_secret", "is_active", "sealed_previous", "previous_until", "modified"]
    locked.save(update_fields=columns)
    _record(kinds.WEB_HOOK_SECRET_ROTATED, locked, actor=None, now=now)


@transaction.atomic
def ping(hook: WebHook, *, actor: User, now: datetime) -> Event:
    """Have a hook sent that it was pinged, in its turn.

    :raises HookGone: it was removed meanwhile.
    :raises Inactive: it is switched off.
    """
    locked = _locked(hook)
    if not locked.is_active:
        raise Inactive("The hook is switched off.")
    return _record(kinds.WEB_HOOK_PINGED, locked, actor=actor, now=now)


@transaction.atomic
def end(hook: Hook, *, now: datetime) -> None:
    """Switch a hook off whose receiver says that it is gone for good (HTTP 410)."""
    ended = Hook.objects.filter(pk=hook.pk, is_active=True).update(is_active=False, modified=now)
    if ended:
        _record(kinds.WEB_HOOK_GONE, hook, actor=None, now=now)


def _add(
    hook: Hook,
    *,
    customer: Customer | None,
    actor: User,
    now: datetime,
    fields: Mapping[str, Any],
) -> None:
    """Save a new hook; the planner waits, so that nothing that happens from now on is missed."""
    locked_position(now=now)
    _check_number(
        actor, {"customer": customer} if customer else {"author": actor, "customer": None}
    )
    hook.author, hook.customer = actor, customer
    hook.created = hook.active_since = now
    for name, value in fields.items():
        setattr(hook, name, value)
    _check_events(hook)
    hook.save(force_insert=True)
    kind = kinds.WEB_HOOK_CREATED if _is_web(hook) else kinds.EMAIL_HOOK_CREATED
    _record(kind, hook, actor=actor, now=now)


def _check_number(author: User, whose: Mapping[str, Any]) -> None:
    if Hook.objects.filter(**whose).count() >= MOST_HOOKS:
        owner = "an organization" if whose["customer"] else "one person"
        raise TooMany(f"There may be at most {MOST_HOOKS} hooks of {owner}: remove one.")
    most = settings.HOOKS_PER_PERSON
    if Hook.objects.filter(author=author).count() >= most:
        raise TooMany(f"One person may make at most {most} hooks, for themselves and others.")


def _check_events(hook: Hook) -> None:
    if not (hook.event_types or hook.event_kinds or hook.event_groups):
        raise NoEventsChosen({"non_field_errors": [NO_EVENTS_CHOSEN]})


def _check_destination(url: str) -> None:
    try:
        destinations.read(url, allow_private=settings.WEBHOOK_ALLOW_PRIVATE)
    except destinations.NotAllowed as error:
        raise BadDestination({"destination_url": [error.detail]}) from error


def _check_address(email: str, customer: Customer | None, *, actor: User) -> None:
    """Refuse to have strangers mailed: whoever gets mail of ours has to do with the service."""
    if actor.is_staff or mailbox_of(email) == mailbox_of(actor.email):
        return
    if customer is not None and mailbox_of(email) in _addresses(customer):
        return
    raise StrangersAddress(
        {"email": ["Enter your own address, or one of the organization or its members."]}
    )


def _new_address(
    hook: Hook, changed: Mapping[str, Any], *, actor: User, now: datetime
) -> dict[str, Any]:
    """Check the address that a hook is to have, and return whether it is confirmed with that."""
    if "email" not in changed:
        return {}
    _check_address(changed["email"], hook.customer, actor=actor)
    return {"email_confirmed_at": now if _is_own(changed["email"], actor) else None}


def _is_own(email: str, actor: User) -> bool:
    return bool(email) and mailbox_of(email) == mailbox_of(actor.email)


def _have_confirmed(hook: Hook, *, actor: User, now: datetime) -> None:
    if hook.email and hook.email_confirmed_at is None:
        emails.request_confirmation(actor, hook.email, subject_uuid=hook.uuid, actor=actor, now=now)


def _addresses(customer: Customer) -> set[str]:
    listed = read_list(customer.notification_emails)
    members = Grant.objects.in_force().filter(customer=customer)
    members = members.filter(scope_type=ScopeType.CUSTOMER, user__is_active=True)
    of_members = members.values_list("user__email", flat=True)
    emails: Sequence[str] = [customer.email, *listed, *of_members]
    return {mailbox_of(email) for email in emails if email}


def _locked(hook: Hook) -> Hook:
    return locks.locked(hook, HookGone("The hook was removed."), no_key=True)


def _is_web(hook: Hook) -> bool:
    return hook.hook_type == HookType.WEB


def _record(
    kind: Kind, hook: Hook, *, actor: User | None, now: datetime, **payload: object
) -> Event:
    """Record what happened to a hook; not its whole address, which may hold a secret."""
    where = hook.email or destinations.host_of(hook.destination_url)
    message = f"Hook to {where}: {kind.verb.replace('_', ' ')}."
    payload = {"hook_uuid": hook.uuid.hex, **payload}
    return events.record(kind, hook, actor=actor, now=now, message=message, payload=payload)
