"""What beat starts for identity; each task calls one service and may be run at any time again."""

import logging
from uuid import UUID

from django.utils import timezone

from identity.event_handlers import handler
from identity.models import Event
from identity.periodic import periodic
from identity.services import emails, hook_planning, hook_runs, housekeeping, members

log = logging.getLogger(__name__)


@periodic
def plan_hooks(**_: object) -> None:
    """Decide which hooks are to be told of new events, up to the end of the log."""
    while hook_planning.plan(now=timezone.now()):
        pass


@periodic
def send_hooks(**_: object) -> None:
    """Tell hooks what is due, for a while."""
    hook_runs.run(clock=timezone.now)


@periodic
def expire_grants(**_: object) -> None:
    """End the roles whose time has come."""
    ended = members.expire(now=timezone.now())
    if ended:
        log.info("Roles ended: %s", ended)


@periodic
def prune(**_: object) -> None:
    """Throw away dead tokens and old answers."""
    log.info("Pruned %s", housekeeping.prune(now=timezone.now()))


@handler("mail-confirmation")
def mail_confirmation(event_uuid: UUID) -> None:
    """Mail the link by which a new address is confirmed."""
    emails.mail(Event.objects.get(uuid=event_uuid))
