"""What people's wishes for keys and sites' reports of them have in common."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from allocations import event_kinds as kinds
from allocations.lifecycle import API_KEY, AWAITED, ApiKeyAction, ApiKeyState
from allocations.models import ResourceApiKey
from common import locks
from common.errors import Conflict, Missing
from identity import events

if TYPE_CHECKING:
    from datetime import datetime

    from identity.models import User
    from marketplace.models import Offering

PROVISIONED = "enable_api_key_provisioning"
"""The plugin option of an offering whose site makes, limits, pauses and revokes single keys."""


class KeyGone(Missing):
    """The key went with its resource between reading and locking it."""


class OtherActionFailed(Conflict):
    """The site could not do something else with the key: that can be tried again, or given up."""

    code = "other_action_failed"


def is_provisioned(offering: Offering) -> bool:
    """Tell whether the offering's site does more with a key than to rotate it."""
    return bool(offering.plugin_options.get(PROVISIONED))


def locked(key: ResourceApiKey) -> ResourceApiKey:
    """Lock a key and read it again, with what events tell of it.

    :raises KeyGone: its resource was unlinked meanwhile.
    """
    told = ("resource__project__customer", "resource__offering__customer", "user")
    gone = KeyGone("No ResourceApiKey matches the given query.")
    return locks.locked(key, gone, related=told)


def write(key: ResourceApiKey, *, now: datetime, **columns: Any) -> None:
    """Write columns of a locked key; `modified` is since when a site has had it to do."""
    columns["modified"] = now
    ResourceApiKey.objects.filter(pk=key.pk).update(**columns)
    for name, value in columns.items():
        setattr(key, name, value)


def request(
    key: ResourceApiKey,
    step: str,
    action: ApiKeyAction,
    *,
    actor: User | None,
    now: datetime,
    **columns: Any,
) -> None:
    """Have the site do something with a locked key, and record that it shall.

    :raises IllegalTransition: it is not possible in the key's state.
    :raises OtherActionFailed: the site could not do something else before.
    """
    source = ApiKeyState(key.state)
    API_KEY.check(step, source, AWAITED[action])
    is_other = key.pending_action not in {"", action} and action is not ApiKeyAction.DELETE
    if source is ApiKeyState.ERRED and is_other:
        raise OtherActionFailed(f"The key waits for another attempt to {key.pending_action} it.")
    write(
        key,
        now=now,
        state=AWAITED[action],
        pending_action=action.value,
        error_message="",
        **columns,
    )
    record_request(key, action, source, actor=actor, now=now)


def record_request(
    key: ResourceApiKey, action: ApiKeyAction, source: str, *, actor: User | None, now: datetime
) -> None:
    """Record what the site is to do with a key."""
    events.record(
        kinds.API_KEY_REQUESTS[action],
        key,
        actor=actor,
        now=now,
        source=source,
        target=key.state,
        message=f"The site is asked to {action} API key {key} of {key.resource.name}.",
        payload=payload_of(key),
    )


def delete(key: ResourceApiKey, step: str, *, actor: User | None, now: datetime) -> None:
    """Note that a locked key is no more; its value is dropped, its usage stays on record.

    :raises IllegalTransition: it is not possible in the key's state.
    """
    source = ApiKeyState(key.state)
    API_KEY.check(step, source, ApiKeyState.DELETED)
    write(
        key,
        now=now,
        state=ApiKeyState.DELETED,
        pending_action="",
        error_message="",
        paused_by_limit=False,
        sealed="",
    )
    events.record(
        kinds.API_KEY_DELETED,
        key,
        actor=actor,
        now=now,
        source=source,
        target=key.state,
        message=f"API key {key} of {key.resource.name} is deleted.",
        payload=payload_of(key),
    )


def payload_of(key: ResourceApiKey, **more: object) -> dict[str, object]:
    """Return what an event about a key tells of it: never the key's value."""
    return {
        "offering_uuid": key.resource.offering.uuid.hex,
        "resource_uuid": key.resource.uuid.hex,
        "client_id": key.client_id,
        "user_uuid": key.user.uuid.hex if key.user else None,
        **more,
    }
