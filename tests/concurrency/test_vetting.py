"""Decisions about people that are taken at the same moment as others, or as their accounts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from allocations.services import accounts, membership
from config.wiring import dispatch_events
from identity.models import Vetting
from identity.services import vetting
from tests.concurrency.racing import RACERS, race, race_same
from tests.factories.identity import GrantFactory, ProjectFactory, UserFactory
from tests.factories.marketplace import HpcOfferingFactory, ResourceFactory

if TYPE_CHECKING:
    from datetime import datetime

pytestmark = pytest.mark.django_db(transaction=True)


def test_of_several_decisions_one_is_in_force(now: datetime) -> None:
    user, staff = UserFactory(), UserFactory(is_staff=True)
    got = race_same(lambda: vetting.vet(user, evidence="Seen.", actor=staff, now=now))
    assert [one for one in got if isinstance(one, Exception)] == []
    assert Vetting.objects.filter(ended_at__isnull=True).count() == 1
    assert Vetting.objects.count() == RACERS


def test_who_is_refused_while_their_account_is_opened_has_none(now: datetime) -> None:
    offering = HpcOfferingFactory(plugin_options={membership.MANAGED: True})
    project, user, staff = ProjectFactory(), UserFactory(), UserFactory(is_staff=True)
    GrantFactory(user=user, scope=project, role="PROJECT.MEMBER")
    ResourceFactory(project=project, offering=offering)

    def refuse() -> None:
        vetting.refuse(user, evidence="On a list.", actor=staff, now=now)
        dispatch_events()

    def see_to_it() -> None:
        membership.reconcile(user=user, offering=offering, now=now)

    assert race(see_to_it, refuse, see_to_it) == [None] * 3
    dispatch_events()
    assert accounts.live(user, offering) is None
