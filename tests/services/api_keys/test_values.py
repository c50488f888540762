"""The value of a key: kept sealed, revealed to few, and in no event."""

from __future__ import annotations

import pytest

from allocations.models import ResourceApiKey
from allocations.services import api_key_reports as reports
from allocations.services import api_keys
from common.sealing import unseal
from identity.models import Event
from tests.factories.allocations import RequestedApiKeyFactory
from tests.services.api_keys.keys import OTHER, SECRET, kinds, stands

pytestmark = pytest.mark.django_db


def test_the_value_that_was_applied_last_is_kept_whatever_was_wished(key, carol, pi, now):
    reports.set_key(key, api_key=SECRET, actor=carol, now=now)
    assert kinds() == []
    reports.set_key(key, api_key=OTHER, client_id="c-2", actor=carol, now=now)
    assert stands(key) == ("OK", "", "")
    assert (unseal(key.sealed), key.client_id) == (OTHER, "c-2")

    api_keys.pause(key, actor=pi, now=now)
    reports.set_key(key, api_key=SECRET, actor=carol, now=now)
    assert stands(key) == ("Updating", "pause", "")
    assert unseal(key.sealed) == SECRET
    assert kinds() == ["rotated", "pause_requested", "rotated"]


def test_a_value_under_a_lost_key_is_replaced(key, carol, now, settings):
    settings.ENCRYPTION_KEYS = ["quite another one"]
    reports.set_key(key, api_key=SECRET, actor=carol, now=now)
    key.refresh_from_db()
    assert unseal(key.sealed) == SECRET


def test_who_sees_a_value_is_recorded_and_the_value_is_not(key, bob, now):
    assert api_keys.reveal(key, actor=bob, now=now) == SECRET
    event = Event.objects.get()
    assert (event.kind, event.actor) == ("api_key.revealed", bob)
    assert event.message == f"API key c-1 of {key.resource.name} was revealed."


def test_there_is_nothing_to_see_before_it_is_made_and_after_it_is_gone(resource, pi, now):
    key = RequestedApiKeyFactory(resource=resource)
    with pytest.raises(api_keys.NothingToReveal):
        api_keys.reveal(key, actor=pi, now=now)
    assert kinds() == []


def test_a_key_that_was_given_away_meanwhile_is_not_revealed(key, pi, bob, now):
    ResourceApiKey.objects.update(user=bob)
    with pytest.raises(api_keys.AssignedMeanwhile):
        api_keys.reveal(key, actor=pi, now=now)


def test_no_event_tells_a_value(key, resource, pi, carol, now):
    reports.report_created(resource=resource, client_id="c-9", api_key=OTHER, actor=carol, now=now)
    api_keys.reveal(key, actor=pi, now=now)
    api_keys.rotate(key, actor=pi, now=now)
    reports.set_key(key, api_key=OTHER, actor=carol, now=now)
    api_keys.revoke(key, actor=pi, now=now)
    reports.set_deleted(key, actor=carol, now=now)
    everything = str(list(Event.objects.values()))
    assert Event.objects.count() == 6
    assert SECRET not in everything
    assert OTHER not in everything
