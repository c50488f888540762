"""What needs a person: read for the start page of the staff, a fixed number of queries each."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import Count, Min, Q
from django.urls import NoReverseMatch, reverse
from django.utils.http import urlencode
from django.utils.timesince import timesince, timeuntil

from allocations.lifecycle import AccountState, ProvisionState
from allocations.models import AgentService, MessageQueue, OfferingUser, Provision, QueueMessage
from common.admin.columns import badge
from identity.end_dates import effective_end_date
from identity.models import Event, EventDelivery, TaskFailure
from marketplace.lifecycle import OPEN, WAITING, OrderState, ResourceState
from marketplace.models import Order, Resource
from notifications.models import HookDelivery

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from django.db.models import Model

log = logging.getLogger(__name__)

SHOWN = 8
SOON = timedelta(days=30)
LATE = timedelta(minutes=1)
STUCK_ACCOUNTS = (AccountState.ERROR_CREATING, AccountState.ERROR_DELETING)


@dataclass(frozen=True)
class Cell:
    """A text, with the address it leads to."""

    text: str
    url: str = ""


@dataclass(frozen=True)
class Matter:
    """A table of what waits for somebody; without rows, `nothing` says that all is well."""

    title: str
    headings: tuple[str, ...]
    rows: Sequence[Sequence[Cell]]
    nothing: str
    more: Cell | None = field(default=None)


def matters(now: datetime) -> list[Matter]:
    """Return everything that may need a person, the most urgent first."""
    return [_found(matter, now) for matter in MATTERS]


def _found(matter: Callable[[datetime], Matter], now: datetime) -> Matter:
    """Return a table, or that it cannot be made: the others are read without it."""
    try:
        with transaction.atomic():
            return matter(now)
    except Exception as error:
        log.exception("%s cannot be told", matter.__name__)
        title = matter.__name__.replace("_", " ").capitalize()
        told = Cell(f"This cannot be told: {type(error).__name__}. The log says why.")
        return Matter(title, ("",), [[told]], "")


def orders_by_state(now: datetime) -> Matter:
    """Return how many orders stand where, and since when the oldest does."""
    unfinished = [*sorted(WAITING), OrderState.EXECUTING, OrderState.ERRED]
    counted = {
        row["state"]: row
        for row in Order.objects.filter(state__in=unfinished)
        .order_by()
        .values("state")
        .annotate(number=Count("pk"), oldest=Min("created"))
    }
    return Matter(
        "Orders that are not finished",
        ("State", "Orders", "Oldest"),
        [
            (
                Cell(badge(state), _list(Order, state__exact=state)),
                Cell(str(counted[state]["number"])),
                Cell(_age(counted[state]["oldest"], now)),
            )
            for state in unfinished
            if state in counted
        ],
        "Every order is finished.",
    )


def orders_waiting(now: datetime) -> Matter:
    """Return the orders that have been open longest."""
    rows = Order.objects.filter(state__in=OPEN).select_related("resource", "offering")
    found = list(rows.order_by("created", "pk")[: SHOWN + 1])
    return Matter(
        "Orders open longest",
        ("Order", "State", "Offering", "Open for"),
        [
            (
                Cell(f"{order.type} {order.resource.name}", _page(order)),
                Cell(badge(order.state)),
                Cell(order.offering.name),
                Cell(_age(order.created, now)),
            )
            for order in found[:SHOWN]
        ],
        "No order is open.",
        _more(found, Order, progress="open"),
    )


def erred_resources(now: datetime) -> Matter:
    """Return the resources that do not work, the newest trouble first."""
    rows = Resource.objects.filter(state=ResourceState.ERRED).select_related("offering", "project")
    found = list(rows.order_by("-modified", "-pk")[: SHOWN + 1])
    return Matter(
        "Erred resources",
        ("Resource", "Offering", "Error", "Since"),
        [
            (
                Cell(resource.name or resource.slug, _page(resource)),
                Cell(resource.offering.name),
                Cell(resource.error_message[:80]),
                Cell(_age(resource.modified, now)),
            )
            for resource in found[:SHOWN]
        ],
        "No resource is erred.",
        _more(found, Resource, state__exact=ResourceState.ERRED),
    )


def failing_tasks(now: datetime) -> Matter:
    """Return the rows that periodic tasks fail on, and the tasks that fail as a whole."""
    found = list(TaskFailure.objects.defer("traceback").order_by("-since", "-pk")[: SHOWN + 1])
    return Matter(
        "Periodic tasks that fail",
        ("Task", "Row", "Since", "Times", "Error"),
        [
            (
                Cell(failure.task, _page(failure)),
                Cell(failure.subject or "The whole run", _page_of(failure.subject)),
                Cell(_age(failure.since, now)),
                Cell(str(failure.times)),
                Cell(failure.error[:80]),
            )
            for failure in found[:SHOWN]
        ],
        "Every periodic task goes well.",
        _more(found, TaskFailure),
    )


def stuck_work(now: datetime) -> Matter:
    """Return how much work of the machine itself does not go on without a person."""
    late = Event.objects.filter(dispatched_at__isnull=True, created__lt=now - LATE)
    dead = EventDelivery.objects.filter(dead=True)
    overdue = EventDelivery.objects.filter(
        dead=False, delivered_at__isnull=True, next_attempt_at__lt=now - LATE
    )
    given_up = Provision.objects.filter(
        state__in=(ProvisionState.DEAD, ProvisionState.REFUSED), order__state=OrderState.ERRED
    )
    accounts = OfferingUser.objects.filter(state__in=STUCK_ACCOUNTS)
    untold = QueueMessage.objects.filter(published_at__isnull=True, created__lt=now - LATE)
    unheard = HookDelivery.objects.filter(dead=True)
    found = [
        (late, "Events not dispatched", "created", _list(Event, dispatched="no")),
        (
            overdue,
            "Events not delivered in time",
            "next_attempt_at",
            _list(EventDelivery, dead__exact=0, delivered_at__isempty=1),
        ),
        (dead, "Events given up", "next_attempt_at", _list(EventDelivery, dead__exact=1)),
        (
            untold,
            "Messages that have not left for the broker",
            "created",
            _list(QueueMessage, published_at__isempty=1),
        ),
        (
            unheard,
            "Webhooks and mails given up",
            "planned_at",
            _list(HookDelivery, dead__exact=1),
        ),
        (
            given_up,
            "Deliveries of orders given up or refused",
            "created",
            _list(Provision, state__in="dead,refused"),
        ),
        (
            accounts,
            "Accounts that could not be made or deleted",
            "modified",
            _list(OfferingUser, state__in=",".join(STUCK_ACCOUNTS)),
        ),
    ]
    rows = []
    for what, title, column, address in found:
        summed = what.aggregate(number=Count("pk"), oldest=Min(column))
        if summed["number"]:
            age = Cell(_age(summed["oldest"], now))
            rows.append((Cell(title, address), Cell(str(summed["number"])), age))
    return Matter("Stuck", ("What", "Number", "Oldest"), rows, "Everything is delivered.")


def queues_behind(now: datetime) -> Matter:
    """Return the queues that the broker does not take, or that are not emptied in time."""
    unpublished = QueueMessage.objects.filter(published_at__isnull=True).order_by()
    counted = unpublished.values("queue").annotate(number=Count("pk"), oldest=Min("created"))
    waiting = {row["queue"]: (row["number"], row["oldest"]) for row in counted}
    late = [key for key, (_, oldest) in waiting.items() if oldest < now - LATE]
    behind = MessageQueue.objects.whole().filter(Q(failures__gt=0) | Q(pk__in=late))
    found = [(queue, *waiting.get(queue.pk, (0, now))) for queue in behind.order_by("pk")]
    found.sort(key=lambda row: row[2])
    return Matter(
        "Queues of subscribers that are behind",
        ("Queue", "Offering", "Subscriber", "Waiting", "Oldest", "Failures", "Error"),
        [
            (
                Cell(queue.name, _page(queue)),
                Cell(queue.offering.name),
                Cell(str(queue.subscriber.user)),
                Cell(str(number)),
                Cell(_age(oldest, now) if number else ""),
                Cell(str(queue.failures)),
                Cell(queue.last_error[:80]),
            )
            for queue, number, oldest in found[:SHOWN]
        ],
        "Every subscriber has been told everything.",
        _more(found, MessageQueue, waiting="yes"),
    )


def silent_agents(now: datetime) -> Matter:
    """Return what site agents did for offerings until lately, the latest silence first."""
    rows = AgentService.objects.silent(now).select_related("identity__offering")
    found = list(rows.order_by("-last_request_timestamp", "-pk")[: SHOWN + 1])
    return Matter(
        "Site agents that fell silent",
        ("What", "Offering", "Agent", "Not seen for"),
        [
            (
                Cell(service.agent_type, _page(service)),
                Cell(service.identity.offering.name),
                Cell(service.identity.name, _page(service.identity)),
                Cell(_age(service.last_request_timestamp, now)),
            )
            for service in found[:SHOWN]
        ],
        "Every site agent is heard of.",
        _more(found, AgentService, silent="yes"),
    )


def ending_soon(now: datetime) -> Matter:
    """Return the allocations whose end, or whose project's, comes within a month."""
    rows = Resource.objects.ended((now + SOON).date()).select_related(
        "offering", "project__customer"
    )
    found = list(rows.order_by("end_date", "project__end_date", "pk")[: SHOWN + 1])
    return Matter(
        "Allocations that end within 30 days",
        ("Resource", "Offering", "Project", "Ends"),
        [
            (
                Cell(resource.name or resource.slug, _page(resource)),
                Cell(resource.offering.name),
                Cell(resource.project.name, _page(resource.project)),
                Cell(_end(resource, now)),
            )
            for resource in found[:SHOWN]
        ],
        "None.",
        _more(found, Resource, ends="30"),
    )


