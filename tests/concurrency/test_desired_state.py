"""Several who read a site's desired state at once, while it changes."""

from __future__ import annotations

from threading import Event

import pytest
from django.db import connection
from django.db.models import F

from accounting.models import DesiredState
from accounting.services import desired_state, site_state
from marketplace.models import Resource
from tests.concurrency.racing import at_once, race
from tests.factories.identity import GrantFactory
from tests.factories.marketplace import HpcOfferingFactory, ResourceFactory

pytestmark = pytest.mark.django_db(transaction=True)

READERS = 4
"""Each reads twice: nobody can be overtaken more often than they would try again."""


@pytest.fixture
def offering(provider):
    return HpcOfferingFactory(customer=provider)


@pytest.fixture
def resource(offering, project):
    return ResourceFactory(offering=offering, project=project)


def test_the_same_state_is_one_generation_for_all_who_read_at_once(offering, resource, now):
    for generation in (1, 2):
        got = at_once(lambda _: desired_state.hand_out(offering, now=now))

        assert {one.generation for one in got} == {generation}
        assert len({one.digest for one in got}) == 1
        Resource.objects.update(paused=True)
    assert DesiredState.objects.get().generation == 2


def test_a_generation_is_one_state_however_readers_and_changes_meet(offering, resource, now):
    def read_and_change(number):
        handed = [desired_state.hand_out(offering, now=now)]
        Resource.objects.update(limits={"cpu_k_hours": number + 1})
        return [*handed, desired_state.hand_out(offering, now=now)]

    got = [one for both in at_once(read_and_change, READERS) for one in both]

    states = {(one.generation, one.digest) for one in got}
    assert len({generation for generation, _ in states}) == len(states)
    last = DesiredState.objects.get()
    assert last.generation <= 2 * READERS
    assert (last.generation, last.digest) == max(states)
    assert last.digest == desired_state.digest_of(site_state.read(offering))


def test_who_has_read_an_older_state_reads_again_and_does_not_overtake(
    offering, resource, now, monkeypatch
):
    """The first reader is held between reading and noting, until another one has noted more."""
    desired_state.hand_out(offering, now=now)
    Resource.objects.update(limits={"cpu_k_hours": 1})
    has_read, may_note = Event(), Event()
    read = site_state.read

    def slowly(of):
        state = read(of)
        if not has_read.is_set():
            has_read.set()
            may_note.wait(10)
        return state

    def overtake():
        has_read.wait(10)
        try:
            Resource.objects.update(limits={"cpu_k_hours": 2})
            return desired_state.hand_out(offering, now=now)
        finally:
            may_note.set()

    monkeypatch.setattr(site_state, "read", slowly)
    slow, quick = race(lambda: desired_state.hand_out(offering, now=now), overtake)

    assert (quick.generation, slow.generation) == (2, 2)
    assert slow.state == quick.state
    assert slow.state["resources"][0]["limits"] == {"cpu_k_hours": 2}


def test_all_parts_are_of_one_moment(offering, resource, now, monkeypatch):
    """Somebody joins and the resource is paused while the state is being read: neither shows."""
    read = site_state.read

    def interrupted(of):
        (done,) = race(change)
        assert done is None
        return read(of)

    def change():
        Resource.objects.update(paused=True)
        GrantFactory(scope=resource.project)

    monkeypatch.setattr(site_state, "read", interrupted)
    handed = desired_state.hand_out(offering, now=now)

    (only,) = handed.state["resources"]
    assert (only["paused"], only["members"]) == (False, [])
    assert read(offering)["resources"][0]["paused"] is True


def test_reading_writes_nothing_to_what_is_read(offering, now):
    with desired_state.one_snapshot(), connection.cursor() as cursor:
        cursor.execute("SHOW transaction_read_only")
        assert cursor.fetchone() == ("on",)
        cursor.execute("SHOW transaction_isolation")
        assert cursor.fetchone() == ("repeatable read",)


def test_a_state_that_never_holds_still_is_refused(offering, resource, now, monkeypatch):
    """Whenever the state has been read, somebody else has been handed out another one."""
    desired_state.hand_out(offering, now=now)
    Resource.objects.update(paused=True)
    read = site_state.read

    def overtaken(of):
        state = read(of)
        race(lambda: DesiredState.objects.update(generation=F("generation") + 1, digest=""))
        return state

    monkeypatch.setattr(site_state, "read", overtaken)

    with pytest.raises(desired_state.Unsettled):
        desired_state.hand_out(offering, now=now)
    assert DesiredState.objects.get().generation == 1 + desired_state.ATTEMPTS
