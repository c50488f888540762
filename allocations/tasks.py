"""What happens in the background: deliveries of orders, and accounts that follow roles.

Handlers of events are given their names by `@handler`; `config.wiring` says what they act on.
"""

from __future__ import annotations

import logging
from datetime import timedelta
from time import monotonic
from typing import TYPE_CHECKING
from uuid import UUID

from django.conf import settings
from django.utils import timezone

from allocations.access_plane import configured as access_plane
from allocations.bus import configured
from allocations.bus.management import BrokerUnmanageable
from allocations.bus.publisher import NotPublished, Unroutable
from allocations.models import OfferingUser
from allocations.services import (
    access_comparisons,
    account_sweeps,
    agent_logs,
    announcements,
    api_keys,
    attributes,
    broker,
    entitlement_causes,
    entitlements,
    membership,
    provisioning,
    publishing,
    robot_accounts,
    shared_accounts,
    site_access,
)
from common.batches import batches
from identity.event_handlers import handler
from identity.models import Event, Grant, User
from identity.periodic import periodic
from identity.services import periodic_rows
from marketplace.lifecycle import OrderState, ResourceState
from marketplace.models import Offering, Order, Resource

if TYPE_CHECKING:
    from collections.abc import Iterable

log = logging.getLogger(__name__)

RUN_SECONDS = 60.0
"""How long one run of the bus goes on with what it finds; the next one takes over."""

NAMING = frozenset({"details", "is_active"})
"""What of a person decides whether they have accounts at sites, and under what names."""


@handler("provision-order")
def follow_order(event_uuid: UUID) -> None:
    """Deliver an order that executes, and close the delivery of one that ended."""
    event = Event.objects.get(uuid=event_uuid)
    order = Order.objects.filter(uuid=event.subject_uuid).first()
    if order is None:
        return  # deleted since, and its deliveries with it
    state = OrderState(event.target)
    if state is OrderState.EXECUTING:
        provisioning.start(order, now=timezone.now())
    else:
        provisioning.follow(order, state, before=event.created, now=timezone.now())


@handler("accounts-of-resource")
def follow_resource(event_uuid: UUID) -> None:
    """See to the accounts of a project's members where its resource came up or ended."""
    event = Event.objects.select_related("project").get(uuid=event_uuid)
    if event.project is None:
        return
    offerings = Offering.objects.filter(uuid=UUID(event.payload["offering_uuid"]))
    _reconcile(membership.members(event.project), offerings)


@handler("close-api-keys")
def close_api_keys(event_uuid: UUID) -> None:
    """Delete the keys of a resource that was terminated."""
    event = Event.objects.get(uuid=event_uuid)
    ended = Resource.objects.filter(state=ResourceState.TERMINATED)
    if resource := ended.filter(uuid=event.subject_uuid).first():
        api_keys.close_all(resource, now=timezone.now())


@handler("close-robot-accounts")
def close_robot_accounts(event_uuid: UUID) -> None:
    """Delete the accounts of robots at a resource that was terminated."""
    event = Event.objects.get(uuid=event_uuid)
    ended = Resource.objects.filter(state=ResourceState.TERMINATED)
    if resource := ended.filter(uuid=event.subject_uuid).first():
        robot_accounts.close_all(resource, now=timezone.now())


@handler("accounts-of-new-resource")
def follow_created_resource(event_uuid: UUID) -> None:
    """See to the accounts of a new allocation's members, then have its site look at it.

    While it was made, accounts may have been opened for another one: the site may have found nobody
    to let in then, and would not ask again.
    """
    follow_resource(event_uuid)
    enqueue_agent_messages(event_uuid)


@handler("accounts-of-grant")
def follow_grant(event_uuid: UUID) -> None:
    """See to the accounts of somebody who got or lost a role in a project, then tell the sites.

    In this order: the site asks for the account as soon as it hears of the role.
    """
    event = Event.objects.get(uuid=event_uuid)
    grant = Grant.objects.select_related("user", "project").get(uuid=event.subject_uuid)
    if grant.project is not None:
        _reconcile([grant.user], membership.offerings_of(grant.project))
        enqueue_agent_messages(event_uuid)


@handler("accounts-of-user")
def follow_user(event_uuid: UUID) -> None:
    """See to the accounts of somebody who was let in or shut out, then tell the sites."""
    _see_to_accounts(Event.objects.get(uuid=event_uuid))
    enqueue_agent_messages(event_uuid)


@handler("accounts-of-project")
def follow_project(event_uuid: UUID) -> None:
    """See to the accounts of everybody in a project, then tell the sites of each."""
    event = Event.objects.select_related("project").get(uuid=event_uuid)
    if event.project is not None:
        _reconcile(membership.members(event.project), membership.offerings_of(event.project))
        enqueue_agent_messages(event_uuid)


