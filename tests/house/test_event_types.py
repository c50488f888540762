"""The vocabulary of events is the code's, and Waldur's where it says so."""

from __future__ import annotations

from collections import Counter

from waldur_api_client.models.event_groups_enum import EventGroupsEnum
from waldur_api_client.models.event_types_enum import EventTypesEnum

from config import wiring
from identity import event_types, waldur_events


def test_the_vocabulary_has_every_kind_and_no_other():
    assert sorted(event_types.KINDS) == sorted(set(wiring.SUBSCRIBERS) | wiring.UNHEARD)


def test_every_kind_is_in_one_group():
    found = Counter(kind for kinds in event_types.GROUPS.values() for kind in kinds)
    assert [kind for kind, times in found.items() if times > 1] == []


def test_what_is_said_to_be_waldurs_is_waldurs():
    assert set(waldur_events.NAMES) - event_types.KINDS == set()
    assert set(waldur_events.NAMES.values()) - {name.value for name in EventTypesEnum} == set()
    groups = {group.value for group in EventGroupsEnum}
    assert event_types.WALDUR_GROUPS - groups == set()
    assert event_types.OWN_GROUPS & groups == set()


def test_a_group_is_called_as_no_kind_and_no_subject_is():
    assert not set(event_types.GROUPS) & (event_types.KINDS | event_types.SUBJECTS)
    assert not set(event_types.GROUPS) & set(waldur_events.NAMES.values())
