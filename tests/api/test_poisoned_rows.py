"""Whatever stands in a row, however it came there, stops nobody from reading the others.

One row of every model is poisoned by SQL, each column of a kind at a time as far as the database's
own constraints let it, and all that reads is run: lists, details, the staff's pages, the feed and
its streams, hooks, queues, the desired state and every periodic task.
"""

from __future__ import annotations

import importlib
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest
from django.apps import apps
from django.contrib.postgres.fields import ArrayField
from django.db import DatabaseError, connection, models, transaction
from django.test import Client
from django.utils import timezone

from accounting.services import desired_state
from allocations.models import MessageQueue
from allocations.services import publishing
from config.celery import app
from config.documents.routes import all_routes
from config.streams.stream import _event
from identity.models import Event
from identity.services import feed
from marketplace.models import Offering
from notifications.bus.posting import Answer
from tests.admin.pages import address, page_of
from tests.admin.rows import MAKERS
from tests.world import populate

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime

    from rest_framework.test import APIClient

    from identity.models import Customer, Project, User

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.slow,
    pytest.mark.usefixtures("without_sidebar"),
]

Poison = dict[type[Any], str]

TEXT = "E'a\\r\\nBcc: x@example.org\\u202e\\u0001<b>\\n' || repeat('x', {length} - 40)"
POISONS: dict[str, Poison] = {
    "endless numbers, no end of time": {
        models.JSONField: "('{{\"a\": 1' || repeat('0', 400) || '}}')::jsonb",
        models.DateField: "'infinity'",
        models.DateTimeField: "'infinity'",
        models.DecimalField: "'NaN'",
        models.FloatField: "'Infinity'",
    },
    "no bottom, before Christ, least numbers": {
        models.JSONField: "(repeat('[', 3000) || repeat(']', 3000))::jsonb",
        models.DateField: "'0044-03-15 BC'",
        models.DateTimeField: "'0044-03-15 BC'",
        models.IntegerField: "-2147483648",
        models.PositiveIntegerField: "0",
        models.PositiveSmallIntegerField: "0",
        models.DecimalField: "-99",
    },
    "five thousand digits, far ahead, greatest numbers": {
        models.JSONField: "('[1' || repeat('0', 5000) || ']')::jsonb",
        models.DateField: "'5874897-12-31'",
        models.DateTimeField: "'294276-12-31'",
        models.IntegerField: "2147483647",
        models.PositiveIntegerField: "2147483647",
        models.PositiveSmallIntegerField: "32767",
        models.FloatField: "'NaN'",
    },
    "levels that are read and not written, texts that are none": {
        models.JSONField: "('{{\"a\": ' || repeat('[', 300) || repeat(']', 300) || '}}')::jsonb",
        models.CharField: TEXT,
        models.TextField: TEXT,
        models.DateField: "'0001-01-01'",
        models.DateTimeField: "'0001-01-01T00:00:00+14:00'",
    },
    "objects of another shape": {
        models.JSONField: (
            '\'{{"a": [null, {{"b": 1180591620717411303424}}], "options": [1], "order": {{}},'
            ' "cpu_k_hours": "x", "uuid": 5, "resource_uuid": [], "username": 7}}\'::jsonb'
        ),
    },
    "lists of another shape": {
        models.JSONField: '\'[null, 1180591620717411303424, "x", [], {{"a": {{}}}}]\'::jsonb',
    },
}
UNTOUCHED = frozenset({"id", "password"})


def columns(model: type[models.Model]) -> Iterator[models.Field[Any, Any]]:
    """Yield the columns of a model's own table that hold values."""
    for column in model._meta.local_concrete_fields:
        if not (column.is_relation or column.primary_key or column.name in UNTOUCHED):
            yield column


def literal(column: Any, poison: Poison) -> str | None:
    """Return the SQL of a column's poison; None where there is none."""
    if isinstance(column, ArrayField | models.UUIDField):
        return None
    for kind in type(column).__mro__:
        if kind in poison:
            return poison[kind].format(length=column.max_length or 200_000)
    return None


def spoil(rows: dict[type[Any], Any], poison: Poison) -> int:
    """Write the poison into a row of each model; return how many columns took it."""
    taken = 0
    for model, row in rows.items():
        for column in columns(model):
            value = literal(column, poison)
            if value is None:
                continue
            sql = f'UPDATE "{model._meta.db_table}" SET "{column.column}" = {value}'  # noqa: S608
            key = model._meta.pk
            try:
                with transaction.atomic(), connection.cursor() as cursor:
                    cursor.execute(f'{sql} WHERE "{key.column}" = %s', [row.pk])
                    cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
                    cursor.execute("SET CONSTRAINTS ALL DEFERRED")
            except DatabaseError:
                continue  # a constraint keeps it out
            taken += 1
    return taken


