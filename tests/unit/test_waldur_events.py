"""Hooks know all of Waldur's types and groups."""

from __future__ import annotations

from waldur_api_client.models.event_groups_enum import EventGroupsEnum
from waldur_api_client.models.event_types_enum import EventTypesEnum

from identity import waldur_events


def test_the_types_and_groups_are_those_of_the_published_client():
    assert {one.value for one in EventTypesEnum} == waldur_events.TYPES
    assert {one.value for one in EventGroupsEnum} == waldur_events.GROUPS
