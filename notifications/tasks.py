"""What happens in the background for notifications; each task may be run at any time again.

The handlers take the UUID of an event; they may be called again with the same one.
"""

import logging
from uuid import UUID

from django.utils import timezone

from identity.event_handlers import handler
from identity.models import Event
from identity.periodic import periodic
from notifications.services import (
    confirmation_mails,
    ending_mails,
    hook_owners,
    hook_planning,
    hook_runs,
    housekeeping,
    invitation_mails,
    owner_mails,
    reminder_mails,
    request_mails,
    review_mails,
    second_factor_mails,
    token_mails,
)

log = logging.getLogger(__name__)


@periodic
def plan_hooks(**_: object) -> None:
    """Decide which hooks are to be sent new events, up to the end of the log."""
    while hook_planning.plan(now=timezone.now()):
        pass


@periodic
def send_hooks(**_: object) -> None:
    """Send hooks what is due, for a while."""
    hook_runs.run(clock=timezone.now)


@periodic
def prune(**_: object) -> None:
    """Throw away the old log of what was sent to hooks."""
    log.info("Deliveries to hooks pruned: %s", housekeeping.prune(now=timezone.now()))


@handler("mail-confirmation")
def mail_confirmation(event_uuid: UUID) -> None:
    """Mail the link by which a new address is confirmed."""
    confirmation_mails.send(Event.objects.get(uuid=event_uuid))


@handler("mail-invitation")
def mail_invitation(event_uuid: UUID) -> None:
    """Mail an invitation's link to the address that is invited."""
    invitation_mails.send(Event.objects.get(uuid=event_uuid), now=timezone.now())


@handler("mail-approvers")
def mail_approvers(event_uuid: UUID) -> None:
    """Mail staff that an invitation waits for their approval."""
    invitation_mails.ask(Event.objects.get(uuid=event_uuid), now=timezone.now())


@handler("mail-deciders")
def mail_deciders(event_uuid: UUID) -> None:
    """Mail those who give a role that somebody asks for it."""
    request_mails.ask(Event.objects.get(uuid=event_uuid))


@handler("mail-decision")
def mail_decision(event_uuid: UUID) -> None:
    """Mail who asked for a role what was decided."""
    request_mails.tell(Event.objects.get(uuid=event_uuid))


@handler("mail-second-factor")
def mail_second_factor(event_uuid: UUID) -> None:
    """Mail a person that something happened to their second factor."""
    second_factor_mails.send(Event.objects.get(uuid=event_uuid))


@handler("mail-ending-role")
def mail_ending_role(event_uuid: UUID) -> None:
    """Mail people that a role is over soon."""
    ending_mails.send(Event.objects.get(uuid=event_uuid))


@handler("mail-ending-token")
def mail_ending_token(event_uuid: UUID) -> None:
    """Mail a person that a personal access token of theirs ends soon."""
    token_mails.send(Event.objects.get(uuid=event_uuid))


@handler("mail-reviewers")
def mail_reviewers(event_uuid: UUID) -> None:
    """Mail those who give roles that they are to look at who has which."""
    review_mails.ask(Event.objects.get(uuid=event_uuid))


@handler("mail-owners")
def mail_owners(event_uuid: UUID) -> None:
    """Mail the owners of an organisation what a policy's notification says."""
    owner_mails.send(Event.objects.get(uuid=event_uuid), now=timezone.now())


@handler("mail-reminder")
def mail_reminder(event_uuid: UUID) -> None:
    """Mail a person what they have to do."""
    reminder_mails.send(Event.objects.get(uuid=event_uuid))


@handler("remove-hooks-of-user")
def follow_removed_user(event_uuid: UUID) -> None:
    """Forget the hooks of a person who was removed."""
    hook_owners.remove_hooks_of_user(Event.objects.get(uuid=event_uuid).subject_uuid)


@handler("switch-off-hooks-of-customer")
def follow_removed_customer(event_uuid: UUID) -> None:
    """Switch off the hooks of an organisation that was removed."""
    event = Event.objects.get(uuid=event_uuid)
    hook_owners.switch_off_hooks_of_customer(event.subject_uuid, now=timezone.now())
