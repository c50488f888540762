"""`/metrics`: how much waits, and for how long, in the text format of Prometheus.

Everything is counted in the database when it is asked for, so that every process gives the same
answer, a restart loses nothing, and one target is enough. What the processes themselves do is the
platform's to measure. Read by a scraper with `METRICS_TOKEN`, and by the staff.
"""

from __future__ import annotations

from hmac import compare_digest
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db.models import Count, F, Min, Q
from django.http import HttpResponse
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4
from prometheus_client.registry import Collector
from rest_framework.authentication import (
    BaseAuthentication,
    SessionAuthentication,
    get_authorization_header,
)
from rest_framework.permissions import BasePermission
from rest_framework.renderers import JSONRenderer
from rest_framework.views import APIView

from allocations.lifecycle import UNDELIVERED, UNSETTLED_ENTITLEMENTS, ProvisionState
from allocations.models import (
    AccessComparison,
    AgentService,
    EntitledPerson,
    Entitlement,
    MessageQueue,
    Provision,
    QueueMessage,
)
from common.leased_rows import IS_OPEN
from identity.api.authentication import TokenAuthentication
from identity.models import Event, EventDelivery, TaskFailure
from marketplace.lifecycle import OPEN, OrderState
from marketplace.models import Order
from notifications.models import HookDelivery
from notifications.models.hook import HookType

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from datetime import datetime

    from rest_framework.request import Request

SCRAPER = "the scraper"
"""What a request with the token of metrics is authenticated by."""


# --- what is counted ------------------------------------------------------------------------------


def version(now: datetime) -> Iterator[Metric]:
    """Tell which release answers."""
    info = _gauge("build_info", "The running release; always 1.", "version")
    info.add_metric([settings.VERSION], 1)
    yield info


def events(now: datetime) -> Iterator[Metric]:
    """Count the events that no dispatcher has seen."""
    waiting = Event.objects.filter(dispatched_at__isnull=True)
    found = waiting.aggregate(number=Count("pk"), oldest=Min("created"))
    yield _one("events_undispatched", "Events not dispatched yet.", found["number"])
    age = "Since when the oldest event waits for the dispatcher."
    yield _one("events_undispatched_oldest_seconds", age, _age(found["oldest"], now))


def deliveries(now: datetime) -> Iterator[Metric]:
    """Count by handler what events it has still to work off, and what was given up."""
    waiting = _gauge("event_deliveries_waiting", "Events to be worked off.", "handler")
    oldest = _gauge(
        "event_deliveries_oldest_seconds", "Age of the oldest event to be worked off.", "handler"
    )
    dead = _gauge("event_deliveries_dead", "Events that were given up.", "handler")
    undelivered = EventDelivery.objects.filter(IS_OPEN).order_by("handler").values("handler")
    for row in undelivered.annotate(number=Count("pk"), since=Min("event__created")):
        waiting.add_metric([row["handler"]], row["number"])
        oldest.add_metric([row["handler"]], _age(row["since"], now))
    given_up = EventDelivery.objects.filter(dead=True).order_by("handler")
    for handler, number in given_up.values_list("handler").annotate(number=Count("pk")):
        dead.add_metric([handler], number)
    yield from (waiting, oldest, dead)


def orders(now: datetime) -> Iterator[Metric]:
    """Count the orders that are not finished, by state."""
    number = _gauge("orders", "Orders that are open or erred.", "state")
    oldest = _gauge("orders_oldest_seconds", "Age of the oldest order in the state.", "state")
    states = [*sorted(OPEN), OrderState.ERRED]
    rows = Order.objects.filter(state__in=states).order_by().values("state")
    counted = rows.annotate(number=Count("pk"), since=Min("created"))
    found = {row["state"]: (row["number"], row["since"]) for row in counted}
    for state in states:
        orders_there, since = found.get(state, (0, None))
        number.add_metric([state], orders_there)
        oldest.add_metric([state], _age(since, now))
    yield from (number, oldest)


