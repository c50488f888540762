"""What acts on which event: the composition root, and the task that calls the handlers.

Each handler is called for an event at least once, in order for each subject; one that fails is
called again later, up to the attempts that `identity.services.outbox` allows. The broker carries
nothing but the request to look: what is to be done stands in the database.
"""

from __future__ import annotations

import logging
import traceback
from time import monotonic
from typing import TYPE_CHECKING

from celery import chain
from django.conf import settings
from django.utils import timezone

from accounting import event_kinds as accounting_kinds
from accounting import tasks as accounting
from allocations import event_kinds as allocations_kinds
from allocations import tasks as allocations
from config.event_kinds import CATALOGUE
from config.wake_up import WakeUp
from identity import event_kinds as identity_kinds
from identity import tasks as identity
from identity.periodic import periodic
from identity.services import outbox
from marketplace import event_kinds as marketplace_kinds
from marketplace import tasks as marketplace
from notifications import tasks as notifications

if TYPE_CHECKING:
    from collections.abc import Mapping

    from identity.event_catalogue import Kind
    from identity.event_handlers import Handler

log = logging.getLogger(__name__)

HANDLERS: Mapping[Kind, tuple[Handler, ...]] = {
    identity_kinds.USER_ACTIVATED: (allocations.follow_user, allocations.follow_access),
    identity_kinds.USER_CHECK_REQUESTED: (allocations.follow_user, allocations.follow_access),
    identity_kinds.USER_CONFIRMED: (identity.follow_assurance,),
    identity_kinds.USER_CREATED: (identity.follow_assurance,),
    identity_kinds.USER_DEACTIVATED: (allocations.follow_user, allocations.follow_access),
    identity_kinds.USER_REMINDER_REQUESTED: (notifications.mail_reminder,),
    identity_kinds.USER_RECOVERY_CODE_USED: (notifications.mail_second_factor,),
    identity_kinds.USER_RECOVERY_CODES_RENEWED: (notifications.mail_second_factor,),
    identity_kinds.USER_REMOVED: (notifications.follow_removed_user, allocations.follow_access),
    identity_kinds.USER_SECOND_FACTOR_REMOVED: (notifications.mail_second_factor,),
    identity_kinds.USER_SECOND_FACTOR_RESET: (notifications.mail_second_factor,),
    identity_kinds.USER_SECOND_FACTOR_SET_UP: (notifications.mail_second_factor,),
    identity_kinds.USER_UPDATED: (
        allocations.tell_of_person,
        allocations.follow_details,
        allocations.follow_assurance,
        allocations.follow_access,
        identity.follow_assurance,
    ),
    identity_kinds.USER_VETTED: (allocations.follow_user, allocations.follow_access),
    identity_kinds.USER_VETTING_ENDED: (allocations.follow_user, allocations.follow_access),
    identity_kinds.USER_VETTING_EXPIRED: (allocations.follow_user, allocations.follow_access),
    identity_kinds.USER_VETTING_REFUSED: (allocations.follow_user, allocations.follow_access),
    identity_kinds.LINKED_IDENTITY_ADDED: (allocations.follow_access,),
    identity_kinds.LINKED_IDENTITY_REMOVED: (allocations.follow_access,),
    identity_kinds.LINKED_IDENTITY_LOGGED_IN: (
        allocations.follow_login,
        allocations.follow_access,
        identity.follow_assurance,
    ),
    identity_kinds.EMAIL_CONFIRMATION_REQUESTED: (notifications.mail_confirmation,),
    identity_kinds.TOKEN_EXPIRING: (notifications.mail_ending_token,),
    identity_kinds.GRANT_ENDING: (notifications.mail_ending_role,),
    identity_kinds.GRANT_EXPIRED: (allocations.follow_grant, allocations.follow_access),
    identity_kinds.GRANT_GIVEN: (allocations.follow_grant, allocations.follow_access),
    identity_kinds.GRANT_REVOKED: (allocations.follow_grant, allocations.follow_access),
    identity_kinds.INVITATION_ASKED: (notifications.mail_approvers,),
    identity_kinds.INVITATION_SENT: (notifications.mail_invitation,),
    identity_kinds.PERMISSION_REQUEST_APPROVED: (notifications.mail_decision,),
    identity_kinds.PERMISSION_REQUEST_CREATED: (notifications.mail_deciders,),
    identity_kinds.PERMISSION_REQUEST_REJECTED: (notifications.mail_decision,),
    identity_kinds.PERMISSION_REVIEW_BEGUN: (notifications.mail_reviewers,),
    identity_kinds.CUSTOMER_REMOVED: (
        allocations.follow_removed_customer,
        notifications.follow_removed_customer,
    ),
    identity_kinds.PROJECT_MOVED: (marketplace.follow_moved_project,),
    identity_kinds.PROJECT_SYNC_REQUESTED: (allocations.follow_project,),
    identity_kinds.PROJECT_REMOVED: (allocations.follow_removed_project,),
    marketplace_kinds.CONSENT_GIVEN: (allocations.follow_consent,),
    marketplace_kinds.CONSENT_REVOKED: (allocations.follow_consent,),
    marketplace_kinds.CONSENT_RUN_OUT: (allocations.follow_consent,),
    marketplace_kinds.PROVIDER_UPDATED: (allocations.follow_provider,),
    marketplace_kinds.ENDPOINT_ADDED: (allocations.follow_access,),
    marketplace_kinds.ENDPOINT_CHANGED: (allocations.follow_access,),
    marketplace_kinds.ENDPOINT_REMOVED: (allocations.follow_access,),
    marketplace_kinds.OFFERING_ACTIVE: (allocations.follow_access,),
    marketplace_kinds.OFFERING_ARCHIVED: (allocations.follow_access,),
    marketplace_kinds.OFFERING_DRAFT: (allocations.follow_access,),
    marketplace_kinds.OFFERING_REMOVED: (allocations.follow_access,),
    marketplace_kinds.OFFERING_SYNC_REQUESTED: (allocations.enqueue_agent_messages,),
    marketplace_kinds.OFFERING_UPDATED: (allocations.follow_offering, allocations.follow_access),
    marketplace_kinds.ORDER_CANCELED: (
        allocations.follow_order,
        allocations.enqueue_agent_messages,
        allocations.follow_access,
    ),
    marketplace_kinds.ORDER_DONE: (
        allocations.follow_order,
        allocations.enqueue_agent_messages,
        allocations.follow_access,
    ),
    marketplace_kinds.ORDER_ERRED: (
        allocations.follow_order,
        allocations.enqueue_agent_messages,
        allocations.follow_access,
    ),
    marketplace_kinds.ORDER_EXECUTING: (
        allocations.follow_order,
        allocations.enqueue_agent_messages,
        allocations.follow_access,
    ),
    marketplace_kinds.ORDER_PENDING_PROVIDER: (allocations.enqueue_agent_messages,),
    marketplace_kinds.ORDER_PENDING_START_DATE: (allocations.enqueue_agent_messages,),
    marketplace_kinds.ORDER_REJECTED: (allocations.enqueue_agent_messages,),
    marketplace_kinds.RESOURCE_BACKEND_ID_SET: (accounting.follow_resource,),
    marketplace_kinds.RESOURCE_CREATED: (
        allocations.follow_created_resource,
        accounting.follow_resource,
        allocations.follow_access,
    ),
    marketplace_kinds.RESOURCE_END_DATE_SET: (allocations.enqueue_agent_messages,),
    marketplace_kinds.RESOURCE_FLAGS_SET: (allocations.enqueue_agent_messages,),
    marketplace_kinds.RESOURCE_LIMITS_SET: (accounting.follow_resource,),
    marketplace_kinds.RESOURCE_MOVED: (
        allocations.enqueue_agent_messages,
        accounting.follow_resource,
    ),
    marketplace_kinds.RESOURCE_OPTIONS_SET: (allocations.enqueue_agent_messages,),
    marketplace_kinds.RESOURCE_PULL_REQUESTED: (allocations.enqueue_agent_messages,),
    marketplace_kinds.RESOURCE_TERMINATED: (
        allocations.follow_resource,
        allocations.close_api_keys,
        allocations.close_robot_accounts,
        accounting.follow_resource,
        allocations.follow_access,
    ),
    marketplace_kinds.RESOURCE_UNLINKED: (allocations.follow_resource, allocations.follow_access),
    marketplace_kinds.RESOURCE_UPDATED: (accounting.follow_resource,),
    marketplace_kinds.TERMS_PUBLISHED: (allocations.follow_terms,),
    marketplace_kinds.TERMS_REMOVED: (allocations.follow_terms,),
    marketplace_kinds.TERMS_WITHDRAWN: (allocations.follow_terms,),
    allocations_kinds.ACCOUNT_ATTRIBUTES_CHANGED: (allocations.enqueue_agent_messages,),
    allocations_kinds.ACCOUNT_CREATED: (
        allocations.enqueue_agent_messages,
        allocations.follow_access,
    ),
    allocations_kinds.ACCOUNT_DELETED: (
        allocations.follow_account,
        allocations.enqueue_agent_messages,
        allocations.follow_access,
    ),
    allocations_kinds.ACCOUNT_OK: (allocations.enqueue_agent_messages, allocations.follow_access),
    allocations_kinds.ACCOUNT_REMOVED: (
        allocations.enqueue_agent_messages,
        allocations.follow_access,
    ),
    allocations_kinds.ACCOUNT_REQUESTED_DELETION: (
        allocations.enqueue_agent_messages,
        allocations.follow_access,
    ),
    allocations_kinds.ACCOUNT_RESTRICTION_CHANGED: (
        allocations.enqueue_agent_messages,
        allocations.follow_access,
    ),
    allocations_kinds.ACCOUNT_USERNAME_SET: (
        allocations.enqueue_agent_messages,
        allocations.follow_access,
    ),
    allocations_kinds.ACCOUNT_CREATING: (allocations.follow_access,),
    allocations_kinds.ACCOUNT_DELETING: (allocations.follow_access,),
    allocations_kinds.ACCOUNT_ERROR_CREATING: (allocations.follow_access,),
    allocations_kinds.ACCOUNT_ERROR_DELETING: (allocations.follow_access,),
    allocations_kinds.ACCOUNT_PENDING_ACCOUNT_LINKING: (allocations.follow_access,),
    allocations_kinds.ACCOUNT_PENDING_ADDITIONAL_VALIDATION: (allocations.follow_access,),
    allocations_kinds.ACCOUNT_REQUESTED: (allocations.follow_access,),
    allocations_kinds.COURSE_ACCOUNT_CLOSED: (allocations.enqueue_agent_messages,),
    allocations_kinds.COURSE_ACCOUNT_CREATED: (allocations.enqueue_agent_messages,),
    allocations_kinds.COURSE_ACCOUNT_OK: (allocations.enqueue_agent_messages,),
    allocations_kinds.SERVICE_ACCOUNT_CLOSED: (allocations.enqueue_agent_messages,),
    allocations_kinds.SERVICE_ACCOUNT_CREATED: (allocations.enqueue_agent_messages,),
    allocations_kinds.SERVICE_ACCOUNT_OK: (allocations.enqueue_agent_messages,),
    allocations_kinds.IMPORT_REQUESTED: (allocations.enqueue_agent_messages,),
    allocations_kinds.API_KEY_ROTATE_REQUESTED: (allocations.enqueue_agent_messages,),
    allocations_kinds.MESSAGE_PUBLISHED: (accounting.follow_sent_settings,),
    accounting_kinds.USAGE_CARRIED_OVER: (accounting.follow_resource,),
    accounting_kinds.USAGE_RECORDED: (accounting.follow_resource,),
    accounting_kinds.USER_LIMIT_CHANGED: (allocations.enqueue_agent_messages,),
    accounting_kinds.USER_LIMIT_CREATED: (allocations.enqueue_agent_messages,),
    accounting_kinds.USER_LIMIT_REMOVED: (allocations.enqueue_agent_messages,),
    accounting_kinds.POLICY_CREATED: (accounting.follow_policy,),
    accounting_kinds.POLICY_NOTIFICATION_DUE: (notifications.mail_owners,),
    accounting_kinds.POLICY_SETTINGS_DUE: (allocations.enqueue_agent_messages,),
    accounting_kinds.POLICY_UPDATED: (accounting.follow_policy,),
}
"""Kind of event -> what acts on it. Other kinds are recorded for people to read."""

