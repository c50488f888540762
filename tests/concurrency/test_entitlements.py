"""Several workers at the same people: each is seen to once, and nothing is written down twice."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.utils import timezone

from allocations.lifecycle import EntitlementState
from allocations.models import EntitledPerson, Entitlement, SiteAccess
from allocations.services import access_comparisons, entitlements, site_access
from identity.models import Event
from tests.access_plane.conftest import NAMESPACE, aai, server
from tests.access_plane.world import make_offering, make_researcher, tell, value
from tests.concurrency.racing import RACERS, race_same

if TYPE_CHECKING:
    from tests.access_plane.aai import FakeAai

__all__ = ["aai", "server"]
pytestmark = pytest.mark.django_db(transaction=True)


def test_several_workers_see_to_everybody_once(aai: FakeAai) -> None:
    offering = make_offering()
    people = [make_researcher(offering) for _ in range(4)]
    for one in people:
        aai.register(one.cuid)
    keys = [one.user.pk for one in people]
    entitlements.see_to(keys, namespace=NAMESPACE, now=timezone.now())

    race_same(tell)

    assert aai.patches == 4
    assert [aai.values(one.cuid) for one in people] == [
        [value(one.account.username)] for one in people
    ]
    assert Event.objects.filter(kind="entitlement.put").count() == 4


def test_several_handlers_write_down_the_same_once(aai: FakeAai) -> None:
    one = make_researcher()
    keys = [one.user.pk]

    race_same(lambda: entitlements.see_to(keys, namespace=NAMESPACE, now=timezone.now()))
    race_same(lambda: site_access.follow(keys, now=timezone.now()))

    assert EntitledPerson.objects.count() == 1
    assert Entitlement.objects.get().state == EntitlementState.WANTED
    assert SiteAccess.objects.get().cuid == one.cuid
    assert Event.objects.filter(kind="site_access.given").count() == 1


def test_one_comparison_is_begun_by_one(aai: FakeAai) -> None:
    got = race_same(lambda: access_comparisons.begin(actor=None, now=timezone.now()).is_new)

    assert sorted(got) == [False] * (RACERS - 1) + [True]
