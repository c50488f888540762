"""Periodic tasks: each row on its own, and what fails is on record until it does not."""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from django.db import connection, transaction

from common.errors import Conflict
from config.metrics import failing_tasks
from config.pages.dashboard import panels
from identity.models import Project, TaskFailure
from identity.periodic import periodic
from identity.services import housekeeping, periodic_rows
from marketplace.services import end_dates
from marketplace.tasks import terminate_ended
from tests.factories.identity import ProjectFactory
from tests.factories.marketplace import ResourceFactory

if TYPE_CHECKING:
    from datetime import datetime

    from marketplace.models import Resource

pytestmark = pytest.mark.django_db
TASK = "a.task"


def failures() -> list[tuple[str, str, int]]:
    found = TaskFailure.objects.order_by("task", "subject")
    return list(found.values_list("task", "subject", "times"))


def test_a_row_that_fails_stops_no_other_and_is_forgotten_when_it_is_done(now: datetime) -> None:
    first, broken, busy, last = (ProjectFactory() for _ in range(4))
    heal = False

    @transaction.atomic
    def work(project: Project) -> int:
        if project == busy:
            raise Conflict("Somebody else was quicker.")
        if project == broken and not heal:
            with connection.cursor() as cursor:
                cursor.execute("SELECT 1 / 0")
        return int(project.pk)

    rows = Project.objects.filter(pk__in=[first.pk, broken.pk, busy.pk, last.pk])
    assert periodic_rows.for_each(TASK, rows, work, now=now) == [first.pk, last.pk]
    later = now + timedelta(hours=1)
    assert periodic_rows.for_each(TASK, rows, work, now=later) == [first.pk, last.pk]

    failure = TaskFailure.objects.get()
    assert (failure.task, failure.subject, failure.times) == (
        TASK,
        f"identity.Project {broken.pk}",
        2,
    )
    assert (failure.since, failure.failed_at) == (now, later)
    assert failure.error.startswith("DataError: division by zero")
    assert "SELECT 1 / 0" in failure.traceback

    shown = next(one for one in panels.read(later) if one.title == "Periodic tasks that fail")
    assert [cell.text for cell in shown.rows[0]][:4] == [TASK, failure.subject, "1\xa0hour", "2"]
    assert shown.rows[0][1].url == f"/admin/identity/project/{broken.pk}/change/"
    counted = {metric.name: metric.samples for metric in failing_tasks(later)}
    assert [s.value for s in counted["efp_task_failures"]] == [1]
    assert [s.value for s in counted["efp_task_failures_oldest_seconds"]] == [3600]

    heal = True
    assert periodic_rows.for_each(TASK, rows, work, now=later) == [first.pk, broken.pk, last.pk]
    assert failures() == []


def test_a_failure_of_a_row_that_has_nothing_to_do_with_the_task_any_more_is_forgotten(
    now: datetime, caplog: pytest.LogCaptureFixture
) -> None:
    # What the log says goes from process to process as UTF-8 where tests run side by side.
    caplog.set_level(logging.CRITICAL, logger="identity.services.periodic_rows")
    project = ProjectFactory()
    periodic_rows.record_failure(
        TASK, f"identity.Project {project.pk}", ValueError("\0 \ud800"), now=now
    )
    periodic_rows.record_failure(TASK, "a part", ValueError("amqp://efp:s3cret@bus"), now=now)
    kept = TaskFailure.objects.get(subject="a part")
    assert "amqp://efp:***@bus" in kept.error
    assert "s3cret" not in kept.error + kept.traceback
    periodic_rows.for_each(TASK, Project.objects.none(), lambda _: None, now=now)
    assert failures() == [(TASK, "a part", 1)]


def test_a_row_that_cannot_be_read_stops_no_other(now: datetime) -> None:
    unread, read = ProjectFactory(), ProjectFactory()
    done: list[int] = []
    rows = Project.objects.filter(pk__in=[unread.pk, read.pk]).extra(
        select={"poison": "1 / (identity_project.id - %s)"}, select_params=[unread.pk]
    )
    periodic_rows.for_each(TASK, rows, lambda row: done.append(row.pk), now=now)
    assert done == [read.pk]
    assert failures() == [(TASK, f"identity.Project {unread.pk}", 1)]


def test_a_run_that_is_cut_short_is_on_record_until_one_ends_well(now: datetime) -> None:
    broken = True

    @periodic
    def run(**_: object) -> None:
        if broken:
            raise ValueError("a defect")

    with pytest.raises(ValueError, match="a defect"):
        run()
    assert failures() == [(f"{__name__}.run", "", 1)]
    broken = False
    run()
    assert failures() == []


def test_one_allocation_that_cannot_be_ended_keeps_no_other(
    now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    yesterday = now.date() - timedelta(days=1)
    broken, other = (ResourceFactory(end_date=yesterday, state="OK") for _ in range(2))
    ended: list[Resource] = []

    def end(resource: Resource, **_: object) -> None:
        if resource == broken:
            raise OverflowError("date value out of range")
        ended.append(resource)

    monkeypatch.setattr(end_dates, "terminate_ended", end)
    terminate_ended()

    assert ended == [other]
    subject = f"marketplace.Resource {broken.pk}"
    assert failures() == [("marketplace.tasks.terminate_ended", subject, 1)]


def test_what_cannot_be_pruned_keeps_nothing_else(
    now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(now: datetime) -> int:
        raise ValueError("a defect")

    monkeypatch.setattr(housekeeping, "PARTS", {**housekeeping.PARTS, "tokens": fail})
    others = dict.fromkeys(set(housekeeping.PARTS) - {"tokens"}, 0)
    assert set(others) == {
        "answers",
        "data_accesses",
        "email_confirmations",
        "institution_logins",
        "invitations",
    }
    assert housekeeping.prune(now=now) == others
    assert failures() == [("identity.tasks.prune", "tokens", 1)]
