"""Who hears of which event: the composition root, and the task that tells them.

An event is told to each subscriber at least once, in order for each subject; a subscriber that
fails is told again later, up to the attempts that `identity.services.outbox` allows. The broker
carries nothing but the wish to look: what is to be done stands in the database.
"""

from __future__ import annotations

import logging
import traceback
from collections.abc import Callable, Mapping
from time import monotonic
from uuid import UUID

from celery import chain
from django.utils import timezone

from accounting import tasks as accounting
from allocations import tasks as allocations
from config.nudge import Nudge
from identity.periodic import periodic
from identity.services import outbox
from notifications import tasks as notifications

log = logging.getLogger(__name__)

Subscriber = Callable[[UUID], None]

SUBSCRIBERS: Mapping[str, tuple[Subscriber, ...]] = {
    "account.attributes_changed": (allocations.tell_subscribers,),
    "account.created": (allocations.tell_subscribers,),
    "account.deleted": (allocations.follow_account, allocations.tell_subscribers),
    "account.ok": (allocations.tell_subscribers,),
    "account.removed": (allocations.tell_subscribers,),
    "account.requested_deletion": (allocations.tell_subscribers,),
    "account.restriction_changed": (allocations.tell_subscribers,),
    "account.username_set": (allocations.tell_subscribers,),
    "api_key.rotate_requested": (allocations.tell_subscribers,),
    "course_account.closed": (allocations.tell_subscribers,),
    "course_account.created": (allocations.tell_subscribers,),
    "course_account.ok": (allocations.tell_subscribers,),
    "customer.removed": (
        allocations.follow_removed_customer,
        notifications.follow_removed_customer,
    ),
    "grant.expired": (allocations.follow_grant,),
    "grant.given": (allocations.follow_grant,),
    "grant.revoked": (allocations.follow_grant,),
    "import.requested": (allocations.tell_subscribers,),
    "message.published": (accounting.follow_sent_settings,),
    "offering.sync_requested": (allocations.tell_subscribers,),
    "offering.updated": (allocations.follow_offering,),
    "order.canceled": (allocations.deliver, allocations.tell_subscribers),
    "order.done": (allocations.deliver, allocations.tell_subscribers),
    "order.erred": (allocations.deliver, allocations.tell_subscribers),
    "order.executing": (allocations.deliver, allocations.tell_subscribers),
    "order.pending-provider": (allocations.tell_subscribers,),
    "order.pending-start-date": (allocations.tell_subscribers,),
    "email_confirmation.requested": (notifications.mail_confirmation,),
    "order.rejected": (allocations.tell_subscribers,),
    "policy.created": (accounting.follow_policy,),
    "policy.notification_due": (notifications.mail_owners,),
    "policy.settings_due": (allocations.tell_subscribers,),
    "policy.updated": (accounting.follow_policy,),
    "project.removed": (allocations.follow_removed_project,),
    "provider.updated": (allocations.follow_provider,),
    "resource.backend_id_set": (accounting.follow_resource,),
    "resource.created": (allocations.follow_created_resource, accounting.follow_resource),
    "resource.end_date_set": (allocations.tell_subscribers,),
    "resource.flags_set": (allocations.tell_subscribers,),
    "resource.limits_set": (accounting.follow_resource,),
    "resource.options_set": (allocations.tell_subscribers,),
    "resource.pull_requested": (allocations.tell_subscribers,),
    "resource.terminated": (
        allocations.follow_resource,
        allocations.close_api_keys,
        accounting.follow_resource,
    ),
    "resource.unlinked": (allocations.follow_resource,),
    "resource.updated": (accounting.follow_resource,),
    "service_account.closed": (allocations.tell_subscribers,),
    "service_account.created": (allocations.tell_subscribers,),
    "service_account.ok": (allocations.tell_subscribers,),
    "usage.carried_over": (accounting.follow_resource,),
    "usage.recorded": (accounting.follow_resource,),
    "user.activated": (allocations.follow_user,),
    "user.deactivated": (allocations.follow_user,),
    "user.removed": (notifications.follow_removed_user,),
    "user.updated": (allocations.tell_of_person, allocations.follow_details),
    "user_limit.changed": (allocations.tell_subscribers,),
    "user_limit.created": (allocations.tell_subscribers,),
    "user_limit.removed": (allocations.tell_subscribers,),
}
"""Kind of event -> who is told of it."""

