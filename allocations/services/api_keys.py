"""Keys of resources as people ask for them: asked for, changed, rotated, paused, revoked, seen.

The site makes the keys: a request waits until it is answered (`api_key_reports`), and says so by
the key's state and `pending_action`. Most requests need an offering whose site takes them; a
rotation needs none, since a site that can do nothing else with its keys can do that.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import transaction

from allocations import event_kinds as kinds
from allocations import key_limits
from allocations.lifecycle import API_KEY, ApiKeyAction, ApiKeyState
from allocations.models import ResourceApiKey
from allocations.services import api_key_steps as steps
from allocations.services import membership
from common import changes
from common.errors import Conflict, Invalid
from common.machine import IllegalTransition
from common.sealing import unseal
from identity import events
from identity.models import Grant
from identity.roles import ScopeType
from marketplace.services import locking

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date, datetime

    from django.db.models import QuerySet

    from identity.event_catalogue import Kind
    from identity.models import User
    from marketplace.models import Resource

GOVERNING = ("limits", "allowed_models")
"""What the site has to know of a key, beside that it is there."""


class KeysFixed(Conflict):
    """The offering's site makes its keys with the resource, and takes no wishes but rotations."""

    code = "keys_fixed"


class NotInProject(Invalid):
    """Nobody has a key who does not work in the resource's project."""

    code = "not_in_project"


class NothingToReveal(Conflict):
    """The site has not reported the key's value, or it was dropped."""

    code = "nothing_to_reveal"


class AssignedMeanwhile(Conflict):
    """The key was given to somebody else between asking and reading."""

    code = "assigned_meanwhile"


@transaction.atomic
def request(
    *,
    resource: Resource,
    user: User | None = None,
    limits: Mapping[str, float] | None = None,
    allowed_models: list[str] | None = None,
    actor: User,
    now: datetime,
) -> ResourceApiKey:
    """Ask the site to make a key for a resource, for one person or (None) all of the project.

    :raises Gone: the resource was unlinked meanwhile.
    :raises IllegalTransition: it is terminated.
    :raises KeysFixed: its site takes no such request.
    :raises NotInProject: the person does not work in the project.
    :raises BadAmount: a limit is none, or of a component that the offering does not have.
    """
    held = locking.live_resource(resource)
    _check_provisioned(held)
    _check_requested(held, {"user": user, "limits": limits})
    key = ResourceApiKey.objects.create(
        resource=held,
        user=user,
        limits=limits,
        allowed_models=allowed_models,
        state=ApiKeyState.CREATING,
        pending_action=ApiKeyAction.CREATE.value,
        created=now,
    )
    steps.record_request(key, ApiKeyAction.CREATE, "", actor=actor, now=now)
    return key


@transaction.atomic
def change(key: ResourceApiKey, *, actor: User, now: datetime, **wanted: Any) -> ResourceApiKey:
    """Give a key to somebody else (`user`), or have other `limits` or `allowed_models` applied.

    What concerns the site alone waits with a paused key until that is resumed.

    :raises IllegalTransition: the site is at something else with the key, or it is deleted.
    :raises OtherActionFailed: the site could not do something else before.
    :raises KeysFixed: the site takes no such request; that nobody is to have the key is none.
    :raises NotInProject: the person does not work in the project.
    :raises BadAmount: a limit is none, or of a component that the offering does not have.
    """
    held = steps.locked(key)
    changed = changes.differing(held, wanted)
    if not changed:
        return held
    if changed != {"user": None}:
        _check_provisioned(held.resource)
    _check_requested(held.resource, changed)
    if held.state in {ApiKeyState.DELETING, ApiKeyState.DELETED}:
        raise IllegalTransition("The key is revoked.")
    if changed.keys() & set(GOVERNING) and held.state != ApiKeyState.PAUSED:
        steps.request(held, "update", ApiKeyAction.UPDATE, actor=actor, now=now, **changed)
    else:
        steps.write(held, now=now, **changed)
        _record(
            kinds.API_KEY_CHANGED, held, "changed", actor=actor, now=now, fields=sorted(changed)
        )
    return held


@transaction.atomic
def rotate(key: ResourceApiKey, *, actor: User, now: datetime) -> None:
    """Have the site put another value in the place of the key's.

    :raises IllegalTransition: it is not possible in the key's state.
    :raises OtherActionFailed: the site could not do something else before.
    """
    steps.request(steps.locked(key), "rotate", ApiKeyAction.ROTATE, actor=actor, now=now)


@transaction.atomic
def pause(key: ResourceApiKey, *, actor: User, now: datetime) -> None:
    """Have the site refuse the key until it is resumed.

    :raises IllegalTransition: it is not possible in the key's state.
    :raises OtherActionFailed: the site could not do something else before.
    :raises KeysFixed: the site takes no such request.
    """
    held = steps.locked(key)
    _check_provisioned(held.resource)
    steps.request(held, "pause", ApiKeyAction.PAUSE, paused_by_limit=False, actor=actor, now=now)


