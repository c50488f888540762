"""Asking the federation's registry for people, and taking what it says of them.

A person waits for the answer, which no other question here does but a login's. So the registry is
asked outside of any transaction, by few threads at once, so often a minute for each who asks, and
after a failure not at all for a moment, or not for the person whom alone it failed to describe.
Whom it does not know is not asked for again for a minute, nor whom it has just described.
"""

from __future__ import annotations

import logging
from threading import BoundedSemaphore
from typing import TYPE_CHECKING

from django.conf import settings
from django.core.cache import cache
from django.db import transaction

from common.errors import Away, Conflict, Missing, TooOften
from identity.cuids import digest
from identity.models import LinkedIdentity, User
from identity.oidc import registry
from identity.oidc.registry import RegistryFails, UnknownToRegistry
from identity.services import cuids, emails, logins, told, users

if TYPE_CHECKING:
    from datetime import datetime

    from identity.oidc.registry import Registered

log = logging.getLogger(__name__)

SOURCE = "isd:registry"
"""Which source of identity the registry is; who came here by it is registered so."""

REMEMBERED_SECONDS = 60
ASKING = BoundedSemaphore(1)
"""How many threads of a process may wait for the registry: others have to be served meanwhile."""

SEAT_SECONDS = 1.0
"""How long is waited for the thread before."""


class UnknownCuid(Missing):
    """Nobody has that CUID, as far as may be told."""

    code = "unknown_cuid"

    def __init__(self) -> None:
        """Say it in Waldur's words, whatever the reason is."""
        super().__init__("Eduteams error: Unable to get user info.")


class RegistryAway(Away):
    """The registry does not answer now."""

    code = "registry_away"

    def __init__(self, seconds: int) -> None:
        """Take in how many seconds it is asked again."""
        super().__init__(
            "The registry of people does not answer at the moment, so it cannot be said whether"
            f" somebody has this CUID. Try again in {seconds} second{'s' * (seconds != 1)}.",
            retry_after=seconds,
        )


class LookedUpTooOften(TooOften):
    """The actor has had so many CUIDs looked up that they have to wait."""

    code = "looked_up_too_often"


class RegistryOff(Conflict):
    """No registry is configured."""

    code = "registry_off"


class WithoutCuid(Conflict):
    """The person has no name that a registry would know."""

    code = "no_cuid"


def find(cuid: str, *, actor: User, now: datetime) -> User:
    """Return the person whom the registry knows by a CUID, registered here with what it says.

    :raises UnknownCuid: it knows nobody by it, none can be asked, or they may not come in.
    :raises RegistryAway: it does not answer.
    :raises LookedUpTooOften: the actor has to wait.
    """
    was_removed = LinkedIdentity.objects.filter(cuid=logins.forgotten("", cuid.upper())).exists()
    if was_removed or not registry.is_askable(cuid):
        raise UnknownCuid
    return _register(_ask(cuid, actor), actor=actor, now=now)


def refresh(user: User, *, actor: User, now: datetime) -> list[str]:
    """Take what the registry says of a person who is here; return which attributes that changed.

    Who was described a minute ago is not asked for again, and who may not come in is not described.

    :raises RegistryOff: there is no registry.
    :raises WithoutCuid: the person has no CUID.
    :raises UnknownCuid: the registry knows nobody by it.
    :raises RegistryAway: it does not answer.
    :raises LookedUpTooOften: the actor has to wait.
    """
    if not settings.CUID_REGISTRY.url:
        raise RegistryOff("No registry of people is configured (CUID_REGISTRY_URL).")
    cuid = cuids.of(user)
    if not registry.is_askable(cuid):
        raise WithoutCuid("This person has no CUID, so the registry knows nothing of them.")
    if not cache.add(_key("described", cuid), value=True, timeout=REMEMBERED_SECONDS):
        return []
    try:
        found = _ask(cuid, actor)
    except Exception:
        cache.delete(_key("described", cuid))
        raise
    return _take(user, found, actor=actor, now=now)


@transaction.atomic
def _register(found: Registered, *, actor: User, now: datetime) -> User:
    """Register a person, unless somebody else did, or they logged in, while it was asked.

    :raises UnknownCuid: they were shut out meanwhile.
    """
    logins.one_at_a_time(found.cuid)
    known = cuids.people_with(found.cuid)
    if known:
        if len(known) > 1 or not known[0].is_active:
            raise UnknownCuid
        return known[0]
    email = found.email if emails.is_free(found.email) else ""
    user = users.create(
        username=found.cuid, email=email, registration_method=SOURCE, actor=actor, now=now
    )
    attributes = {**found.attributes, "email": email}
    told.take(user, attributes, source=SOURCE, actor=actor, now=now, is_new=True)
    return user


@transaction.atomic
def _take(user: User, found: Registered, *, actor: User, now: datetime) -> list[str]:
    held = User.objects.select_for_update(no_key=True).get(pk=user.pk)
    if not held.is_active:
        return []
    attributes = dict(found.attributes)
    if found.email and emails.is_free(found.email, but=held):
        attributes["email"] = found.email
    return told.take(held, attributes, source=SOURCE, actor=actor, now=now)


def _ask(cuid: str, actor: User) -> Registered:
    """Ask the registry, unless it is known already what it would answer.

    :raises UnknownCuid: it knows nobody by the CUID.
    :raises RegistryAway: it does not answer, or did not a moment ago.
    :raises LookedUpTooOften: the actor has to wait.
    """
    unknown, away, silent = _key("unknown", cuid), "registry:away", _key("silent", cuid)
    if cache.get(unknown):
        raise UnknownCuid
    if seconds := cache.get(away) or cache.get(silent):
        raise RegistryAway(seconds)
    _count(actor)
    if not ASKING.acquire(timeout=SEAT_SECONDS):
        raise RegistryAway(1)
    try:
        return registry.ask(settings.CUID_REGISTRY, cuid)
    except UnknownToRegistry as error:
        cache.set(unknown, value=True, timeout=REMEMBERED_SECONDS)
        raise UnknownCuid from error
    except RegistryFails as error:
        log.warning("%s", error.detail)
        cache.set(silent if error.of_one else away, error.rest, error.rest)
        raise RegistryAway(error.rest) from error
    finally:
        ASKING.release()


def _count(actor: User) -> None:
    """Count a question against a minute of its actor's.

    :raises LookedUpTooOften: there were as many as may be.
    """
    key = f"registry:asked:{actor.pk}"
    cache.add(key, 0, REMEMBERED_SECONDS)
    try:
        asked = cache.incr(key)
    except ValueError:  # its minute ended in between
        return
    if asked > settings.CUID_REGISTRY.per_minute:
        raise LookedUpTooOften(
            "You had so many CUIDs looked up in the registry that you have to wait a minute.",
            retry_after=REMEMBERED_SECONDS,
        )


def _key(what: str, cuid: str) -> str:
    return f"registry:{what}:{digest('', cuid.upper())}"
