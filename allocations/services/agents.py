"""Site agents introduce themselves, their services and their processors, again in every round.

What is said again only moves the times at which it was last seen; an event is recorded where
something is new or has changed. Two processes of one agent do this at the same moment: whoever
registers a part first notes that the agent was seen, which locks its row until the commit.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.db import IntegrityError, transaction

from allocations import event_kinds as kinds
from allocations.agents import type_of
from allocations.models import AgentIdentity, AgentProcessor, AgentService
from common import changes
from common.errors import Conflict, Invalid
from common.redaction import without_secrets, without_secrets_in
from identity import events
from identity.permissions import Permission

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime
    from uuid import UUID

    from identity.event_catalogue import Kind
    from identity.models import User
    from marketplace.models import Offering

AWAY = timedelta(hours=2)
"""After how long a silence it is worth an event that an agent introduces itself again."""

TEXTS = ("config_file_content", "config_file_path")
"""What an agent says that may hold secrets."""

ERROR_LENGTH = 2000
"""How much is kept of what a service says is wrong with it."""


class NameTaken(Invalid):
    """Another agent of the offering has the name."""

    code = "agent_name_taken"


class AnotherOffering(Invalid):
    """An agent stays with the offering for which it was registered."""

    code = "another_offering"


class AgentGone(Conflict):
    """The agent, or the service, was removed in the meantime."""

    code = "agent_gone"


@transaction.atomic
def register(
    *, offering: Offering, name: str, said: Mapping[str, Any], actor: User, now: datetime
) -> AgentIdentity:
    """Return an offering's agent with a name: a new one, or the known one brought up to date.

    `said` are columns of the identity: version, dependencies, configuration, last restart. Of the
    configuration no secrets are kept.

    :raises NameTaken: it is the agent of somebody else, for whom the actor may not speak.
    """
    said = _keepable(said)
    new = AgentIdentity(
        offering=offering, name=name, created_by=actor, created=now, last_seen=now,
        **{"last_restarted": now, **said},
    )  # fmt: skip
    named = AgentIdentity.objects.filter(offering=offering, name=name)
    known = named.select_for_update(no_key=True).first()
    if known is None and _added(new):
        _record(new, kinds.AGENT_REGISTERED, actor=actor, now=now)
        return new
    known = known or _locked(named)
    known.offering = offering
    _check_speaks_for(known, actor)
    return _seen(known, said, actor=actor, now=now)


def _check_speaks_for(known: AgentIdentity, actor: User) -> None:
    """Refuse a known agent to who neither registered it nor provides the offering."""
    offering = known.offering
    if known.created_by_id != actor.pk and not actor.may(
        Permission.MANAGE_DELIVERY, offering, offering.customer
    ):
        raise NameTaken({"name": ["Another agent of the offering has this name."]})


@transaction.atomic
def update(
    identity: AgentIdentity,
    *,
    said: Mapping[str, Any],
    offering_uuid: UUID | None = None,
    actor: User,
    now: datetime,
) -> AgentIdentity:
    """Take what a known agent says of itself.

    :raises AnotherOffering: it names an offering that it was not registered for.
    :raises NameTaken: it takes a new name, which another agent of the offering has.
    :raises AgentGone: it was removed meanwhile.
    """
    if offering_uuid is not None and offering_uuid != identity.offering.uuid:
        raise AnotherOffering({"offering": ["The agent was registered for another offering."]})
    locked = _locked(AgentIdentity.objects.filter(pk=identity.pk))
    locked.offering = identity.offering
    return _seen(locked, _keepable(said), actor=actor, now=now)


@transaction.atomic
def register_service(
    identity: AgentIdentity, *, name: str, mode: str = "", actor: User, now: datetime
) -> tuple[AgentService, bool]:
    """Return a service of an agent, and whether it is new.

    :raises AgentGone: the agent was removed meanwhile.
    """
    _touch(identity, now=now)
    does = type_of(name, mode)
    known = AgentService.objects.filter(identity=identity, name=name).first()
    if known is not None:
        _touch(known, now=now, mode=mode, agent_type=does.value)
        return known, False
    service = AgentService.objects.create(
        identity=identity, name=name, mode=mode, agent_type=does, created=now, last_seen=now
    )
    _record_service(service, kinds.AGENT_SERVICE_REGISTERED, actor=actor, now=now)
    return service, True


@transaction.atomic
def register_processor(
    service: AgentService,
    *,
    name: str,
    backend_type: str,
    backend_version: str = "",
    actor: User,
    now: datetime,
) -> tuple[AgentProcessor, bool]:
    """Return what a service of an agent works with, and whether it is new.

    :raises AgentGone: the service was removed meanwhile.
    """
    _touch(service.identity, now=now)
    _touch(service, now=now)
    backend = {"backend_type": backend_type, "backend_version": backend_version}
    known = AgentProcessor.objects.filter(service=service, name=name).first()
    if known is None:
        new = AgentProcessor.objects.create(
            service=service, name=name, created=now, last_run=now, **backend
        )
        _record_processor(new, service, kinds.AGENT_PROCESSOR_REGISTERED, actor=actor, now=now)
        return new, True
    is_changed = bool(changes.differing(known, backend))
    AgentProcessor.objects.filter(pk=known.pk).update(**backend, last_run=now, modified=now)
    if is_changed:
        known.backend_type, known.backend_version = backend_type, backend_version
        _record_processor(known, service, kinds.AGENT_PROCESSOR_CHANGED, actor=actor, now=now)
    return known, False


@transaction.atomic
def set_statistics(
    service: AgentService, *, statistics: dict[str, Any], actor: User, now: datetime
) -> AgentService:
    """Keep what a service tells of itself; `error`, if it holds one, says that it does not work.

    :raises AgentGone: the service was removed meanwhile.
    """
    _touch(service.identity, now=now)
    locked: AgentService = _locked(AgentService.objects.filter(pk=service.pk))
    locked.identity = service.identity
    had_failed = bool(locked.error)
    statistics = without_secrets_in(dict(statistics))
    locked.error = str(statistics.get("error") or "")[:ERROR_LENGTH]
    _touch(locked, now=now, statistics=statistics, error=locked.error)
    if locked.error and not had_failed:
        _record_service(locked, kinds.AGENT_SERVICE_FAILED, actor=actor, now=now)
    elif had_failed and not locked.error:
        _record_service(locked, kinds.AGENT_SERVICE_RECOVERED, actor=actor, now=now)
    return locked


def _keepable(said: Mapping[str, Any]) -> dict[str, Any]:
    """Return what an agent says of itself without the secrets of its configuration."""
    return {**said, **{name: without_secrets(said[name]) for name in TEXTS if name in said}}


def _seen(
    identity: AgentIdentity, said: Mapping[str, Any], *, actor: User, now: datetime
) -> AgentIdentity:
    """Write what a locked identity says now, and record what there is to tell of it.

    :raises NameTaken: another agent of the offering has its new name.
    """
    changed = sorted(changes.differing(identity, said).keys() - {"last_restarted"})
    old_version, was_away = identity.version, identity.last_seen < now - AWAY
    try:
        with transaction.atomic(savepoint="name" in changed):
            AgentIdentity.objects.filter(pk=identity.pk).update(**said, last_seen=now, modified=now)
    except IntegrityError as error:
        raise NameTaken({"name": ["Another agent of the offering has this name."]}) from error
    changes.assign(identity, said)
    if changed:
        payload = {"changed": changed, "old_version": old_version}
        _record(identity, kinds.AGENT_CHANGED, actor=actor, now=now, payload=payload)
    if was_away:
        payload = {"last_seen": identity.last_seen.isoformat()}
        _record(identity, kinds.AGENT_RETURNED, actor=actor, now=now, payload=payload)
    return identity


def _added(row: Any) -> bool:
    """Insert a row unless there is one with its name already, and tell whether that was done.

    One who is inserting it at this moment is waited for.
    """
    type(row).objects.bulk_create([row], ignore_conflicts=True)
    key: Any = type(row).objects.filter(uuid=row.uuid).values_list("pk", flat=True).first()
    row.pk = key
    return key is not None


def _locked(rows: Any) -> Any:
    """Lock the row that there is, for whoever writes it.

    :raises AgentGone: there is none any more.
    """
    found = rows.select_for_update(no_key=True, of=("self",)).first()
    if found is None:
        raise AgentGone("The agent was removed in the meantime.")
    return found


def _touch(row: Any, *, now: datetime, **changes: Any) -> None:
    """Note that something was seen; this also keeps it from being removed until the commit.

    :raises AgentGone: it was removed meanwhile.
    """
    changes |= {} if isinstance(row, AgentIdentity) else {"modified": now}
    if not type(row).objects.filter(pk=row.pk).update(last_seen=now, **changes):
        raise AgentGone("The agent was removed in the meantime.")


def _record(
    identity: AgentIdentity,
    kind: Kind,
    *,
    actor: User | None,
    now: datetime,
    payload: Mapping[str, object] | None = None,
) -> None:
    events.record(
        kind,
        identity,
        actor=actor,
        now=now,
        payload={
            "offering_uuid": identity.offering.uuid.hex,
            "name": identity.name,
            "version": identity.version,
            **(payload or {}),
        },
    )


def _record_service(
    service: AgentService, kind: Kind, *, actor: User | None, now: datetime
) -> None:
    offering = service.identity.offering
    events.record(
        kind,
        service,
        actor=actor,
        now=now,
        payload={
            "offering_uuid": offering.uuid.hex,
            "agent_uuid": service.identity.uuid.hex,
            "name": service.name,
            "mode": service.mode,
            **({"error": service.error} if service.error else {}),
        },
    )


def _record_processor(
    processor: AgentProcessor,
    service: AgentService,
    kind: Kind,
    *,
    actor: User | None,
    now: datetime,
) -> None:
    offering = service.identity.offering
    events.record(
        kind,
        processor,
        actor=actor,
        now=now,
        payload={
            "offering_uuid": offering.uuid.hex,
            "agent_uuid": service.identity.uuid.hex,
            "service_uuid": service.uuid.hex,
            "name": processor.name,
            "backend_type": processor.backend_type,
            "backend_version": processor.backend_version,
        },
    )