RUN_SECONDS = 60.0
"""How long one run goes on with what it finds; the next one takes over."""


def handler_names() -> dict[str, list[str]]:
    """Return for each kind that is handled what its deliveries call their handlers."""
    return {kind.name: [one.name for one in handlers] for kind, handlers in HANDLERS.items()}


def handler_named(name: str) -> Handler | None:
    """Return the handler of a delivery, or None for one that is no more."""
    return next((one for several in HANDLERS.values() for one in several if one.name == name), None)


def wake_bus() -> None:
    """Ask a worker to send what waits for agents; beat has that done anyway."""
    allocations.work_bus.apply_async(retry=False, expires=60)


def wake_hooks() -> None:
    """Ask a worker to tell hooks of what is numbered; beat has that done anyway."""
    woken = chain(notifications.plan_hooks.si(), notifications.send_hooks.si())
    woken.apply_async(retry=False, expires=60)


def wake_access_plane() -> None:
    """Ask a worker to tell the AAI who may log in where; beat has that done anyway."""
    allocations.work_access_plane.apply_async(retry=False, expires=60)


tell_bus, tell_hooks = WakeUp(wake_bus), WakeUp(wake_hooks)
tell_aai = WakeUp(wake_access_plane)


@periodic
def dispatch_events(**_: object) -> None:
    """Put new events in order, and work off what is due, until nothing is or the time is over."""
    until = monotonic() + RUN_SECONDS
    while monotonic() < until:
        kinds = outbox.put_in_order(handler_names(), now=timezone.now())
        if kinds:
            tell_hooks()
        for kind in set(kinds) - set(CATALOGUE.by_name):
            log.error("%s is in no catalogue of kinds", kind)
        if not work_off(until) and not kinds:
            return
        tell_bus()
        if settings.SCIM_API_URL:
            tell_aai()


def work_off(until: float) -> int:
    """Handle what is due, one delivery at a time; return how many were taken."""
    taken = 0
    while monotonic() < until and (claimed := outbox.claim(now=timezone.now())):
        run_handler(claimed)
        taken += 1
    return taken


def run_handler(claimed: outbox.Claim) -> None:
    """Call one handler with one event, and record how that went."""
    handler = handler_named(claimed.handler)
    if handler is None:
        outbox.abandon(claimed, "There is no such handler any more.")
        return
    try:
        handler(claimed.event_uuid)
    except Exception as error:  # whatever it is, the delivery keeps it and is tried again
        log.exception("%s failed with %s", claimed.handler, claimed.kind)
        text = "".join(traceback.format_exception(error))
        outbox.fail(claimed, text, now=timezone.now())
    else:
        outbox.settle(claimed, now=timezone.now())