UNHEARD: frozenset[str] = frozenset(
    {
        "access_mode.loaded",
        "account.commented",
        "account.creating",
        "account.deleting",
        "account.error_creating",
        "account.error_deleting",
        "account.pending_account_linking",
        "account.pending_additional_validation",
        "account.requested",
        "agent.changed",
        "agent.registered",
        "agent.removed",
        "agent.returned",
        "agent_processor.changed",
        "agent_processor.registered",
        "agent_processor.removed",
        "agent_service.failed",
        "agent_service.recovered",
        "agent_service.registered",
        "agent_service.removed",
        "api_key.changed",
        "api_key.create_requested",
        "api_key.created",
        "api_key.delete_requested",
        "api_key.deleted",
        "api_key.erred",
        "api_key.ok",
        "api_key.pause_requested",
        "api_key.paused",
        "api_key.resume_requested",
        "api_key.revealed",
        "api_key.rotated",
        "api_key.update_requested",
        "api_key.usage_reported",
        "backend_resource.dismissed",
        "backend_resource.imported",
        "backend_resource.reported",
        "attribute_config.chosen",
        "attribute_config.forgotten",
        "category.created",
        "category.loaded",
        "category.removed",
        "category.updated",
        "category_group.loaded",
        "component.added",
        "component.loaded",
        "component.removed",
        "component.updated",
        "consent.given",
        "consent.revoked",
        "course_account.changed",
        "course_account.erred",
        "customer.created",
        "customer.loaded",
        "customer.updated",
        "email_confirmation.canceled",
        "email_confirmation.done",
        "email_hook.created",
        "email_hook.removed",
        "email_hook.replayed",
        "email_hook.updated",
        "event.revived",
        "grant.changed",
        "import.done",
        "import.erred",
        "import.processing",
        "key.added",
        "key.removed",
        "message_queue.declared_anew",
        "offering.active",
        "offering.archived",
        "offering.created",
        "offering.draft",
        "offering.loaded",
        "offering.paused",
        "offering.removed",
        "offering.unavailable",
        "order.amended",
        "order.backend_id_set",
        "order.deleted",
        "order.pending-consumer",
        "order.pending-project",
        "order.unlinked",
        "organization_group.loaded",
        "partition.added",
        "partition.changed",
        "partition.removed",
        "plan.archived",
        "plan.created",
        "plan.loaded",
        "plan.prices_in_force",
        "plan.prices_set",
        "plan.quotas_set",
        "plan.removed",
        "plan.updated",
        "policy.command_reported",
        "policy.evaluated",
        "policy.owners_told",
        "policy.removed",
        "project.created",
        "project.loaded",
        "project.updated",
        "provider.loaded",
        "provider.registered",
        "provider.removed",
        "provision.dead",
        "provision.done",
        "provision.due",
        "provision.refused",
        "provision.running",
        "provision.waiting",
        "provision.withdrawn",
        "queue.registered",
        "queue.removed",
        "resource.abandoned",
        "resource.broke",
        "resource.changed",
        "resource.described",
        "resource.effective_id_set",
        "resource.endpoints_set",
        "resource.kept",
        "resource.membership_reported",
        "resource.metadata_set",
        "resource.report_submitted",
        "resource.resolved",
        "resource.restoring",
        "resource.slug_set",
        "resource.terminating",
        "resource.updating",
        "subscription.created",
        "subscription.removed",
        "subscription_queue.created",
        "subscription_queue.removed",
        "science_domain.created",
        "science_domain.removed",
        "science_domain.updated",
        "science_sub_domain.created",
        "science_sub_domain.removed",
        "science_sub_domain.updated",
        "service_account.changed",
        "service_account.erred",
        "service_account.key_rotated",
        "terms.published",
        "terms.withdrawn",
        "token.issued",
        "token.revoked",
        "user.confirmed",
        "user.created",
        "user.loaded",
        "user.password_changed",
        "user_usage.recorded",
        "web_hook.created",
        "web_hook.gone",
        "web_hook.pinged",
        "web_hook.removed",
        "web_hook.replayed",
        "web_hook.secret_rotated",
        "web_hook.updated",
    }
)
"""Kinds that are recorded for people to read, and that nobody acts on."""

RUN_SECONDS = 60.0
"""How long one run goes on with what it finds; the next one takes over."""


def name_of(subscriber: Subscriber) -> str:
    """Return what a delivery calls its subscriber."""
    return f"{subscriber.__module__}.{subscriber.__name__}"


NAMES = {kind: tuple(map(name_of, heard)) for kind, heard in SUBSCRIBERS.items()}
BY_NAME = {
    name_of(subscriber): subscriber for heard in SUBSCRIBERS.values() for subscriber in heard
}


def wake_bus() -> None:
    """Ask a worker to send what waits for subscribers; beat has that done anyway."""
    allocations.work_bus.apply_async(retry=False, expires=60)


def wake_hooks() -> None:
    """Ask a worker to tell hooks of what is numbered; beat has that done anyway."""
    woken = chain(notifications.plan_hooks.si(), notifications.send_hooks.si())
    woken.apply_async(retry=False, expires=60)


tell_bus, tell_hooks = Nudge(wake_bus), Nudge(wake_hooks)


@periodic
def dispatch_events(**_: object) -> None:
    """Put new events in order, and work off what is due, until nothing is or the time is over."""
    until = monotonic() + RUN_SECONDS
    while monotonic() < until:
        kinds = outbox.put_in_order(NAMES, now=timezone.now())
        if kinds:
            tell_hooks()
        for kind in {kind for kind in kinds if kind not in SUBSCRIBERS and kind not in UNHEARD}:
            log.error("nobody has said whether to hear of %s", kind)
        if not work_off(until) and not kinds:
            return
        tell_bus()


def work_off(until: float) -> int:
    """Tell subscribers what is due, one delivery at a time; return how many were taken."""
    taken = 0
    while monotonic() < until and (claimed := outbox.claim(now=timezone.now())):
        deliver(claimed)
        taken += 1
    return taken


def deliver(claimed: outbox.Claim) -> None:
    """Tell one subscriber of one event, and record how that went."""
    subscriber = BY_NAME.get(claimed.subscriber)
    if subscriber is None:
        outbox.abandon(claimed, "There is no such subscriber any more.")
        return
    try:
        subscriber(claimed.event_uuid)
    except Exception as error:  # whatever it is, the delivery keeps it and is tried again
        log.exception("%s failed with %s", claimed.subscriber, claimed.kind)
        text = "".join(traceback.format_exception(error))
        outbox.fail(claimed, text, now=timezone.now())
    else:
        outbox.settle(claimed, now=timezone.now())
