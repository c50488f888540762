"""Groups of organizations that change at the same moment."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import pytest

from identity.models import OrganizationGroup
from identity.services import organization_groups
from identity.services.standard import RemovedMeanwhile, StillInUse
from marketplace.services import offerings
from tests.concurrency.racing import RACERS, race, race_each
from tests.factories.identity import OrganizationGroupFactory

if TYPE_CHECKING:
    from datetime import datetime

    from identity.models import User
    from marketplace.models import Offering

pytestmark = pytest.mark.django_db(transaction=True)


def test_groups_that_are_put_into_each_other_make_no_circle(dave: User, now: datetime) -> None:
    ring = [OrganizationGroupFactory() for _ in range(RACERS)]

    def put(number: int) -> Any:
        parent = ring[(number + 1) % RACERS]
        return organization_groups.change(ring[number], parent=parent, actor=dave, now=now)

    got = race_each(put)

    refused = [one for one in got if isinstance(one, Exception)]
    assert [type(one) for one in refused] == [organization_groups.WithinItself]
    assert OrganizationGroup.objects.filter(parent=None).count() == 1


def test_what_is_opened_to_a_group_that_goes_is_not_opened_to_all(
    offering: Offering, dave: User, now: datetime
) -> None:
    for _ in range(3):
        group = OrganizationGroupFactory()
        opened, removed = race(
            partial(offerings.change, offering, organization_groups=[group], actor=dave, now=now),
            partial(organization_groups.remove, group, actor=dave, now=now),
        )
        there = OrganizationGroup.objects.filter(pk=group.pk).exists()
        if there:
            assert isinstance(removed, StillInUse)
            assert list(offering.organization_groups.all()) == [group]
            offering.organization_groups.clear()
        else:
            assert isinstance(opened, RemovedMeanwhile)
            assert not offering.organization_groups.exists()
