"""People as other identity services tell of them: federated instances, national infrastructures.

Each source tells of attributes; who told an attribute last is kept with it (`attribute_sources`),
and which sources know the person (`active_isds`). When a source lets a person go, what it told is
forgotten. The rules are those that the published client's documentation states.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.db import transaction

from common.errors import Forbidden, Invalid, Missing
from identity import event_kinds as kinds
from identity.models import User
from identity.services import emails, told, users

if TYPE_CHECKING:
    from collections.abc import Mapping


PREFIX = "isd:"
"""What the name of every source begins with; who came here through one is registered by it."""

POLICY = "all_isds_removed"
GONE = f"(policy: {POLICY})"
"""How the reason ends why somebody was shut out whom no source knows any more."""

STALE_AFTER = timedelta(days=30)


class NotYourSource(Forbidden):
    """The actor may not speak for the source."""

    code = "not_your_source"


class Privileged(Forbidden):
    """Staff, support and identity managers are not for others to describe."""

    code = "privileged_user"


class UnknownUser(Missing):
    """Nobody has that user name."""

    code = "unknown_user"


class Deactivated(Invalid):
    """The person was shut out, and not for want of a source."""

    code = "deactivated"


@dataclass(frozen=True)
class PushResult:
    """What a push came to: who it was about, whether they were new, and what of them changed."""

    user: User
    created: bool
    updated_fields: list[str]


@transaction.atomic
def push(
    *, username: str, source: str, attributes: Mapping[str, Any], actor: User, now: datetime
) -> PushResult:
    """Take what a source tells of a person; register them if they are new.

    Telling the same again changes nothing but, once a day, when it was confirmed; telling nothing
    empties only what the source itself has told. Somebody who was shut out because no source knew
    them any more is let in again.

    Of people who are here without the actor's sources nothing is changed, nor that a further source
    knows them: that is for staff to say, since it gives sight of the person. The answer names the
    person all the same, as federated agents give roles by it.

    :raises NotYourSource: the actor does not manage the source.
    :raises Privileged: the person is of the staff, and the actor is not.
    :raises Deactivated: somebody shut the person out.
    :raises told.CivilNumberTaken: another person has the civil number.
    """
    _check_source(actor, source)
    email = attributes.get("email", "")
    if not emails.is_free(email, but=User.objects.filter(username=username).first()):
        # Somebody else has it here: who is told of is not refused for that, but does not get it.
        attributes = {name: value for name, value in attributes.items() if name != "email"}
        email = ""
    user, is_new = _found_or_made(username, email, source, actor=actor, now=now)
    _check_rank(actor, user)
    if not is_new and not _is_theirs(actor, user):
        _refuse_inactive(user)
        return PushResult(user=user, created=False, updated_fields=[])
    _let_in(user, actor=actor, now=now)
    updated = told.take(user, attributes, source=source, actor=actor, now=now, is_new=is_new)
    return PushResult(user=user, created=is_new, updated_fields=updated)


@transaction.atomic
def remove(*, username: str, source: str, actor: User, now: datetime) -> tuple[User, bool]:
    """Forget what a source told of a person; return them, and whether that shuts them out.

    It does when no other source knows them, unless they came here by themselves: then they may
    stay. The second time nothing happens.

    :raises NotYourSource: the actor does not manage the source.
    :raises UnknownUser: nobody has the user name.
    :raises Privileged: the person is of the staff, and the actor is not.
    """
    _check_source(actor, source)
    user = User.objects.select_for_update(no_key=True).filter(username=username).first()
    if user is None:
        raise UnknownUser("User with this username was not found.")
    _check_rank(actor, user)
    if source not in user.active_isds:
        return user, False
    signed = user.attribute_sources
    theirs = sorted(
        name for name, signature in signed.items() if told.source_of(signature) == source
    )
    for name in theirs:
        if name in told.ATTRIBUTES:
            column: Any = User._meta.get_field(name)
            setattr(user, name, column.get_default())
    user.attribute_sources = {name: signed[name] for name in signed if name not in theirs}
    user.active_isds = [other for other in user.active_isds if other != source]
    fields = {*theirs, "active_isds"} & {*told.ATTRIBUTES, "active_isds"}
    told.save(user, {*fields, "attribute_sources"})
    told.record(kinds.USER_UPDATED, user, source, actor=actor, now=now, fields=sorted(fields))
    came_by_source = user.registration_method.startswith(PREFIX)
    goes = user.is_active and not user.active_isds and came_by_source
    if goes:
        reason = f"Identity source '{source}' removed {GONE}"
        users.deactivate(user, reason=reason, actor=actor, now=now)
    return user, goes


def status_of(user: User, *, now: datetime) -> dict[str, Any]:
    """Return what the sources told of a person, when, and whether that is long ago."""
    signatures = {
        name: {
            "source": told.source_of(signature),
            "timestamp": str(signature.get("timestamp", "")),
            "age_days": round(told.age_of(signature, now) / timedelta(days=1), 1),
            "is_stale": told.age_of(signature, now) > STALE_AFTER,
        }
        for name, signature in sorted(user.attribute_sources.items())
    }
    return {
        "active_isds": user.active_isds,
        "managed_isds": user.managed_isds,
        "is_federated": bool(user.active_isds),
        "attribute_sources": signatures,
        "stale_attributes": [name for name, signed in signatures.items() if signed["is_stale"]],
        "effective_bridge_fields": list(told.ATTRIBUTES),
    }


def statistics(*, now: datetime) -> dict[str, Any]:
    """Return how many people each source knows, and who manages the sources."""
    federated = User.objects.exclude(active_isds=[])
    people = list(federated.values_list("active_isds", "attribute_sources", "is_active"))
    sources = sorted({source for active, _, _ in people for source in active})
    managers = User.objects.filter(is_identity_manager=True, is_active=True).order_by("username")
    return {
        "enabled": True,
        "allowed_attributes": list(told.ATTRIBUTES),
        "deactivation_policy": POLICY,
        "stale_threshold_days": STALE_AFTER.days,
        "total_federated_users": len(people),
        "total_active_federated_users": sum(is_active for _, _, is_active in people),
        "users_per_isd": [
            _known_to(source, [signed for active, signed, _ in people if source in active], now)
            for source in sources
        ],
        "identity_managers": [
            {"uuid": user.uuid, "full_name": user.full_name, "managed_isds": user.managed_isds}
            for user in managers
        ],
    }


def _known_to(source: str, signed: list[dict[str, Any]], now: datetime) -> dict[str, Any]:
    """Return how many people a source knows, and since when the oldest was not confirmed."""
    latest = [
        max(
            (str(s.get("timestamp", "")) for s in one.values() if told.source_of(s) == source),
            default="",
        )
        for one in signed
    ]
    stale = [moment for moment in latest if moment and told.since(moment, now) > STALE_AFTER]
    return {
        "isd": source,
        "user_count": len(signed),
        "stale_user_count": len(stale),
        "oldest_sync": min(filter(None, latest), default=None),
    }


def _check_source(actor: User, source: str) -> None:
    if actor.is_staff or (actor.is_identity_manager and source in actor.managed_isds):
        return
    raise NotYourSource("You do not have permission to perform this action.")


def _check_rank(actor: User, user: User) -> None:
    if not actor.is_staff and (user.is_staff or user.is_support or user.is_identity_manager):
        raise Privileged("You do not have permission to perform this action.")


def _is_theirs(actor: User, user: User) -> bool:
    """Tell whether a source of the actor's brought or knows somebody; staff speak for them all.

    Otherwise whoever speaks for any source could rename everybody, and read what sources' managers
    read.
    """
    sources = {*user.active_isds, user.registration_method}
    return actor.is_staff or not sources.isdisjoint(actor.managed_isds)


def _refuse_inactive(user: User) -> None:
    """See that somebody is not shut out.

    :raises Deactivated: they are.
    """
    if not user.is_active:
        raise Deactivated({"username": ["This user was deactivated."]})


def _let_in(user: User, *, actor: User, now: datetime) -> None:
    """Let somebody in again who was shut out for want of a source.

    :raises Deactivated: they were shut out for another reason.
    """
    if user.is_active:
        return
    if not user.deactivation_reason.endswith(GONE):
        _refuse_inactive(user)
    users.activate(user, actor=actor, now=now)
    user.is_active, user.deactivation_reason = True, ""


def _found_or_made(
    username: str, email: str, source: str, *, actor: User, now: datetime
) -> tuple[User, bool]:
    """Return the person of a name, locked, and whether they are new; of two calls one adds them."""
    people = User.objects.select_for_update(no_key=True).filter(username=username)
    user = people.first()
    if user is not None:
        return user, False
    try:
        with transaction.atomic():
            made = users.create(
                username=username,
                email=email,
                registration_method=source[:50],
                notifications_enabled=False,
                actor=actor,
                now=now,
            )
    except users.LoginNameTaken:
        return people.get(), False
    return made, True