def provisions(now: datetime) -> Iterator[Metric]:
    """Count the deliveries of orders that are open, and those whose order erred with them."""
    number = _gauge("provisions", "Deliveries of orders that are open or given up.", "state")
    states = [*sorted(UNDELIVERED), ProvisionState.DEAD]
    given_up = Q(state=ProvisionState.DEAD, order__state=OrderState.ERRED)
    rows = Provision.objects.filter(Q(state__in=sorted(UNDELIVERED)) | given_up)
    found = dict(rows.order_by().values_list("state").annotate(number=Count("pk")))
    for state in states:
        number.add_metric([state], found.get(state, 0))
    yield number


def agents(now: datetime) -> Iterator[Metric]:
    """Count what site agents did for offerings until lately and do no more."""
    silent = AgentService.objects.silent(now).count()
    yield _one("agents_silent", "Kinds of work that site agents fell silent in.", silent)


def message_bus(now: datetime) -> Iterator[Metric]:
    """Count the messages that wait for subscribers at the broker, by queue."""
    waiting = _gauge("queue_messages_waiting", "Messages that have not left.", "queue")
    oldest = _gauge("queue_messages_oldest_seconds", "Age of the oldest of them.", "queue")
    unpublished = QueueMessage.objects.filter(published_at__isnull=True).order_by()
    counted = unpublished.values("queue").annotate(number=Count("pk"), since=Min("created"))
    found = {row["queue"]: (row["number"], row["since"]) for row in counted}
    failing = 0
    for queue in MessageQueue.objects.whole().order_by("pk"):
        number, since = found.get(queue.pk, (0, None))
        waiting.add_metric([queue.name], number)
        oldest.add_metric([queue.name], _age(since, now))
        failing += queue.failures > 0
    yield from (waiting, oldest)
    yield _one("queues_failing", "Queues that the broker did not take lately.", failing)


def hooks(now: datetime) -> Iterator[Metric]:
    """Count the deliveries to webhooks and by mail that wait, and those that were given up."""
    waiting = _gauge("hook_deliveries_waiting", "Deliveries that are to be made.", "hook_type")
    oldest = _gauge("hook_deliveries_oldest_seconds", "Age of the oldest of them.", "hook_type")
    dead = _gauge("hook_deliveries_dead", "Deliveries that were given up.", "hook_type")
    counts = (
        HookDelivery.objects.filter(delivered_at__isnull=True)
        .order_by()
        .values(kind=F("hook__hook_type"))
    )
    rows = counts.annotate(
        waiting=Count("pk", filter=IS_OPEN),
        since=Min("planned_at", filter=IS_OPEN),
        given_up=Count("pk", filter=Q(dead=True)),
    )
    found: dict[str, dict[str, Any]] = {row["kind"]: dict(row) for row in rows}
    for kind in HookType:
        row = found.get(kind.value, {"waiting": 0, "since": None, "given_up": 0})
        waiting.add_metric([kind.value], row["waiting"])
        oldest.add_metric([kind.value], _age(row["since"], now))
        dead.add_metric([kind.value], row["given_up"])
    yield from (waiting, oldest, dead)


def access_plane(now: datetime) -> Iterator[Metric]:
    """Count what the AAI has still to be told of people, and what differed when last compared."""
    waiting = _gauge("entitlements_waiting", "Entitlements to be put or taken.", "state")
    oldest = _gauge(
        "entitlements_oldest_seconds", "For how long the oldest of them waits.", "state"
    )
    states = sorted(UNSETTLED_ENTITLEMENTS)
    rows = Entitlement.objects.filter(state__in=states).order_by().values("state")
    counted = rows.annotate(number=Count("pk"), since=Min("since"))
    found = {row["state"]: (row["number"], row["since"]) for row in counted}
    for state in states:
        number, since = found.get(state, (0, None))
        waiting.add_metric([state], number)
        oldest.add_metric([state], _age(since, now))
    yield from (waiting, oldest)
    people = EntitledPerson.objects.aggregate(
        failing=Count("pk", filter=IS_OPEN & Q(attempts__gt=0)),
        unknown=Count("pk", filter=Q(is_unknown=True)),
    )
    failing = "People whose entitlements could not be seen to lately."
    yield _one("entitled_people_failing", failing, people["failing"])
    yield _one("entitled_people_unknown", "People whom the AAI does not know.", people["unknown"])
    differences = _gauge("access_differences", "What differed at the AAI, when compared.", "what")
    last = AccessComparison.objects.filter(finished__isnull=False).order_by("-finished").first()
    for what in ("missing", "unexpected"):
        differences.add_metric([what], getattr(last, what, 0))
    yield differences
    age = "How long ago everybody was compared with the AAI."
    yield _one("access_compared_seconds", age, _age(getattr(last, "finished", None), now))