@transaction.atomic
def resume(key: ResourceApiKey, *, actor: User, now: datetime) -> None:
    """Have the site accept a paused key again, with the limits and models that it has now.

    :raises IllegalTransition: it is not possible in the key's state.
    :raises OtherActionFailed: the site could not do something else before.
    """
    held = steps.locked(key)
    steps.request(held, "resume", ApiKeyAction.RESUME, paused_by_limit=False, actor=actor, now=now)


@transaction.atomic
def revoke(key: ResourceApiKey, *, actor: User, now: datetime) -> None:
    """Have the site take a key away; one that it has not made, or could not, is deleted at once.

    :raises IllegalTransition: it is not possible in the key's state.
    :raises KeysFixed: the site takes no such request.
    """
    held = steps.locked(key)
    if held.pending_action == ApiKeyAction.CREATE:
        steps.delete(held, "revoke", actor=actor, now=now)
        return
    API_KEY.check("revoke", ApiKeyState(held.state))
    _check_provisioned(held.resource)
    steps.request(held, "revoke", ApiKeyAction.DELETE, actor=actor, now=now)


@transaction.atomic
def retry(key: ResourceApiKey, *, actor: User, now: datetime) -> None:
    """Have the site try again what it could not do with an erred key; or look again, if nothing.

    :raises IllegalTransition: the key is not erred.
    """
    held = steps.locked(key)
    API_KEY.check("retry", ApiKeyState(held.state))
    pending = ApiKeyAction(held.pending_action or ApiKeyAction.UPDATE)
    steps.request(held, "retry", pending, actor=actor, now=now)


@transaction.atomic
def reveal(key: ResourceApiKey, *, actor: User, now: datetime) -> str:
    """Return the key's value, and record who has seen it.

    :raises AssignedMeanwhile: it is not the key any more that the caller asked for.
    :raises NothingToReveal: there is no value.
    :raises Unreadable: it was sealed under a key that the service no longer has.
    """
    held = steps.locked(key)
    if held.user_id != key.user_id:
        raise AssignedMeanwhile("The key was given to somebody else meanwhile.")
    if not held.sealed:
        raise NothingToReveal("There is no value of this key.")
    value = unseal(held.sealed)
    _record(kinds.API_KEY_REVEALED, held, "was revealed", actor=actor, now=now)
    return value


@transaction.atomic
def give_up_value(key: ResourceApiKey, *, now: datetime) -> None:
    """Forget a value that nobody can open any more; a rotation brings another one.

    :raises Gone: the key went with its resource.
    """
    held = steps.locked(key)
    steps.write(held, now=now, sealed="")
    _record(kinds.API_KEY_CHANGED, held, "lost its value here", actor=None, now=now)


@transaction.atomic
def close_all(resource: Resource, *, now: datetime) -> None:
    """Delete the keys of a resource that has ended: nothing is left that they could open."""
    for key in resource.api_keys.held().order_by("pk"):
        held = steps.locked(key)
        if held.state != ApiKeyState.DELETED:
            steps.delete(held, "close", actor=None, now=now)


def usage_totals(keys: QuerySet[ResourceApiKey], *, month: date) -> key_limits.Amounts:
    """Return what some keys were used for in a month, by component."""
    used = ResourceApiKey.objects.used_in(month).filter(pk__in=keys.values("pk"))
    return key_limits.total(used.values_list("current_usages", flat=True))


def _check_provisioned(resource: Resource) -> None:
    """Refuse a request that the resource's site does not take.

    :raises KeysFixed: it takes rotations only.
    """
    if not steps.is_provisioned(resource.offering):
        raise KeysFixed("The keys of this offering can be rotated only.")


def _check_requested(resource: Resource, requested: dict[str, Any]) -> None:
    """Refuse a person who does not work in the project, and limits that are none.

    :raises NotInProject: the person does not.
    :raises BadAmount: a limit is none, or of a component that the offering does not have.
    """
    if (user := requested.get("user")) and not _works_in(resource, user):
        raise NotInProject({"user": ["This person does not work in the resource's project."]})
    if limits := requested.get("limits"):
        known = set(resource.offering.components.values_list("type", flat=True))
        key_limits.check("limits", limits, known=known)


def _works_in(resource: Resource, user: User) -> bool:
    """Tell whether somebody has a role in the resource's project, or its organisation."""
    grants = Grant.objects.in_force().on(ScopeType.CUSTOMER, resource.project.customer_id)
    of_customer = grants.filter(user=user, user__is_active=True)
    return membership.members(resource.project).filter(pk=user.pk).exists() or of_customer.exists()


def _record(
    kind: Kind,
    key: ResourceApiKey,
    words: str,
    *,
    actor: User | None,
    now: datetime,
    **more: object,
) -> None:
    events.record(
        kind,
        key,
        actor=actor,
        now=now,
        message=f"API key {key} of {key.resource.name} {words}.",
        payload=steps.payload_of(key, **more),
    )
