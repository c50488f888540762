"""Panels of what the machine itself does not get done: failing tasks, and what is stuck."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Count, Min

from allocations.lifecycle import AccountState, ProvisionState
from allocations.models import OfferingUser, Provision, QueueMessage
from common.leased_rows import IS_OPEN
from config.pages.dashboard.panel import (
    LATE,
    SHOWN,
    Cell,
    DashboardPanel,
    age,
    link_to_all,
    list_of,
    page_of,
    page_of_subject,
)
from identity.models import Event, EventDelivery, TaskFailure
from marketplace.lifecycle import OrderState
from notifications.models import HookDelivery

if TYPE_CHECKING:
    from datetime import datetime

STUCK_ACCOUNTS = (AccountState.ERROR_CREATING, AccountState.ERROR_DELETING)


def failing_tasks(now: datetime) -> DashboardPanel:
    """Return the rows that periodic tasks fail on, and the tasks that fail as a whole."""
    found = list(TaskFailure.objects.defer("traceback").order_by("-since", "-pk")[: SHOWN + 1])
    return DashboardPanel(
        "Periodic tasks that fail",
        ("Task", "Row", "Since", "Times", "Error"),
        [
            (
                Cell(failure.task, page_of(failure)),
                Cell(failure.subject or "The whole run", page_of_subject(failure.subject)),
                Cell(age(failure.since, now)),
                Cell(str(failure.times)),
                Cell(failure.error[:80]),
            )
            for failure in found[:SHOWN]
        ],
        "Every periodic task goes well.",
        link_to_all(found, TaskFailure),
    )


def stuck_work(now: datetime) -> DashboardPanel:
    """Return how much work of the machine itself does not go on without a person."""
    late = Event.objects.filter(dispatched_at__isnull=True, created__lt=now - LATE)
    dead = EventDelivery.objects.filter(dead=True)
    overdue = EventDelivery.objects.filter(IS_OPEN, next_attempt_at__lt=now - LATE)
    given_up = Provision.objects.filter(
        state__in=(ProvisionState.DEAD, ProvisionState.REFUSED), order__state=OrderState.ERRED
    )
    accounts = OfferingUser.objects.filter(state__in=STUCK_ACCOUNTS)
    untold = QueueMessage.objects.filter(published_at__isnull=True, created__lt=now - LATE)
    unheard = HookDelivery.objects.filter(dead=True)
    found = [
        (late, "Events not dispatched", "created", list_of(Event, dispatched="no")),
        (
            overdue,
            "Events not delivered in time",
            "next_attempt_at",
            list_of(EventDelivery, dead__exact=0, delivered_at__isempty=1),
        ),
        (dead, "Events given up", "next_attempt_at", list_of(EventDelivery, dead__exact=1)),
        (
            untold,
            "Messages that have not left for the broker",
            "created",
            list_of(QueueMessage, published_at__isempty=1),
        ),
        (
            unheard,
            "Webhooks and mails given up",
            "planned_at",
            list_of(HookDelivery, dead__exact=1),
        ),
        (
            given_up,
            "Deliveries of orders given up or refused",
            "created",
            list_of(Provision, state__in="dead,refused"),
        ),
        (
            accounts,
            "Accounts that could not be made or deleted",
            "modified",
            list_of(OfferingUser, state__in=",".join(STUCK_ACCOUNTS)),
        ),
    ]
    rows = []
    for what, title, column, address in found:
        summed = what.aggregate(number=Count("pk"), oldest=Min(column))
        if summed["number"]:
            oldest = Cell(age(summed["oldest"], now))
            rows.append((Cell(title, address), Cell(str(summed["number"])), oldest))
    return DashboardPanel("Stuck", ("What", "Number", "Oldest"), rows, "Everything is delivered.")
