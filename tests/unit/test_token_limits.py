"""What a token leaves of its holder's grants, without a database."""

from uuid import UUID

from identity.access import Held
from identity.permission_meanings import PERMISSION_MEANINGS
from identity.permissions import Permission
from identity.roles import RoleName
from identity.token_limits import Binding, Limits, by_flag

NO_UUID = UUID(int=0)
OWNER = Held(RoleName.CUSTOMER_OWNER, "", "customer", 1, 1)
MEMBER = Held(RoleName.PROJECT_MEMBER, "", "project", 20, 2)
CUSTOM = Held("Reviewer", "PROJECT.VIEW,ORDER.VIEW", "project", 21, 2)
GRANTS = (OWNER, MEMBER, CUSTOM)
SCOPES = frozenset({"PROJECT.VIEW", "PROJECT.CREATE"})

NOBODY: frozenset[str] = frozenset()


def left(*bindings: Binding, flagged: frozenset[str] = NOBODY) -> set[tuple[str, int, str]]:
    found = Limits(SCOPES, bindings).narrowed(GRANTS, flagged)
    return {(one.scope_type, one.scope_id, one.custom) for one in found}


def to(scope_type: str, scope_id: int, customer_id: int) -> Binding:
    return Binding(scope_type, scope_id, NO_UUID, customer_id)


def test_a_token_keeps_of_each_grant_what_is_in_its_scopes_where_it_is_bound() -> None:
    both, view = "PROJECT.CREATE,PROJECT.VIEW", "PROJECT.VIEW"
    assert left() == {("customer", 1, both), ("project", 20, view), ("project", 21, view)}
    assert left(to("customer", 1, 1)) == {("customer", 1, both)}
    assert left(to("customer", 2, 2)) == {("project", 20, view), ("project", 21, view)}
    assert left(to("project", 20, 2)) == {("project", 20, view)}
    assert left(to("project", 10, 1)) == {("project", 10, both)}, "by the role around it"
    assert left(to("offering", 7, 1), to("project", 21, 2)) == {
        ("offering", 7, both),
        ("project", 21, view),
    }
    assert left(to("project", 22, 2), to("customer", 3, 3)) == set()


def test_what_somebody_may_by_a_flag_is_everywhere_or_in_the_binding() -> None:
    staff = by_flag(is_staff=True, is_support=False)
    support = by_flag(is_staff=False, is_support=True)
    assert Limits(SCOPES).everywhere(staff) == SCOPES
    assert Limits(SCOPES).everywhere(support) == {"PROJECT.VIEW"}
    assert Limits(SCOPES).everywhere(by_flag(is_staff=False, is_support=False)) == NOBODY
    elsewhere = to("customer", 3, 3)
    assert Limits(SCOPES, (elsewhere,)).everywhere(staff) == NOBODY
    assert left(elsewhere, flagged=support) == {("customer", 3, "PROJECT.VIEW")}


def test_an_organization_is_shown_to_who_is_bound_to_it_or_to_nothing() -> None:
    assert Limits(SCOPES).shows_customer(1)
    assert Limits(SCOPES, (to("customer", 1, 1),)).shows_customer(1)
    assert not Limits(SCOPES, (to("project", 10, 1),)).shows_customer(1)


def test_every_permission_is_told_in_words() -> None:
    assert set(PERMISSION_MEANINGS) == set(Permission)
