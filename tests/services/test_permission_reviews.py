"""Reviews of who has which role: when they begin, whom they are asked of, and what refuses one."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.conf import settings
from django.core import mail
from django.core.exceptions import ImproperlyConfigured

from config.role_settings import role_settings
from config.wiring import dispatch_events
from identity import tasks
from identity.models import Customer, Event, Grant, PermissionReview, Project, TaskFailure, User
from identity.roles import RoleName
from identity.services import members, permission_reviews, projects
from tests.factories.identity import CustomerFactory, GrantFactory, ProjectFactory, UserFactory
from tests.factories.reviews import PermissionReviewFactory

if TYPE_CHECKING:
    from datetime import datetime

pytestmark = pytest.mark.django_db

LONG_AGO = timedelta(days=400)


@pytest.fixture
def yearly(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "ROLES", replace(settings.ROLES, review_days=365))


def made_long_ago(now: datetime) -> None:
    for model in (Customer, Project):
        model.objects.update(created=now - LONG_AGO)


def under_review() -> list[str]:
    """Return what the open reviews are of, by name."""
    rows = PermissionReview.objects.filter(closed=None).select_related("customer", "project")
    return sorted(review.scope.name for review in rows)


def test_without_the_setting_none_begins(alice: User, pi: User, now: datetime) -> None:
    made_long_ago(now)
    tasks.begin_permission_reviews()
    assert not PermissionReview.objects.exists()


@pytest.mark.usefixtures("yearly")
def test_what_has_people_is_reviewed_when_its_time_has_come(
    allocator: Customer, project: Project, alice: User, pi: User, now: datetime
) -> None:
    removed = ProjectFactory(customer=allocator, name="Removed", is_removed=True)
    ended = ProjectFactory(customer=allocator, name="Nobody any more")
    ProjectFactory(customer=allocator, name="Nobody")
    blocked = CustomerFactory(name="Blocked", blocked=True)
    GrantFactory(scope=removed)
    GrantFactory(scope=ended, is_active=False)
    GrantFactory(scope=blocked, role=RoleName.CUSTOMER_OWNER)
    recent = ProjectFactory(customer=allocator, name="Made this year")
    GrantFactory(scope=recent)
    made_long_ago(now)
    Project.objects.filter(pk=recent.pk).update(created=now - timedelta(days=364))

    for _ in range(2):
        tasks.begin_permission_reviews()

    assert under_review() == sorted([allocator.name, project.name])
    begun = Event.objects.filter(kind="permission_review.begun").order_by("pk")
    assert [(event.actor, event.message, event.payload["scope_type"]) for event in begun] == [
        (None, f"Who has which role in {allocator.name} is to be reviewed.", "customer"),
        (None, f"Who has which role in {project.name} is to be reviewed.", "project"),
    ]


@pytest.mark.usefixtures("yearly")
def test_the_next_review_begins_so_long_after_the_last_one_was_closed(
    project: Project, pi: User, dave: User, now: datetime
) -> None:
    made_long_ago(now)
    review = permission_reviews.begin(project, actor=dave, now=now - LONG_AGO)
    assert permission_reviews.begin_due(now=now) == 0
    permission_reviews.close(review, actor=pi, now=now)

    for days, begun in ((364, 0), (365, 1), (366, 0)):
        assert permission_reviews.begin_due(now=now + timedelta(days=days)) == begun
    assert PermissionReview.objects.count() == 2


@pytest.mark.usefixtures("yearly")
def test_one_row_that_fails_stops_no_other(
    project: Project, pi: User, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = ProjectFactory(name="Bad")
    GrantFactory(scope=other)
    made_long_ago(now)
    begin = permission_reviews.begin

    def fails_for_one(scope: Customer | Project, **more: object) -> PermissionReview:
        if scope == other:
            raise ValueError("a bad day")
        return begin(scope, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(permission_reviews, "begin", fails_for_one)
    tasks.begin_permission_reviews()
    assert under_review() == [project.name]
    failed = TaskFailure.objects.get()
    assert (failed.task, failed.subject) == (
        permission_reviews.BEGINNING,
        f"identity.Project {other.pk}",
    )


def test_a_new_setting_begins_a_few_at_a_time_and_what_fails_takes_nobody_s_turn(
    allocator: Customer, yearly: None, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(permission_reviews, "MOST_BEGUN", 2)
    for name in "ABCDE":
        GrantFactory(scope=ProjectFactory(customer=allocator, name=name))
    made_long_ago(now)
    begin = permission_reviews.begin

    def fail_for_a_and_b(scope: Any, **how: Any) -> PermissionReview:
        if scope.name in "AB":
            raise RuntimeError("odd")
        return begin(scope, **how)

    monkeypatch.setattr(permission_reviews, "begin", fail_for_a_and_b)
    seen = []
    for _ in range(3):
        permission_reviews.begin_due(now=now)
        seen.append([name for name in under_review() if len(name) == 1])

    assert seen == [[], ["C", "D"], ["C", "D", "E"]]


def test_what_is_under_review_is_not_reviewed_twice(
    project: Project, pi: User, dave: User, now: datetime
) -> None:
    first = permission_reviews.begin(project, actor=dave, now=now)
    with pytest.raises(permission_reviews.ReviewPending) as refused:
        permission_reviews.begin(project, actor=dave, now=now)
    assert (
        refused.value.detail == f"Who has which role in {project.name} is being reviewed already."
    )
    permission_reviews.begin(project.customer, actor=dave, now=now)  # of another scope

    permission_reviews.close(first, actor=pi, now=now)
    with pytest.raises(permission_reviews.ReviewClosed):
        permission_reviews.close(first, actor=dave, now=now)
    first.refresh_from_db()
    assert (first.reviewer, first.closed) == (pi, now)
    permission_reviews.begin(project, actor=dave, now=now)
    assert Event.objects.filter(kind="permission_review.begun").count() == 3


def test_what_was_removed_is_not_reviewed(project: Project, dave: User, now: datetime) -> None:
    review = permission_reviews.begin(project, actor=dave, now=now)
    projects.remove(project, actor=dave, now=now)
    with pytest.raises(members.ScopeGone):
        permission_reviews.begin(project, actor=dave, now=now)
    with pytest.raises(members.ScopeGone):
        permission_reviews.close(review, actor=dave, now=now)


def test_who_may_close_it_is_asked_by_mail(
    project: Project, pi: User, bob: User, alice: User, carol: User, dave: User, now: datetime
) -> None:
    quiet = UserFactory(notifications_enabled=False)
    GrantFactory(user=quiet, scope=project, role=RoleName.PROJECT_MANAGER)
    gone = UserFactory(is_active=False)
    GrantFactory(user=gone, scope=project, role=RoleName.PROJECT_MANAGER)

    review = permission_reviews.begin(project, actor=dave, now=now)
    dispatch_events()

    assert [message.to for message in mail.outbox] == [["pi@example.org"], ["alice@example.org"]]
    asked = mail.outbox[0]
    assert asked.subject.endswith(f"Who has which role in {project.name}: please look")
    assert f"{settings.SITE_URL}/api/projects/{project.uuid.hex}/list_users/" in asked.body
    at = f"/api/project-permissions-reviews/{review.uuid.hex}/"
    assert f"{settings.SITE_URL}{at}" in asked.body

    mail.outbox.clear()
    permission_reviews.begin(project.customer, actor=dave, now=now)
    dispatch_events()
    assert [message.to for message in mail.outbox] == [["alice@example.org"]]
    assert f"/api/customers/{project.customer.uuid.hex}/list_users/" in mail.outbox[0].body


def test_of_many_the_nearest_are_asked(
    project: Project, alice: User, dave: User, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(permission_reviews, "MOST_MAILED", 2)
    for name in ("zoe", "yan"):
        user = UserFactory(username=name)
        GrantFactory(user=user, scope=project, role=RoleName.PROJECT_MANAGER)
    review = permission_reviews.begin(project, actor=dave, now=now)
    assert permission_reviews.closers(review) == ["yan@example.org", "zoe@example.org"]


def test_nobody_is_asked_when_it_is_closed_before_the_mail_goes_out(
    project: Project, pi: User, dave: User, now: datetime
) -> None:
    review = permission_reviews.begin(project, actor=dave, now=now)
    permission_reviews.close(review, actor=pi, now=now)
    dispatch_events()
    assert mail.outbox == []


def test_a_name_of_several_lines_stays_in_its_line(
    project: Project, pi: User, dave: User, now: datetime
) -> None:
    Project.objects.update(name="Climate\r\nBcc: x@example.org")
    project.refresh_from_db()
    PermissionReviewFactory(customer=project.customer)
    permission_reviews.begin(project, actor=dave, now=now)
    dispatch_events()
    assert "Who has which role in Climate Bcc: x@example.org" in mail.outbox[0].subject
    assert mail.outbox[0].bcc == []
    assert Grant.objects.filter(user=pi, is_active=True).exists()


@pytest.mark.parametrize("value", ["-1", "3661", "often", "1.5"])
def test_the_setting_is_a_number_of_days(value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PERMISSION_REVIEW_DAYS", value)
    with pytest.raises(ImproperlyConfigured, match="PERMISSION_REVIEW_DAYS"):
        role_settings()