@handler("attributes-of-user")
def tell_of_person(event_uuid: UUID) -> None:
    """Record for each site what changed of what it sees of somebody."""
    event = Event.objects.get(uuid=event_uuid)
    user = User.objects.get(uuid=event.subject_uuid)
    attributes.note_changes(user, event.payload.get("fields", ()), now=timezone.now())


@handler("account-names-of-user")
def follow_details(event_uuid: UUID) -> None:
    """See to the accounts of somebody whose names at sites may come from what has changed."""
    event = Event.objects.get(uuid=event_uuid)
    if NAMING & set(event.payload.get("fields", ())):
        _see_to_accounts(event)


@handler("accounts-by-assurance")
def follow_assurance(event_uuid: UUID) -> None:
    """See to the accounts of somebody of whom another thing is assured."""
    event = Event.objects.get(uuid=event_uuid)
    if "eduperson_assurance" in event.payload.get("fields", ()):
        _see_to_accounts(event)


@handler("accounts-by-login")
def follow_login(event_uuid: UUID) -> None:
    """See to the accounts of somebody who logged in in another way than before."""
    event = Event.objects.get(uuid=event_uuid)
    if event.payload.get("acr_changed"):
        _see_to_accounts_of(User.objects.get(uuid=UUID(event.payload["user_uuid"])))


@handler("accounts-at-offering")
def follow_offering(event_uuid: UUID) -> None:
    """See to the accounts at an offering whose rules for accounts changed."""
    event = Event.objects.get(uuid=event_uuid)
    offering = Offering.objects.filter(uuid=event.subject_uuid).first()
    if offering is not None and "plugin_options" in event.payload["changed"]:
        _reconcile(membership.people_of(offering), [offering])


@handler("accounts-by-consent")
def follow_consent(event_uuid: UUID) -> None:
    """See to the account of somebody who agreed to an offering's terms, or does so no more."""
    event = Event.objects.get(uuid=event_uuid)
    users = User.objects.filter(uuid=UUID(event.payload["user"]))
    _reconcile(users, Offering.objects.filter(uuid=UUID(event.payload["offering"])))


@handler("accounts-by-terms")
def follow_terms(event_uuid: UUID) -> None:
    """See to the accounts at an offering whose terms of service are others, or none any more."""
    event = Event.objects.get(uuid=event_uuid)
    offering = Offering.objects.filter(uuid=UUID(event.payload["offering"])).first()
    if offering is not None:
        _reconcile(membership.people_of(offering), [offering])


@handler("accounts-at-provider")
def follow_provider(event_uuid: UUID) -> None:
    """See to the accounts at all offerings of a provider whose rules for accounts changed."""
    event = Event.objects.get(uuid=event_uuid)
    if "account_options" not in event.payload["changed"]:
        return
    for offering in Offering.objects.filter(customer=event.provider_id).order_by("pk"):
        _reconcile(membership.people_of(offering), [offering])


@handler("close-accounts-of-project")
def follow_removed_project(event_uuid: UUID) -> None:
    """Close the accounts of programs and courses of a project that was removed."""
    event = Event.objects.select_related("project").get(uuid=event_uuid)
    if event.project is not None:
        shared_accounts.close_all(event.project, now=timezone.now())


@handler("close-accounts-of-customer")
def follow_removed_customer(event_uuid: UUID) -> None:
    """Close the accounts of programs of an organisation that was removed."""
    event = Event.objects.select_related("customer").get(uuid=event_uuid)
    if event.customer is not None:
        shared_accounts.close_all(event.customer, now=timezone.now())


@handler("reopen-account")
def follow_account(event_uuid: UUID) -> None:
    """Open the account anew of somebody who came back while the old one was being deleted."""
    event = Event.objects.get(uuid=event_uuid)
    account = (
        OfferingUser.objects.select_related("user", "offering")
        .filter(uuid=event.subject_uuid)
        .first()
    )
    if account is not None:
        _reconcile([account.user], [account.offering])


@handler("agent-messages")
def enqueue_agent_messages(event_uuid: UUID) -> None:
    """Write down for each queue at the broker what its subscriber is told of an event."""
    if configured.is_configured():
        event = Event.objects.select_related("actor", "project", "provider").get(uuid=event_uuid)
        announcements.announce(event, now=timezone.now())


@handler("access-of-people")
def follow_access(event_uuid: UUID) -> None:
    """Write down where people may log in since an event, and what the AAI is to have of them."""
    event = Event.objects.get(uuid=event_uuid)
    _see_to_access(entitlement_causes.people_of(event))


