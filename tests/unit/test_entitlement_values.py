"""Entitlements: how one is written, who has which, and what is to be done about a person's."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st

from allocations.access_plane.values import (
    Standing,
    entitlement,
    is_ours,
    needed,
    wanted,
)
from allocations.lifecycle import AccountState
from marketplace.lifecycle import OfferingState

if TYPE_CHECKING:
    from tests.cases import Case

SPACE = "urn:geant:example.org:efp"
IN_USE = Standing(
    offering=1,
    state=AccountState.OK,
    username="hpc1",
    is_restricted=False,
    has_right=True,
    is_person_active=True,
    offering_state=OfferingState.ACTIVE,
    is_entitling=True,
    nodes=("a.example.org", "b.example.org"),
)
VALUES = st.sampled_from(
    [
        *(entitlement(SPACE, "login", f"hpc{n}") for n in range(4)),
        *(entitlement(f"{SPACE}2", "login", f"hpc{n}") for n in range(2)),
        entitlement("urn:geant:former", "login", "hpc1"),
        f"{SPACE}:group:physics",
        f"{SPACE}:res:login:hpc1",
        "urn:geant:elsewhere:res:login:hpc1:act:ssh",
    ]
)
SETS = st.frozensets(VALUES)


def test_an_account_in_use_is_a_value_for_each_login_node() -> None:
    assert wanted(SPACE, [IN_USE, IN_USE]) == {
        f"{SPACE}:res:a.example.org:hpc1:act:ssh",
        f"{SPACE}:res:b.example.org:hpc1:act:ssh",
    }


def test_each_condition_alone_is_enough_to_have_none(case: Case) -> None:
    others: list[dict[str, object]] = [
        {"state": state} for state in AccountState if state is not AccountState.OK
    ]
    changes: list[dict[str, object]] = [
        *others,
        {"username": ""},
        {"is_restricted": True},
        {"has_right": False},
        {"is_person_active": False},
        {"offering_state": OfferingState.ARCHIVED},
        {"offering_state": OfferingState.DRAFT},
        {"is_entitling": False},
        {"nodes": ()},
    ]
    for change in changes:
        with case(**change):
            assert wanted(SPACE, [replace(IN_USE, **change)]) == set()  # type: ignore[arg-type]


def test_a_paused_offering_s_people_go_on() -> None:
    for state in (OfferingState.PAUSED, OfferingState.UNAVAILABLE):
        assert wanted(SPACE, [replace(IN_USE, offering_state=state)])


@given(present=SETS, due=SETS, known=SETS)
def test_changes_lead_to_what_is_wanted_and_leave_what_is_somebody_else_s(
    present: frozenset[str], due: frozenset[str], known: frozenset[str]
) -> None:
    changes = needed(SPACE, present=present, wanted=due, known=known)
    after = (present - set(changes.take)) | set(changes.put)

    ours = {one for one in after if is_ours(SPACE, one) or one in known}
    assert ours | due == due
    assert due <= after
    assert {one for one in present if not is_ours(SPACE, one)} - known <= after
    assert set(changes.put).isdisjoint(present)
    assert set(changes.take) <= present
    assert not needed(SPACE, present=after, wanted=due, known=known)