def _end(resource: Resource, now: datetime) -> str:
    own, project = resource.end_date, resource.project
    of_project = effective_end_date(
        project.end_date, project.grace_period_days, project.customer.grace_period_days
    )
    end = min((day for day in (own, of_project) if day is not None), default=None)
    whose = "" if end == own else " (with its project)"
    if end is None or end < now.date():
        return f"{end:%Y-%m-%d}, over{whose}" if end else ""
    if end == now.date():
        return f"{end:%Y-%m-%d}, today{whose}"
    return f"{end:%Y-%m-%d}, in {timeuntil(end, now.date(), depth=1)}{whose}"


def _age(moment: datetime, now: datetime) -> str:
    return timesince(moment, now, depth=1)


def _page(row: Model) -> str:
    options = row._meta
    return reverse(f"admin:{options.app_label}_{options.model_name}_change", args=[row.pk])


def _page_of(subject: str) -> str:
    """Return the page of a row that is named by its model and key; none for a part of a task."""
    label, _, key = subject.rpartition(" ")
    if not label:
        return ""
    try:
        return reverse(f"admin:{label.lower().replace('.', '_')}_change", args=[key])
    except NoReverseMatch:
        return ""


def _list(model: type[Model], **query: str | int) -> str:
    options = model._meta
    address = reverse(f"admin:{options.app_label}_{options.model_name}_changelist")
    return f"{address}?{urlencode(query)}"


def _more(found: Iterable[Any], model: type[Model], **query: str | int) -> Cell | None:
    is_more = len(list(found)) > SHOWN
    return Cell("Show all", _list(model, **query)) if is_more else None


MATTERS = (
    orders_by_state,
    orders_waiting,
    erred_resources,
    failing_tasks,
    stuck_work,
    queues_behind,
    silent_agents,
    ending_soon,
)
