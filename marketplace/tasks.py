"""What happens in the background for the marketplace, each order in a transaction of its own."""

from uuid import UUID

from django.utils import timezone

from identity.event_handlers import handler
from identity.models import Event
from identity.periodic import periodic
from identity.services import periodic_rows
from identity.services.robot import robot
from marketplace.models import Consent, Order, Resource
from marketplace.services import consents, end_dates, moves, orders, plans


@handler("resources-of-moved-projects")
def follow_moved_project(event_uuid: UUID) -> None:
    """Tell of each allocation that its project belongs to another organization."""
    moves.tell(Event.objects.get(uuid=event_uuid), now=timezone.now())


@periodic
def start_due_orders(**_: object) -> None:
    """Let the orders go on that waited for a day which has come."""
    now = timezone.now()
    due = Order.objects.due(now.date())
    periodic_rows.for_each(
        "marketplace.tasks.start_due_orders",
        due,
        lambda order: orders.start(order, now=now),
        now=now,
    )


@periodic
def terminate_ended(**_: object) -> None:
    """Order the end of the allocations whose day has come; their providers carry it out."""
    now, account = timezone.now(), robot()
    periodic_rows.for_each(
        "marketplace.tasks.terminate_ended",
        Resource.objects.ended(now.date()),
        lambda resource: end_dates.terminate_ended(resource, robot=account, now=now),
        now=now,
    )


@periodic
def bring_prices_into_force(**_: object) -> None:
    """Let the prices hold that were set for this month."""
    plans.bring_prices_into_force(now=timezone.now())


@periodic
def end_late_consents(**_: object) -> None:
    """End the consents to former terms that new ones no longer let hold."""
    now = timezone.now()
    periodic_rows.for_each(
        "marketplace.tasks.end_late_consents",
        Consent.objects.late(now),
        lambda consent: consents.run_out(consent, now=now),
        now=now,
    )
