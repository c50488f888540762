"""What agents are payload, as Waldur tells it: bodies by the type of object. Pure.

Every body says its `object_type`, without which agents drop it; UUIDs are hexadecimal, since agents
compare them as text. Most only ask to look: the agent reads the object over the API.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from allocations.observables import ObjectType

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date
    from uuid import UUID

Body = dict[str, Any]


@dataclass(frozen=True)
class Message:
    """Something to be said of one object of one offering."""

    offering: UUID
    object_type: ObjectType
    object_uuid: UUID
    said: Mapping[str, Any]

    @property
    def body(self) -> Body:
        """What travels."""
        return {"object_type": self.object_type.value, **self.said}


def order(offering: UUID, uuid: UUID, state: str) -> Message:
    """Say that an order has come to a state."""
    return Message(offering, ObjectType.ORDER, uuid, {"order_uuid": uuid.hex, "order_state": state})


def resource(offering: UUID, uuid: UUID, said: Mapping[str, Any]) -> Message:
    """Say that something about a resource has changed, with how it stands now."""
    return Message(offering, ObjectType.RESOURCE, uuid, {"resource_uuid": uuid.hex, **said})


def end_date(day: date | None, *, person: str, person_uuid: str) -> Body:
    """Return what is said of a resource that ends on another day."""
    return {
        "action": "end_date_updated",
        "end_date": day.isoformat() if day else None,
        "end_date_requested_by_full_name": person,
        "end_date_requested_by_uuid": person_uuid,
    }


@dataclass(frozen=True)
class Person:
    """Somebody whose role is spoken of."""

    uuid: UUID
    username: str


@dataclass(frozen=True)
class Team:
    """The project in which somebody has a role."""

    uuid: UUID
    name: str


def user_role(
    offering: UUID, about: UUID, person: Person, team: Team, *, role: str, is_granted: bool
) -> Message:
    """Say that somebody got or lost a role in a project."""
    said = {
        "user_uuid": person.uuid.hex,
        "user_username": person.username,
        "project_uuid": team.uuid.hex,
        "project_name": team.name,
        "role_name": role,
        "granted": is_granted,
    }
    return Message(offering, ObjectType.USER_ROLE, about, said)


def whole_team(offering: UUID, team: Team) -> Message:
    """Ask the site to bring everybody's access to a project's resources in line."""
    said = {
        "user_uuid": None,
        "user_username": None,
        "project_uuid": team.uuid.hex,
        "project_name": team.name,
        "role_name": "",
        "granted": None,
    }
    return Message(offering, ObjectType.USER_ROLE, team.uuid, said)


def offering_user(
    offering: UUID,
    account: UUID,
    payload: Mapping[str, Any],
    *,
    attributes: Mapping[str, Any],
    backend_ids: Sequence[str],
) -> Message:
    """Say what happened to somebody's account, with what the site may see of them."""
    said = {
        "offering_user_uuid": account.hex,
        "user_uuid": payload["user_uuid"],
        "username": payload["username"],
        "offering_uuid": offering.hex,
        "action": payload["action"],
        "attributes": dict(attributes),
        "changed_attributes": list(payload.get("changed_attributes", ())),
        "resource_backend_ids": list(backend_ids),
    }
    return Message(offering, ObjectType.OFFERING_USER, account, said)


def shared_account(
    offering: UUID, kind: ObjectType, account: UUID, payload: Mapping[str, Any]
) -> Message:
    """Say that a project's account of a program or course is there, or is no more."""
    names = (
        "account_uuid",
        "account_username",
        "scope_type",
        "project_uuid",
        "project_name",
        "action",
    )
    return Message(offering, kind, account, {name: payload[name] for name in names})


def importable_resources(offering: UUID, request: UUID) -> Message:
    """Ask for what the site has that is not known here."""
    said = {"backend_resource_request_uuid": request.hex}
    return Message(offering, ObjectType.IMPORTABLE_RESOURCES, request, said)


def offering_resources_sync(offering: UUID, requested_by: UUID | None) -> Message:
    """Ask the site to bring all it has of the offering in line."""
    said = {
        "offering_uuid": offering.hex,
        "requested_by_user_uuid": requested_by.hex if requested_by else None,
    }
    return Message(offering, ObjectType.OFFERING_RESOURCES_SYNC, offering, said)


def periodic_limits(offering: UUID, resource_uuid: UUID, settings: Mapping[str, Any]) -> Message:
    """Say what a policy wants of the scheduler's settings for a resource."""
    return Message(offering, ObjectType.RESOURCE_PERIODIC_LIMITS, resource_uuid, settings)


def api_key_rotation(
    offering: UUID, key: UUID, *, resource_uuid: str, backend_id: str, client_id: str
) -> Message:
    """Ask the site for a new secret of a resource's API key."""
    said = {
        "action": "rotate",
        "resource_uuid": resource_uuid,
        "resource_backend_id": backend_id,
        "api_key_uuid": key.hex,
        "client_id": client_id,
    }
    return Message(offering, ObjectType.RESOURCE_API_KEY_ROTATION, key, said)
