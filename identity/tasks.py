"""What beat starts for identity; each task calls one service and may be run at any time again."""

import logging

from django.utils import timezone

from identity.periodic import periodic
from identity.services import housekeeping, invitations, members

log = logging.getLogger(__name__)


@periodic
def expire_grants(**_: object) -> None:
    """End the roles whose time has come."""
    ended = members.expire(now=timezone.now())
    if ended:
        log.info("Roles ended: %s", ended)


@periodic
def expire_invitations(**_: object) -> None:
    """End the invitations that nobody answered, and mail those to projects that begin."""
    now = timezone.now()
    log.info("Invitations ended: %s", invitations.expire(now=now))
    log.info("Invitations to projects that begin: %s", invitations.begin(now=now))


@periodic
def prune(**_: object) -> None:
    """Throw away dead tokens and old answers."""
    log.info("Pruned %s", housekeeping.prune(now=timezone.now()))
