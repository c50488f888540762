"""Each reason why a person cannot use an allocation: what sets it up, and what is said of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.test import override_settings

from accounting.services.explaining import ORDER
from common.obstacles import words
from identity.models import Grant
from tests.factories.allocations import OfferingUserFactory
from tests.factories.identity import SshKeyFactory
from tests.factories.marketplace import ResourceFactory
from tests.services.obstacles import of_accounts, of_people, of_sites
from tests.services.obstacles.world import World

if TYPE_CHECKING:
    from datetime import datetime

    from identity.models import Project, User
    from marketplace.models import Offering
    from tests.cases import Case
    from tests.services.obstacles.world import Expected

pytestmark = pytest.mark.django_db

TABLE = (
    *of_people.PEOPLE,
    *of_people.ALLOCATIONS,
    *of_sites.USAGE,
    *of_sites.ADMISSION,
    *of_accounts.ACCOUNTS,
    *of_accounts.LOGINS,
    *of_sites.SITES,
)


@pytest.fixture
def world(bob: User, dave: User, project: Project, offering: Offering, now: datetime) -> World:
    offering.plugin_options = of_sites.OPENS
    offering.save()
    Grant.objects.filter(user=bob).update(created=now - of_sites.JOINED)
    resource = ResourceFactory(project=project, offering=offering, backend_id="hpc_1")
    account = OfferingUserFactory(user=bob, offering=offering, username="bob1", is_granted=False)
    SshKeyFactory(user=bob)
    return World(bob, dave, project, offering, resource, account, now)


def test_where_nothing_is_amiss_nothing_is_told_but_what_was_looked_at(world):
    told = world.asked_by()

    assert (told.is_usable, list(told.obstacles), told.checked_at) == (True, [], world.now)
    assert told.checked[:2] == [
        "Is the person active?",
        "Has the person done what this platform asks before anything else?",
    ]


def test_every_reason_is_set_up_here():
    assert {one.code for one in TABLE} == {r.code for _, table in ORDER for r in table}
    assert len({one.code for one in TABLE}) == len(TABLE)


def test_each_reason_says_what_it_is_and_who_lifts_it(world: World, case: Case) -> None:
    for expected in TABLE:
        with case(code=expected.code), override_settings(**expected.settings):
            expected.set_up(world)
            told = world.asked_by()
            found = {one.code: one for one in told.obstacles}
            one = found.pop(expected.code)
            assert one.sentence == in_words(expected, world)
            assert one.lifted_by == expected.lifted_by
            assert told.is_usable != (one.stops or any(o.stops for o in found.values()))
            assert sorted(found) == sorted(expected.besides)


def in_words(expected: Expected, world: World) -> str:
    return expected.sentence.format(
        now=words(world.now),
        today=world.now.date(),
        month=f"{world.now:%Y-%m}",
        later=of_people.days(world, 3),
        joined=words(world.now - of_sites.JOINED),
    )
