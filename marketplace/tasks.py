"""What beat starts for the marketplace; each order is taken in a transaction of its own."""

import logging

from celery import shared_task
from django.utils import timezone

from config.common.errors import DomainError
from identity.services.robot import robot
from marketplace.models import Order, Resource
from marketplace.services import end_dates, orders, plans

log = logging.getLogger(__name__)


@shared_task
def start_due_orders(**_: object) -> None:
    """Let the orders go on that waited for a day which has come."""
    now = timezone.now()
    for order in Order.objects.due(now.date()).order_by("pk").iterator():
        try:
            orders.start(order, now=now)
        except DomainError as error:  # it was cancelled meanwhile, or waits for another day
            log.info("Order %s was not started: %s", order.uuid.hex, error)


@shared_task
def terminate_ended(**_: object) -> None:
    """Order the end of the allocations whose day has come; their providers carry it out."""
    now, account = timezone.now(), robot()
    for resource in Resource.objects.ended(now.date()).order_by("pk").iterator():
        try:
            end_dates.terminate_ended(resource, robot=account, now=now)
        except DomainError as error:  # somebody else was quicker
            log.info("Resource %s was not ended: %s", resource.uuid.hex, error)


@shared_task
def bring_prices_into_force(**_: object) -> None:
    """Let the prices hold that were set for this month."""
    plans.bring_prices_into_force(now=timezone.now())
