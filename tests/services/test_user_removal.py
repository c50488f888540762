"""Removing people: what refuses it, and erasures that go on whatever happens to one of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from config import erasing as config_erasing
from config.wiring import dispatch_events
from identity.models import Erasure, TaskFailure
from identity.roles import RoleName
from identity.services import user_removal
from identity.traces import Traces
from tests.factories.identity import GrantFactory, UserFactory

if TYPE_CHECKING:
    from datetime import datetime

    from identity.models import Customer, Project, User

pytestmark = pytest.mark.django_db


def test_who_is_alone_in_charge_is_not_removed_before_somebody_else_is(
    project: Project, allocator: Customer, pi: User, dave: User, now: datetime
) -> None:
    GrantFactory(user=pi, scope=allocator, role=RoleName.CUSTOMER_OWNER)
    gone = UserFactory(is_active=False)
    GrantFactory(user=gone, scope=project, role=RoleName.PROJECT_MANAGER)
    with pytest.raises(user_removal.LastInCharge) as refused:
        user_removal.remove(pi, actor=dave, now=now)
    assert str(refused.value.detail) == (
        f"This person is the last one in charge of customer {allocator.name}, project "
        f"{project.name}. Give somebody else the role first, or remove what is not needed any more."
    )
    assert not Erasure.objects.exists()

    for scope, role in (
        (allocator, RoleName.CUSTOMER_OWNER),
        (project, RoleName.PROJECT_MANAGER),
    ):
        GrantFactory(user=UserFactory(), scope=scope, role=role)
    user_removal.remove(pi, actor=dave, now=now)
    with pytest.raises(user_removal.AlreadyRemoved):
        user_removal.remove(pi, actor=dave, now=now)


def test_an_erasure_that_cannot_be_read_stops_no_other(
    bob: User, mallory: User, dave: User, now: datetime
) -> None:
    GrantFactory(user=UserFactory(), scope=mallory.grants.get().customer)
    mallory.grants.all().delete()
    for person in (bob, mallory):
        user_removal.remove(person, actor=dave, now=now)
    dispatch_events()
    Erasure.objects.filter(user=bob).update(sealed="no key opens this")

    config_erasing.erase_people()
    assert [one.user for one in Erasure.objects.filter(finished=None)] == [bob]
    assert TaskFailure.objects.filter(task="config.erasing.erase_people").count() == 1

    # staff gave it up with the lost key
    Erasure.objects.filter(user=bob).update(sealed="", next_run_at=now)
    config_erasing.erase_people()
    assert not Erasure.objects.filter(finished=None).exists()
    assert not TaskFailure.objects.exists()


def test_names_are_words_of_their_own_and_what_is_unique_is_found_in_any_case() -> None:
    traces = Traces.of("removed-1", ("Ann", "ann@example.org", "x"), ())
    text = "Ann, Annual, ANN@EXAMPLE.ORG, joann@example.org and Hann"
    assert traces.without({text: ["Ann", 1, None]}, names=True) == {
        "removed-1, Annual, removed-1, joann@example.org and Hann": ["removed-1", 1, None]
    }
    assert traces.without("Ann <ann@example.org>", names=False) == "Ann <removed-1>"
    assert Traces.from_json(traces.as_json()) == traces