class Reader:
    """Reads everything, and notes what stops."""

    def __init__(self, client: APIClient, staff: Client, rows: dict[type[Any], Any]) -> None:
        """Take who reads, and what of."""
        self.client, self.staff, self.rows = client, staff, rows
        self.stopped: list[str] = []

    def tried(self, what: str, read: Callable[[], Any]) -> None:
        """Read one thing, on its own."""
        try:
            with transaction.atomic():
                wrong = read()
        except Exception as error:
            wrong = f"{type(error).__name__}: {str(error)[:150]}"
        if wrong:
            self.stopped.append(f"{what}: {wrong}")

    def everything(self, *, pages: bool) -> list[str]:
        """Read all there is; return what stopped."""
        self.of_api()
        if pages:
            self.of_staff()
        self.tried("feed", self.of_feed)
        for offering in Offering.objects.filter(resources__isnull=False).distinct().order_by("pk"):
            self.tried(f"desired state of {offering.pk}", partial(self._handed_out, offering))
        self.tried("queues", self.of_queues)
        self.of_beat()
        return self.stopped

    def of_api(self) -> None:
        """Read every list and every row of it."""
        for route in all_routes():
            if route.method != "get":
                continue
            own = self.rows.get(route.viewset.model) if route.viewset.model else None
            path = route.path
            if "{" in path:
                if own is None or path.count("{") > 1 or not hasattr(own, "uuid"):
                    continue
                path = path.split("{")[0] + own.uuid.hex + path.split("}")[1]
            self.tried(f"GET {path}", partial(self._got, path))

    def _got(self, path: str) -> str | None:
        answer = self.client.get(path, {"page_size": "300"} if path.count("/") < 4 else {})
        if answer.status_code >= 500:
            return f"{answer.status_code} {answer.content[:100]!r}"
        if answer.content and not answer["Content-Type"].startswith("text/plain"):
            answer.json()
        return None

    def of_staff(self) -> None:
        """Open every page of the admin."""
        self.tried("/admin/", lambda: self._opened("/admin/"))
        for model, row in self.rows.items():
            for url in (address(model, "changelist"), page_of(row)):
                self.tried(url, partial(self._opened, url))

    def _opened(self, url: str) -> str | None:
        answer = self.staff.get(url)
        return None if answer.status_code == 200 else str(answer.status_code)

    def _handed_out(self, offering: Offering) -> None:
        desired_state.hand_out(offering, now=timezone.now())

    def of_feed(self) -> None:
        """Read the feed from its beginning, as a stream sends it."""
        part = feed.read("", limit=1000, user=self.staff_user, now=timezone.now())
        assert len(part.events) > 1
        assert all(map(_event, part.events))

    def of_queues(self) -> None:
        """Publish what waits in every queue."""
        sent: list[Any] = []
        for _ in range(MessageQueue.objects.count()):
            claimed = publishing.claim(now=timezone.now())
            if claimed is not None:
                publishing.publish(claimed, sent.append, clock=timezone.now)

    def of_beat(self) -> None:
        """Run what beat starts."""
        for entry in app.conf.beat_schedule.values():
            module, _, name = entry["task"].rpartition(".")
            self.tried(entry["task"], getattr(importlib.import_module(module), name))

    @property
    def staff_user(self) -> Any:
        """Return who reads."""
        return apps.get_model("identity.User").objects.get(username="dave")


def test_poison_in_any_column_stops_nothing(
    as_user: Callable[[User], APIClient],
    dave: User,
    project: Project,
    provider: Customer,
    bob: User,
    now: datetime,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    told: list[Any] = []

    def take(*sent: Any) -> Answer:
        told.append(sent)
        return Answer(200)

    monkeypatch.setattr("notifications.services.hook_runs.post", take)
    client, staff = as_user(dave), Client(raise_request_exception=False)
    client.raise_request_exception = False
    staff.force_login(dave)
    populate(project=project, provider=provider, member=bob, now=now)
    rows = {model: make() for model, make in MAKERS.items()}
    for number, event in enumerate(Event.objects.order_by("pk"), 1):
        Event.objects.filter(pk=event.pk).update(sequence=number)
    stopped = {}
    for name, poison in {"nothing": {}, **POISONS}.items():
        with transaction.atomic():
            taken = spoil(rows, poison)
            assert taken > 40 or not poison, name
            stopped[name] = Reader(client, staff, rows).everything(pages=len(poison) > 1)
            transaction.set_rollback(True)
    assert stopped == {name: [] for name in stopped}
