"""Reviews of roles that are begun, or closed, and roles that are concealed, at one moment."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from common import storing
from identity.models import Event, PermissionReview
from identity.services import concealments, permission_reviews
from tests.concurrency.racing import RACERS, lost, race_same
from tests.factories.identity import CustomerFactory, CustomRoleFactory, ProjectFactory, UserFactory
from tests.factories.reviews import PermissionReviewFactory

if TYPE_CHECKING:
    from datetime import datetime

pytestmark = pytest.mark.django_db(transaction=True)


def test_of_several_that_begin_at_once_one_is_there(now: datetime) -> None:
    project, staff = ProjectFactory(), UserFactory(is_staff=True)
    for scope in (project, project.customer):

        def begin(scope: object = scope) -> object:
            return permission_reviews.begin(scope, actor=staff, now=now)  # type: ignore[arg-type]

        got = race_same(begin)
        assert lost(got, permission_reviews.ReviewPending) == RACERS - 1
        assert sum(isinstance(one, PermissionReview) for one in got) == 1
    assert PermissionReview.objects.count() == 2
    assert Event.objects.filter(kind="permission_review.begun").count() == 2


def test_of_several_who_close_one_at_once_one_is_its_reviewer(now: datetime) -> None:
    review, staff = PermissionReviewFactory(), UserFactory(is_staff=True)
    got = race_same(lambda: permission_reviews.close(review, actor=staff, now=now))
    assert lost(got, permission_reviews.ReviewClosed) == RACERS - 1
    assert Event.objects.filter(kind="permission_review.closed").count() == 1
    review.refresh_from_db()
    assert (review.closed, review.reviewer) == (now, staff)


def test_of_several_who_conceal_a_role_at_once_one_does(now: datetime) -> None:
    customer, role, staff = CustomerFactory(), CustomRoleFactory(), UserFactory(is_staff=True)
    wanted: dict[str, Any] = {"customer": customer, "role": role, "actor": staff, "now": now}
    got = race_same(lambda: concealments.create(**wanted))
    assert lost(got, storing.NotUnique) == RACERS - 1
    assert Event.objects.filter(kind="role_concealment.created").count() == 1
