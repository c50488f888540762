"""The catalogue of kinds of events: each is declared once, and well."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from waldur_api_client.models.event_groups_enum import EventGroupsEnum
from waldur_api_client.models.event_types_enum import EventTypesEnum

from allocations import event_kinds as allocations_kinds
from allocations.lifecycle import AccountState, ApiKeyAction, CourseAccountState, ProvisionState
from config.event_kinds import CATALOGUE, MODULES
from identity.event_catalogue import OWN_GROUPS, BadKind, Catalogue, Group, Kind, Readers
from marketplace import event_kinds as marketplace_kinds
from marketplace.lifecycle import RESOURCE, OfferingState, OrderState

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

KINDS = list(CATALOGUE)
RESOURCE_STEPS = {action for action, _, _ in RESOURCE.edges()}
SHARED = set(CourseAccountState) - {CourseAccountState.PENDING}
WALDURS = {kind.waldur for kind in KINDS if kind.waldur}


def a_kind(name: str) -> Kind:
    return Kind(name, "Something happened.", group=Group.BUS, readers=Readers.NOBODY)


def test_a_kind_is_found_in_the_code_by_its_name() -> None:
    declared = {
        name: value
        for module in MODULES
        for name, value in vars(module).items()
        if isinstance(value, Kind)
    }
    assert {
        name: kind.name.upper().replace(".", "_").replace("-", "_")
        for name, kind in declared.items()
    } == {name: name for name in declared}


STEPS: list[tuple[Mapping[Any, Kind], Iterable[str], str]] = [
    (marketplace_kinds.ORDER_STATES, OrderState, "order.{}"),
    (marketplace_kinds.OFFERING_STATES, OfferingState, "offering.{}"),
    (
        marketplace_kinds.RESOURCE_ACTIONS,
        {action for action, _, _ in RESOURCE.edges()},
        "resource.{}",
    ),
    (allocations_kinds.ACCOUNT_STATES, AccountState, "account.{}"),
    (allocations_kinds.PROVISION_STATES, ProvisionState, "provision.{}"),
    (allocations_kinds.API_KEY_REQUESTS, ApiKeyAction, "api_key.{}_requested"),
    (allocations_kinds.COURSE_ACCOUNT_STATES, SHARED, "course_account.{}"),
    (allocations_kinds.SERVICE_ACCOUNT_STATES, SHARED, "service_account.{}"),
]
"""The kinds of a state machine, its states or actions, and how they are called."""


@pytest.mark.parametrize(("kinds", "steps", "name"), STEPS)
def test_every_step_of_a_state_machine_has_its_kind(
    kinds: Mapping[Any, Kind], steps: Iterable[str], name: str
) -> None:
    assert {step: kind.name for step, kind in kinds.items()} == {
        step: name.format(step.lower().replace(" ", "_")) for step in steps
    }


def test_every_kind_says_in_a_sentence_what_it_means() -> None:
    assert [
        kind.name
        for kind in KINDS
        if not (kind.meaning[0].isupper() and kind.meaning.endswith("."))
    ] == []


def test_no_two_kinds_mean_the_same() -> None:
    assert len({kind.meaning for kind in KINDS}) == len(KINDS)


def test_every_group_has_kinds() -> None:
    assert {kind.group for kind in KINDS} == set(Group)


def test_what_is_said_to_be_waldurs_is_waldurs() -> None:
    assert WALDURS - {name.value for name in EventTypesEnum} == set()
    groups = {group.value for group in EventGroupsEnum}
    assert set(Group) - OWN_GROUPS <= groups
    assert not OWN_GROUPS & groups


def test_a_group_is_called_as_no_kind_and_no_noun_is() -> None:
    assert not set(Group) & (set(CATALOGUE.by_name) | CATALOGUE.nouns | WALDURS)


@pytest.mark.parametrize("name", ["order", "order.", ".done", "Order.done", "order.Done", "a.b.c"])
def test_a_name_that_says_not_what_happened_to_what_is_refused(name: str) -> None:
    with pytest.raises(BadKind):
        a_kind(name)


def test_two_kinds_of_one_name_are_refused() -> None:
    with pytest.raises(BadKind):
        Catalogue([a_kind("thing.done"), a_kind("thing.undone"), a_kind("thing.done")])