def failing_tasks(now: datetime) -> Iterator[Metric]:
    """Count the rows that periodic tasks fail on, and the runs that were cut short."""
    number = _gauge("task_failures", "Rows that a periodic task fails on.", "task")
    oldest = _gauge("task_failures_oldest_seconds", "For how long the first has failed.", "task")
    counted = TaskFailure.objects.order_by("task").values("task")
    for row in counted.annotate(number=Count("pk"), since=Min("since")):
        number.add_metric([row["task"]], row["number"])
        oldest.add_metric([row["task"]], _age(row["since"], now))
    yield from (number, oldest)


COLLECTORS: tuple[Callable[[datetime], Iterable[Metric]], ...] = (
    version,
    events,
    deliveries,
    orders,
    provisions,
    agents,
    message_bus,
    hooks,
    access_plane,
    failing_tasks,
)
"""All that is counted; each takes a fixed number of queries."""


def _gauge(name: str, meaning: str, *labels: str) -> GaugeMetricFamily:
    return GaugeMetricFamily(f"efp_{name}", meaning, labels=labels)


def _one(name: str, meaning: str, value: float) -> GaugeMetricFamily:
    return GaugeMetricFamily(f"efp_{name}", meaning, value=value)


def _age(since: datetime | None, now: datetime) -> float:
    """Return how many seconds ago something was; none where there is nothing."""
    return max(0.0, (now - since).total_seconds()) if since else 0.0


class Backlog(Collector):
    """All of it at one moment."""

    def __init__(self, now: datetime) -> None:
        """Take the moment."""
        self.now = now

    def collect(self) -> Iterator[Metric]:
        """Count everything."""
        for collector in COLLECTORS:
            yield from collector(self.now)


def as_text(now: datetime) -> bytes:
    """Return everything as Prometheus reads it."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(Backlog(now))
    return generate_latest(registry)


# --- who may read it ------------------------------------------------------------------------------


class ScraperAuthentication(BaseAuthentication):
    """`Authorization: Bearer <METRICS_TOKEN>`; any other token is somebody's own."""

    def authenticate(self, request: Request) -> tuple[AnonymousUser, str] | None:
        """Tell whether it is the scraper."""
        expected = settings.METRICS_TOKEN.encode()
        scheme, *parts = get_authorization_header(request).split() or [b""]
        if not expected or scheme.lower() != b"bearer" or len(parts) != 1:
            return None
        return (AnonymousUser(), SCRAPER) if compare_digest(parts[0], expected) else None

    def authenticate_header(self, request: Request) -> str:
        """Return what `WWW-Authenticate` asks for."""
        return "Bearer"


class MayScrape(BasePermission):
    """The scraper and the staff."""

    def has_permission(self, request: Request, view: Any) -> bool:
        """Tell whether it is one of them."""
        return request.auth == SCRAPER or bool(getattr(request.user, "is_staff", False))


@extend_schema(exclude=True)
class MetricsView(APIView):
    """What Prometheus scrapes."""

    authentication_classes = (ScraperAuthentication, TokenAuthentication, SessionAuthentication)
    permission_classes = (MayScrape,)

    def perform_content_negotiation(self, request: Request, force: bool = False) -> Any:  # noqa: FBT001, FBT002 - DRF's signature
        """Answer in the one format that there is, whatever is preferred; refusals are JSON."""
        return JSONRenderer(), JSONRenderer.media_type

    def get(self, request: Request) -> HttpResponse:
        """Return the metrics."""
        answer = HttpResponse(as_text(timezone.now()), content_type=CONTENT_TYPE_PLAIN_0_0_4)
        answer["Cache-Control"] = "no-store"
        return answer
