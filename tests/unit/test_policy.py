"""The policy: pure, and checked by its own rules rather than line by line."""

from __future__ import annotations

import pytest

from identity.access import EVERYWHERE, NOWHERE, Reach
from identity.permissions import MATRIX, MEANINGFUL, Permission, allowed_by, roles_with
from identity.roles import DESCRIPTIONS, RoleName, ScopeType


def test_every_role_is_in_the_policy_and_described() -> None:
    assert set(MATRIX) == set(RoleName) == set(DESCRIPTIONS)


def test_every_permission_is_held_by_a_role_or_by_staff_alone() -> None:
    held = frozenset[Permission]().union(*MATRIX.values())
    assert set(Permission) - held == {Permission.REGISTER_PROVIDER}


def test_in_a_project_each_role_may_what_the_one_below_may() -> None:
    below, above = RoleName.PROJECT_MEMBER, RoleName.PROJECT_ADMIN
    assert MATRIX[below] < MATRIX[above] < MATRIX[RoleName.PROJECT_MANAGER]
    assert MATRIX[RoleName.PROJECT_MANAGER] < MATRIX[RoleName.CUSTOMER_OWNER]


def test_who_only_reads_changes_nothing() -> None:
    for role in (RoleName.CUSTOMER_READER, RoleName.CUSTOMER_SUPPORT):
        assert all("VIEW" in permission for permission in MATRIX[role])


def test_a_role_of_staffs_can_allow_whatever_one_of_the_system_does() -> None:
    assert set(MEANINGFUL) == set(ScopeType)
    for role, allowed in MATRIX.items():
        assert allowed <= MEANINGFUL[role.scope_type], role


def test_a_system_role_allows_what_the_matrix_says_whatever_its_row_says() -> None:
    for role, allowed in MATRIX.items():
        assert allowed_by(role.value, ["CUSTOMER.UPDATE"]) == allowed
    assert allowed_by("Reviewer", ["PROJECT.VIEW"]) == {"PROJECT.VIEW"}
    assert allowed_by("Reviewer") == frozenset()


def test_only_owners_and_staff_make_and_remove_projects() -> None:
    for permission in (Permission.CREATE_PROJECT, Permission.DELETE_PROJECT):
        assert roles_with(permission) == {RoleName.CUSTOMER_OWNER}


@pytest.mark.parametrize("role", RoleName)
def test_a_role_is_of_the_scope_that_it_is_named_after_and_keeps_its_uuid(role: RoleName) -> None:
    assert role.value.lower().startswith(role.scope_type.value)
    assert role.uuid.version == 5
    assert RoleName.PROJECT_MEMBER.uuid.hex == "368ec1de87465d998738d55853cb4e67"


def test_a_reach_includes_what_it_names_and_nothing_else() -> None:
    here = Reach(customers=frozenset({1}), projects=frozenset({2}), offerings=frozenset({3}))
    included = {
        (scope, key) for scope in ScopeType for key in range(5) if here.includes(scope, key)
    }
    assert included == {
        (ScopeType.CUSTOMER, 1),
        (ScopeType.PROJECT, 2),
        (ScopeType.OFFERING, 3),
    }
    assert (here.nowhere, EVERYWHERE.nowhere, NOWHERE.nowhere) == (False, False, True)
    assert EVERYWHERE.includes(ScopeType.PROJECT, 7)
    assert not NOWHERE.includes(ScopeType.PROJECT, 7)
