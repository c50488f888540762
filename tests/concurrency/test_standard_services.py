"""Several people who keep a plain noun at once: what is there once is, and the last word holds."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import pytest

from common.storing import NotUnique
from identity.models import Event, ScienceDomain
from identity.services.science import domains
from identity.services.standard import RemovedMeanwhile
from tests.concurrency.racing import RACERS, lost, race, race_each, race_same
from tests.factories.identity import ScienceDomainFactory, UserFactory

if TYPE_CHECKING:
    from datetime import datetime

pytestmark = pytest.mark.django_db(transaction=True)


def count(kind: str) -> int:
    return Event.objects.filter(kind=kind).count()


def test_a_name_is_given_to_one(now: datetime) -> None:
    actor = UserFactory()
    got = race_same(lambda: domains.create(name="Alchemy", actor=actor, now=now))
    assert lost(got, NotUnique) == RACERS - 1
    assert ScienceDomain.objects.count() == count("science_domain.created") == 1

    rows = [ScienceDomainFactory() for _ in range(RACERS)]
    got = race_each(lambda n: domains.change(rows[n], name="Chemistry", actor=actor, now=now))
    assert lost(got, NotUnique) == RACERS - 1
    assert ScienceDomain.objects.filter(name="Chemistry").count() == 1
    assert count("science_domain.updated") == 1


def test_what_all_want_is_changed_once(now: datetime) -> None:
    row, actor = ScienceDomainFactory(), UserFactory()
    got = race_same(lambda: domains.change(row, name="Chemistry", actor=actor, now=now))
    assert got == [row] * RACERS
    assert count("science_domain.updated") == 1


def test_a_row_is_removed_by_one(now: datetime) -> None:
    row, actor = ScienceDomainFactory(), UserFactory()
    removing = partial(domains.remove, row, actor=actor, now=now)
    changing = partial(domains.change, row, name="Chemistry", actor=actor, now=now)
    got = race(removing, changing, removing, removing)
    assert [got[0], got[2], got[3]].count(None) == 1
    assert lost(got, RemovedMeanwhile) == (2 if got[1] == row else 3)
    assert not ScienceDomain.objects.exists()
    assert count("science_domain.removed") == 1
