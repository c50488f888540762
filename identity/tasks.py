"""What beat starts for identity; each task calls one service and may be run at any time again."""

import logging
from uuid import UUID

from django.utils import timezone

from identity.event_handlers import handler
from identity.models import DataReading, Event, User
from identity.periodic import name_of, periodic
from identity.services import (
    data_accesses,
    ending_roles,
    ending_tokens,
    housekeeping,
    invitations,
    members,
    periodic_rows,
    permission_reviews,
    vetting,
)

log = logging.getLogger(__name__)


@periodic
def expire_grants(**_: object) -> None:
    """End the roles whose time has come."""
    ended = members.expire(now=timezone.now())
    if ended:
        log.info("Roles ended: %s", ended)


@periodic
def tell_of_ending_roles(**_: object) -> None:
    """Have people told of their roles whose time is over soon."""
    told = ending_roles.tell(now=timezone.now())
    if told:
        log.info("Told of roles that end soon: %s", told)


@periodic
def tell_of_ending_tokens(**_: object) -> None:
    """Have people told of their personal access tokens that end soon."""
    told = ending_tokens.tell(now=timezone.now())
    if told:
        log.info("Told of tokens that end soon: %s", told)


@periodic
def begin_permission_reviews(**_: object) -> None:
    """Ask people to look at who has which role, where that is due."""
    begun = permission_reviews.begin_due(now=timezone.now())
    if begun:
        log.info("Reviews of roles begun: %s", begun)


@periodic
def expire_invitations(**_: object) -> None:
    """End the invitations that nobody answered, and mail those to projects that begin."""
    now = timezone.now()
    log.info("Invitations ended: %s", invitations.expire(now=now))
    log.info("Invitations to projects that begin: %s", invitations.begin(now=now))


@periodic
def expire_vettings(**_: object) -> None:
    """End the decisions about people whose time is over."""
    ended = vetting.expire(now=timezone.now())
    if ended:
        log.info("Vettings ended: %s", ended)


@handler("vetting-by-assurance")
def follow_assurance(event_uuid: UUID) -> None:
    """Vet somebody whose institution assures who they are, or end that; also when they log in."""
    event = Event.objects.get(uuid=event_uuid)
    uuid = UUID(event.payload.get("user_uuid") or event.subject_uuid.hex)
    if person := User.objects.filter(uuid=uuid, is_removed=False).first():
        vetting.follow_assurance(person, now=timezone.now())


@periodic
def enter_readings(**_: object) -> None:
    """Enter in people's logs who was shown what of them."""
    rows, now = DataReading.objects.all(), timezone.now()
    periodic_rows.for_each(name_of(enter_readings), rows, data_accesses.enter, now=now)


@periodic
def prune(**_: object) -> None:
    """Throw away dead tokens and old answers."""
    log.info("Pruned %s", housekeeping.prune(now=timezone.now()))
