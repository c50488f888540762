"""Keys of resources as sites report them: made, replaced, paused, resumed, deleted, used, failed.

A site applies a value before it reports it, so the value that was reported last is the one that
works: it is kept whatever else was wished meanwhile, and also if nobody wished for another.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from allocations import event_kinds as kinds
from allocations import key_limits
from allocations.lifecycle import ANSWERED_BY, API_KEY, ApiKeyAction, ApiKeyState
from allocations.models import ResourceApiKey
from allocations.services import api_key_steps as steps
from common import storing
from common.errors import Conflict, Invalid
from common.redaction import without_secrets
from common.sealing import Unreadable, seal, unseal
from identity import events
from marketplace.services import locking

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date, datetime

    from identity.event_catalogue import Kind
    from identity.models import User
    from marketplace.models import Resource


class ClientIdMissing(Invalid):
    """The public half of a new key is not known yet."""

    code = "client_id_missing"


class ClientIdTaken(Conflict):
    """Another key of the resource has the public half."""

    code = "client_id_taken"


class OtherActionAwaited(Conflict):
    """The site was asked for something else, which this does not answer."""

    code = "other_action_awaited"


class WrongMonth(Invalid):
    """A later month was reported already, or the month has not begun."""

    code = "wrong_month"


@transaction.atomic
def report_created(
    *, resource: Resource, client_id: str, api_key: str, actor: User, now: datetime
) -> ResourceApiKey:
    """Keep a key that the site has made of its own accord; one it has reported already is renewed.

    :raises Gone: the resource was unlinked meanwhile.
    :raises IllegalTransition: it is terminated; or the key is paused or to be deleted.
    """
    held = locking.live_resource(resource)
    known = held.api_keys.held().filter(client_id=client_id).first()
    if known is not None:
        return set_key(known, api_key=api_key, actor=actor, now=now)
    key = ResourceApiKey.objects.create(
        resource=held,
        client_id=client_id,
        sealed=seal(api_key),
        state=ApiKeyState.OK,
        issued_at=now,
        created=now,
    )
    _record(kinds.API_KEY_CREATED, key, "is there", "", actor=actor, now=now)
    return key


@transaction.atomic
def set_key(
    key: ResourceApiKey, *, api_key: str, client_id: str = "", actor: User, now: datetime
) -> ResourceApiKey:
    """Keep the value of a key that was made or rotated; the same one again changes nothing.

    :raises IllegalTransition: the key is paused, deleted, or to be.
    :raises ClientIdMissing: its public half is not known.
    :raises ClientIdTaken: another key has it.
    """
    held = steps.locked(key)
    source, before = ApiKeyState(held.state), held.client_id
    API_KEY.check("set_key", source, ApiKeyState.OK)
    if not (client_id or before):
        raise ClientIdMissing({"client_id": ["Say the client_id of a new key."]})
    is_same = _opens(held, api_key) and client_id in {"", before}
    if is_same and source is ApiKeyState.OK:
        return held
    was_made = held.pending_action == ApiKeyAction.CREATE
    columns: dict[str, object] = {
        "sealed": seal(api_key),
        "client_id": client_id or before,
        "issued_at": now,
    }
    if source is ApiKeyState.OK or held.pending_action in ANSWERED_BY["set_key"]:
        columns |= {"state": ApiKeyState.OK, "pending_action": "", "error_message": ""}
    taken = ClientIdTaken("Another key of the resource has this client_id.")
    with storing.refusing(one_api_key_per_client_id=taken):
        steps.write(held, now=now, **columns)
    kind = kinds.API_KEY_CREATED if was_made else kinds.API_KEY_ROTATED
    words = "is there" if was_made else "has another value"
    _record(kind, held, words, source, actor=actor, now=now)
    return held


@transaction.atomic
def set_ok(key: ResourceApiKey, *, actor: User, now: datetime) -> ResourceApiKey:
    """Say that the site accepts a resumed key again, or has applied its new limits and models.

    :raises IllegalTransition: it is not possible in the key's state.
    :raises OtherActionAwaited: the site was asked for something else.
    """
    held, source = _answered(key, "set_ok", ApiKeyState.OK, now=now)
    _record(kinds.API_KEY_OK, held, "is accepted", source, actor=actor, now=now)
    return held


@transaction.atomic
def set_paused(key: ResourceApiKey, *, actor: User, now: datetime) -> ResourceApiKey:
    """Say that the site refuses a key that was to be paused.

    :raises IllegalTransition: it is not possible in the key's state.
    :raises OtherActionAwaited: the site was asked for something else.
    """
    held, source = _answered(key, "set_paused", ApiKeyState.PAUSED, now=now)
    _record(kinds.API_KEY_PAUSED, held, "is paused", source, actor=actor, now=now)
    return held


@transaction.atomic
def set_deleted(key: ResourceApiKey, *, actor: User, now: datetime) -> ResourceApiKey:
    """Say that the site has taken a key away; its value is dropped.

    :raises IllegalTransition: it is not possible in the key's state.
    :raises OtherActionAwaited: the site was asked for something else.
    """
    held = steps.locked(key)
    _check_answer(held, "set_deleted")
    steps.delete(held, "set_deleted", actor=actor, now=now)
    return held


@transaction.atomic
def set_erred(
    key: ResourceApiKey, *, error_message: str, actor: User, now: datetime
) -> ResourceApiKey:
    """Say that the site could not do what was wished, and why; it can be wished again.

    :raises IllegalTransition: nothing is wished.
    """
    held = steps.locked(key)
    source = ApiKeyState(held.state)
    API_KEY.check("set_erred", source, ApiKeyState.ERRED)
    why = without_secrets(error_message)
    steps.write(held, now=now, state=ApiKeyState.ERRED, error_message=why)
    words = f"is erred: the site could not {held.pending_action} it"
    _record(
        kinds.API_KEY_ERRED, held, words, source, actor=actor, now=now, action=held.pending_action
    )
    return held


@transaction.atomic
def report_usage(
    key: ResourceApiKey,
    *,
    usages: Mapping[str, float],
    billing_period: date | None = None,
    actor: User,
    now: datetime,
) -> ResourceApiKey:
    """Keep what a key was used for in a month so far, which may have it paused or resumed.

    What is not named stays; a new month begins with nothing. It is kept of deleted keys too.

    :raises BadAmount: something is no usage, or of a component that the offering does not have.
    :raises WrongMonth: a later month was reported already, or this one has not begun.
    """
    held = steps.locked(key)
    known = set(held.resource.offering.components.values_list("type", flat=True))
    key_limits.check("usages", usages, known=known)
    month = (billing_period or now.date()).replace(day=1)
    if month > now.date() or (held.usage_period and month < held.usage_period):
        raise WrongMonth({"billing_period": ["A later month was reported, or it is to come."]})
    before = (held.current_usages or {}) if held.usage_period == month else {}
    merged = {**before, **usages}
    if (held.usage_period, held.current_usages) != (month, merged):
        _keep_usage(held, month, merged)
        _record(
            kinds.API_KEY_USAGE_REPORTED,
            held,
            f"was used in {month:%Y-%m}",
            held.state,
            actor=actor,
            now=now,
            month=month.isoformat(),
            usages=dict(usages),
        )
    _heed_limits(held, merged, actor=actor, now=now)
    return held


def _keep_usage(key: ResourceApiKey, month: date, usages: dict[str, float]) -> None:
    """Write usage without touching `modified`, by which sites find what they left undone."""
    ResourceApiKey.objects.filter(pk=key.pk).update(usage_period=month, current_usages=usages)
    key.usage_period, key.current_usages = month, usages


def _heed_limits(
    key: ResourceApiKey, usages: dict[str, float], *, actor: User, now: datetime
) -> None:
    """Have a key paused that has used up a limit, and resumed that was paused for it and has not.

    While the site is at something else with the key nothing is asked; the next report comes.
    """
    is_over = key_limits.is_reached(key.limits, usages)
    if is_over and key.state == ApiKeyState.OK and steps.is_provisioned(key.resource.offering):
        steps.request(key, "pause", ApiKeyAction.PAUSE, paused_by_limit=True, actor=actor, now=now)
    elif not is_over and key.state == ApiKeyState.PAUSED and key.paused_by_limit:
        steps.request(
            key, "resume", ApiKeyAction.RESUME, paused_by_limit=False, actor=actor, now=now
        )


def _answered(
    key: ResourceApiKey, step: str, to: ApiKeyState, *, now: datetime
) -> tuple[ResourceApiKey, ApiKeyState]:
    """Move a key to where the answer to a request leads; return it, and where it stood.

    :raises IllegalTransition: it is not possible in the key's state.
    :raises OtherActionAwaited: the site was asked for something else.
    """
    held = steps.locked(key)
    source = ApiKeyState(held.state)
    API_KEY.check(step, source, to)
    _check_answer(held, step)
    steps.write(held, now=now, state=to, pending_action="", error_message="")
    return held, source


def _check_answer(held: ResourceApiKey, step: str) -> None:
    """Refuse a report that answers another request than the site was asked for.

    :raises IllegalTransition: it is not possible in the key's state.
    :raises OtherActionAwaited: the site was asked for something else.
    """
    API_KEY.check(step, ApiKeyState(held.state))
    if held.pending_action not in ANSWERED_BY[step]:
        raise OtherActionAwaited(f"The site was asked to {held.pending_action} the key.")


def _opens(key: ResourceApiKey, value: str) -> bool:
    """Tell whether a value is the one that is kept; what cannot be read any more is another."""
    try:
        return bool(key.sealed) and unseal(key.sealed) == value
    except Unreadable:
        return False


def _record(
    kind: Kind,
    key: ResourceApiKey,
    words: str,
    source: str,
    *,
    actor: User,
    now: datetime,
    **more: object,
) -> None:
    events.record(
        kind,
        key,
        actor=actor,
        now=now,
        source=source,
        target=key.state,
        message=f"API key {key} of {key.resource.name} {words}.",
        payload=steps.payload_of(key, **more),
    )
