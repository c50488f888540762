"""What the platform asks of accounts is a setting: those that are there follow its change."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from allocations.models import OfferingUser
from allocations.services import account_sweeps, membership
from identity.models import TaskFailure
from identity.services import vetting
from tests.factories.allocations import OfferingUserFactory
from tests.factories.marketplace import HpcOfferingFactory, ResourceFactory

if TYPE_CHECKING:
    from datetime import datetime

    from identity.models import Customer, Project, User

pytestmark = pytest.mark.django_db


def hour(now: datetime) -> int:
    """Go over everybody; return of how many people that was."""
    parts = range(account_sweeps.PARTS)
    return sum(account_sweeps.sweep(now=now + part * account_sweeps.EVERY) for part in parts)


def stand() -> dict[str, tuple[str, bool]]:
    rows = OfferingUser.objects.values_list("user__username", "withheld_for", "is_restricted")
    return {username: (withheld_for, restricted) for username, withheld_for, restricted in rows}


def test_accounts_follow_what_the_platform_asks_and_does_not_any_more(
    provider: Customer,
    project: Project,
    bob: User,
    pi: User,
    dave: User,
    settings: Any,
    now: datetime,
) -> None:
    offering = HpcOfferingFactory(customer=provider, plugin_options={membership.MANAGED: True})
    ResourceFactory(project=project, offering=offering)
    for user in (bob, pi):
        OfferingUserFactory(user=user, offering=offering, is_granted=False)
    vetting.vet(pi, evidence="passport", actor=dave, now=now)
    free = {"bob": ("", False), "pi": ("", False)}
    assert (hour(now), stand()) == (2, free)

    settings.REGISTRATION = replace(settings.REGISTRATION, needs_vetting=True)
    assert (hour(now), stand()) == (2, {**free, "bob": ("vetting", True)})
    settings.REGISTRATION = replace(settings.REGISTRATION, needs_vetting=False)
    assert (hour(now), stand()) == (2, free)


def test_who_is_assured_as_is_asked_now_is_vetted_by_that(
    bob: User, settings: Any, now: datetime
) -> None:
    bob.eduperson_assurance = ["high"]
    bob.save()
    settings.REGISTRATION = replace(settings.REGISTRATION, assurance=frozenset({"high"}))

    hour(now)

    assert vetting.outcome_of(bob) == "vetted"


def test_who_fails_keeps_nobody_up_and_is_tried_again_with_the_next_part(
    bob: User, pi: User, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    def see_to(user: User, *, now: datetime) -> None:
        if user == bob:
            raise RuntimeError("broken")

    monkeypatch.setattr(membership, "see_to", see_to)
    assert hour(now) == 1
    failure = TaskFailure.objects.get()
    odd = ("one that was", "identity.User ²", f"identity.User {'9' * 30}", "x")
    for subject in odd:
        TaskFailure.objects.create(
            task=account_sweeps.TASK, subject=subject, since=now, failed_at=now
        )
    assert (failure.task, failure.subject) == (account_sweeps.TASK, f"identity.User {bob.pk}")
    monkeypatch.undo()
    account_sweeps.sweep(now=now)
    left = TaskFailure.objects.values_list("subject", flat=True)
    assert set(left) == {"one that was", "x"}  # of rows that are met no more nothing is kept