@periodic
def sweep_access(**_: object) -> None:
    """Write down where everybody may log in: what no event told of is found here."""
    _see_to_access(User.objects.order_by("pk").values_list("pk", flat=True))


@periodic
def sweep_accounts(**_: object) -> None:
    """Bring accounts to what is asked now; each run takes another part of the people."""
    account_sweeps.sweep(now=timezone.now())


@periodic
def work_access_plane(**_: object) -> None:
    """Have the AAI have what it should have of people, a person at a time.

    The AAI being away ends the run: it is left alone for a moment, and beat comes again.
    """
    if not access_plane.is_configured():
        return
    until = monotonic() + RUN_SECONDS
    while monotonic() < until and (claimed := entitlements.claim(now=timezone.now())):
        entitlements.deliver(
            claimed,
            access_plane.aai(),
            namespace=access_plane.namespace(),
            clock=timezone.now,
        )


@periodic
def compare_access(**_: object) -> None:
    """Compare everybody's entitlements with what the AAI has, from time to time or when asked."""
    if not access_plane.is_configured():
        return
    access_comparisons.begin_if_due(now=timezone.now())
    until = monotonic() + RUN_SECONDS
    if comparison := access_comparisons.claim(now=timezone.now()):
        access_comparisons.go_on(
            comparison,
            access_plane.aai(),
            namespace=access_plane.namespace(),
            clock=timezone.now,
            until=lambda: monotonic() > until,
        )


@periodic
def work_bus(**_: object) -> None:
    """Send what waits for subscribers, a batch for one queue at a time, as long as there is any.

    The broker being away ends the run: the queue that has met it pauses, and beat comes again.
    """
    if not configured.is_configured():
        return
    until = monotonic() + RUN_SECONDS
    while monotonic() < until and (claimed := publishing.claim(now=timezone.now())):
        try:
            if claimed.queue.declared_at is None:
                broker.declare(claimed.queue, configured.management(), now=timezone.now())
            publishing.publish(claimed, configured.publisher().publish, clock=timezone.now)
        except Unroutable as error:
            log.info("%s will be declared anew: %s", claimed.queue, error)
        except NotPublished as error:
            log.warning("the message bus is away: %s", error)
            return
        except BrokerUnmanageable as error:
            publishing.give_back(claimed, error, now=timezone.now())
            log.warning("the message bus is away: %s", error)
            return


@periodic
def repair_bus(**_: object) -> None:
    """Bring the broker to what stands in the database, wherever it has drifted from it."""
    if not configured.is_configured():
        return
    try:
        repaired = broker.repair(configured.management(), now=timezone.now())
    except BrokerUnmanageable as error:
        log.warning("the message bus could not be looked at: %s", error)
        return
    if repaired:
        log.info("At the broker: %s restored, %s removed", repaired.restored, repaired.removed)


@periodic
def prune_messages(**_: object) -> None:
    """Throw away messages that have left long ago, and those that nobody took for as long."""
    kept_for = timedelta(days=settings.BUS_RETENTION_DAYS)
    if pruned := publishing.prune(now=timezone.now(), kept_for=kept_for):
        log.info("Messages pruned: %s", pruned)


@periodic
def work_provisions(**_: object) -> None:
    """Try deliveries again whose pause is over, and those whose worker was lost."""
    periodic_rows.for_each(
        "allocations.tasks.work_provisions",
        provisioning.due(now=timezone.now()),
        lambda order: provisioning.start(order, now=timezone.now()),
        now=timezone.now(),
    )


@periodic
def prune_agent_logs(**_: object) -> None:
    """Throw away lines of agents' logs that were kept long enough."""
    kept_for = timedelta(days=settings.AGENT_LOG_RETENTION_DAYS)
    pruned = agent_logs.prune(now=timezone.now(), kept_for=kept_for)
    if pruned:
        log.info("Lines of agents' logs pruned: %s", pruned)


def _see_to_accounts(event: Event) -> None:
    _see_to_accounts_of(User.objects.get(uuid=event.subject_uuid))


def _see_to_accounts_of(user: User) -> None:
    membership.see_to(user, now=timezone.now())


def _see_to_access(keys: Iterable[int]) -> None:
    for some in batches(keys, entitlements.AT_ONCE):
        site_access.follow(some, now=timezone.now())
        if access_plane.is_configured():
            entitlements.see_to(some, namespace=access_plane.namespace(), now=timezone.now())


def _reconcile(users: Iterable[User], offerings: Iterable[Offering]) -> None:
    membership.reconcile_all(users=users, offerings=offerings, now=timezone.now())
