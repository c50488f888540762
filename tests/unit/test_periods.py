"""Periods follow each other without a gap, and every month is in one of each length."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounting.ledger import following, month_of, preceding
from accounting.periods import (
    LENGTHS,
    Period,
    first_month,
    first_month_before,
    label,
    last_day,
    sum_of,
)

months = st.dates(min_value=date(2001, 1, 1), max_value=date(9000, 12, 31)).map(month_of)
ending = st.sampled_from(sorted(LENGTHS))


def test_the_numbers_are_those_of_the_api():
    assert {p.name: p.value for p in Period} == {
        "TOTAL": 1,
        "MONTH_1": 2,
        "MONTH_3": 3,
        "MONTH_12": 4,
    }


@pytest.mark.parametrize(
    ("period", "name", "first", "last"),
    [
        (Period.MONTH_1, "2026-11", date(2026, 11, 1), date(2026, 11, 30)),
        (Period.MONTH_3, "2026-Q4", date(2026, 10, 1), date(2026, 12, 31)),
        (Period.MONTH_12, "2026", date(2026, 1, 1), date(2026, 12, 31)),
        (Period.TOTAL, "total", None, None),
    ],
)
def test_november_is_in_one_period_of_each_length(period, name, first, last):
    month = date(2026, 11, 1)
    assert (label(period, month), first_month(period, month), last_day(period, month)) == (
        name,
        first,
        last,
    )


def bounds(period: int, month: date) -> tuple[date, date]:
    """Return the first and the last day of a period that ends."""
    first, last = first_month(period, month), last_day(period, month)
    assert first is not None
    assert last is not None
    return first, last


@given(ending, months)
def test_a_period_ends_where_the_next_begins(period, month):
    first, last = bounds(period, month)
    after = last + timedelta(days=1)
    assert first <= month <= last
    assert after == first_month(period, after)
    assert first_month_before(period, after) == first


@given(ending, months)
def test_the_months_of_a_period_have_its_name_and_no_others_have(period, month):
    first, last = bounds(period, month)
    assert label(period, first) == label(period, month) == label(period, month_of(last))
    assert label(period, preceding(first)) != label(period, month)
    assert label(period, following(month_of(last))) != label(period, month)


def test_the_total_has_nothing_before_it():
    assert first_month_before(Period.TOTAL, date(2026, 11, 1)) is None


@given(st.dictionaries(months, st.decimals(0, 1000, places=2)), ending, months)
def test_what_periods_came_to_adds_up_to_what_all_months_did(used, period, month):
    first, nothing = first_month(period, month), Decimal(0)
    before = sum_of(used, None, first, nothing)
    since = sum_of(used, first, None, nothing)
    assert before + since == sum_of(used, None, None, nothing) == sum(used.values(), nothing)
