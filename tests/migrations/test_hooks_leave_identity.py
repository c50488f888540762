"""Hooks move from `identity` to `notifications` with all that was sent, and can be had back."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.auth.models import Permission
from django.contrib.contenttypes.models import ContentType
from django.core import signing
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from common.sealing import seal, unseal
from identity.models import EmailConfirmation, TaskFailure
from identity.services import emails, outbox
from notifications.models import Hook, HookPosition, WebHook
from notifications.services import hook_planning, hooks
from tests.factories.identity import EventFactory

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime

    from rest_framework.test import APIClient

    from identity.models import Customer, Project, User

pytestmark = pytest.mark.django_db(transaction=True)

BEFORE = ("identity", "0019_handlers_have_names_that_stay")
MODELS = (
    "Hook",
    "HookDelivery",
    "HookAttempt",
    "HookPosition",
    "EmailConfirmation",
    "TaskFailure",
)
SECRET = "whsec_c2VjcmV0"


def migrate_back() -> Callable[[str], Any]:
    """Bring the database to the state before, and return the models of that time."""
    state = MigrationExecutor(connection).migrate([BEFORE])
    return lambda name: state.apps.get_model("identity", name).objects


def migrate() -> None:
    executor = MigrationExecutor(connection)
    executor.migrate(executor.loader.graph.leaf_nodes())


@pytest.fixture
def before(project: Project, alice: User, now: datetime) -> Iterator[Callable[[str], Any]]:
    """The models of the time before; whatever happens, the next test finds the present ones.

    Who is there was there before: today's people have columns that there were not then.
    """
    yield migrate_back()
    migrate()


def contents(of: Callable[[str], Any]) -> dict[str, list[Any]]:
    return {name: sorted(of(name).values_list(), key=str) for name in MODELS}


def fill(of: Callable[[str], Any], events: list[Any], alice: User, allocator: Any, now: Any) -> Any:
    """Write a webhook with a delivery and an attempt, and a mail hook that waits for its reader."""
    common = {"author_id": alice.pk, "created": now, "active_since": now, "event_kinds": ["*"]}
    web = of("Hook").create(
        hook_type="webhook",
        destination_url="https://hooks.example.org/1",
        sealed_secret=seal(SECRET),
        failures=2,
        **common,
    )
    mail = of("Hook").create(
        hook_type="email", email="ops@example.org", customer_id=allocator.pk, **common
    )
    delivery = of("HookDelivery").create(
        hook=web,
        event_id=events[0].pk,
        sequence=1,
        subject_uuid=events[0].subject_uuid,
        planned_at=now,
        attempts=1,
        next_attempt_at=now,
    )
    of("HookAttempt").create(delivery=delivery, started=now, latency_ms=12, status=500, answer="no")
    of("HookPosition").create(id=1, sequence=1, planned_at=now)
    later = now + timedelta(days=1)
    for hook, address in ((mail, "ops@example.org"), (None, "alice.new@example.org")):
        of("EmailConfirmation").create(
            user_id=alice.pk, hook=hook, email=address, created=now, expires=later
        )
    return web, mail


def note_failures(of: Callable[[str], Any], now: datetime) -> None:
    """Write what failed in tasks that have other names afterwards."""
    for task, part in (
        ("identity.tasks.send_hooks", ""),
        ("identity.tasks.prune", "hook_deliveries"),
    ):
        of("TaskFailure").create(task=task, subject=part, since=now, failed_at=now, error="x")


def test_hooks_and_all_that_was_sent_are_read_as_before_and_can_be_had_back(
    before: Callable[[str], Any],
    project: Project,
    as_user: Callable[[User], APIClient],
    alice: User,
    allocator: Customer,
    now: datetime,
) -> None:
    events = [EventFactory(project=project, created=now, sequence=n) for n in (1, 2)]
    web, mail = fill(before, events, alice, allocator, now)
    note_failures(before, now)
    kind = ContentType.objects.get(app_label="identity", model="hook")
    LogEntry.objects.create(
        user_id=alice.pk, content_type=kind, object_id="1", object_repr="x", action_flag=CHANGE
    )
    rows = contents(before)

    migrate()
    assert contents(migrate_back()) == rows
    migrate()

    check_failures()
    check_types()
    client = as_user(alice)
    shown = client.get("/api/hooks/").json()
    assert {row["uuid"] for row in shown} == {web.uuid.hex, mail.uuid.hex}
    (sent,) = client.get(f"/api/hooks-web/{web.uuid.hex}/deliveries/").json()
    assert (sent["event_uuid"], sent["attempts"]) == (events[0].uuid.hex, 1)
    assert [(one["status"], one["answer"]) for one in sent["tries"]] == [(500, "no")]
    assert unseal(WebHook.objects.get().sealed_secret) == SECRET
    assert HookPosition.objects.get().sequence == 1
    waiting = EmailConfirmation.objects.get(subject_uuid=mail.uuid)
    emails.confirm(signing.Signer(salt=emails.SALT).sign(waiting.uuid.hex), now=now)
    assert set(Hook.objects.live().values_list("uuid", flat=True)) == {web.uuid, mail.uuid}
    new, _ = hooks.create_web(
        destination_url="https://hooks.example.org/2", event_kinds=["*"], actor=alice, now=now
    )
    assert new.pk > max(web.pk, mail.pk)
    outbox.put_in_order({}, now=now)
    assert hook_planning.plan(now=now) > 0


def check_failures() -> None:
    """What failed is shown under the new names of its tasks."""
    assert sorted(TaskFailure.objects.values_list("task", "subject")) == [
        ("notifications.tasks.prune", ""),
        ("notifications.tasks.send_hooks", ""),
    ]


def check_types() -> None:
    """Permissions and the admin's log mean the same hooks."""
    ContentType.objects.clear_cache()
    assert LogEntry.objects.get().content_type == ContentType.objects.get_for_model(Hook)
    permission = Permission.objects.get(codename="change_hook")
    assert permission.content_type.app_label == "notifications"
    assert not ContentType.objects.filter(app_label="identity", model__contains="hook").exists()
