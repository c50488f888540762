"""A month is divided among plans without a loss, and a lower report corrects the latest first."""

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from accounting.plan_parts import add_up

AMOUNTS = st.decimals(0, 1000, places=2)


def test_what_a_report_adds_is_the_part_of_the_plan_that_goes_on():
    before = [Decimal(5), Decimal(7)]
    for total, parts in ((20, [5, 7, 8]), (12, [5, 7, 0]), (9, [5, 4, 0]), (3, [3, 0, 0])):
        assert add_up(Decimal(total), before) == parts
    assert add_up(Decimal(4), []) == [4]


@given(AMOUNTS, st.lists(AMOUNTS, max_size=5))
def test_parts_come_to_the_total_and_none_is_negative_or_grows(total, before):
    parts = add_up(total, before)

    assert sum(parts) == total
    assert len(parts) == len(before) + 1
    assert all(part >= 0 for part in parts)
    assert all(now <= then for now, then in zip(parts, before, strict=False))
