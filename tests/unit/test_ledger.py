"""Months and sums; pure."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounting import ledger
from accounting.amounts import AmountUnusable, check_amounts
from marketplace.components import LimitPeriod

months = st.dates(date(1990, 1, 1), date(2090, 12, 31)).map(ledger.month_of)
amounts = st.decimals(0, Decimal(99999999), places=2)


@given(months)
def test_following_and_preceding_undo_each_other(month):
    assert ledger.preceding(ledger.following(month)) == month
    assert ledger.following(ledger.preceding(month)) == month
    assert month < ledger.following(month)


@given(months)
def test_a_longer_period_begins_no_later(month):
    periods = (LimitPeriod.MONTH, LimitPeriod.QUARTERLY, LimitPeriod.ANNUAL)
    begins = [begin for period in periods if (begin := ledger.begins(period, month))]
    assert len(begins) == len(periods)
    assert begins == sorted(begins, reverse=True)
    assert all(begin.year == month.year for begin in begins)
    assert ledger.begins(LimitPeriod.TOTAL, month) is None


@pytest.mark.parametrize(
    ("month", "quarter"), [(1, 1), (2, 1), (3, 1), (4, 4), (6, 4), (7, 7), (12, 10)]
)
def test_quarters_are_those_of_the_calendar(month, quarter):
    assert ledger.begins("quarterly", date(2026, month, 1)) == date(2026, quarter, 1)


@given(st.dictionaries(months, amounts, min_size=1), months)
def test_what_counts_against_a_limit_grows_with_its_period_and_not_with_the_order(used, month):
    backwards = dict(reversed(used.items()))
    sums = [
        ledger.limit_usage({"cpu": used}, {"cpu": period}, month)["cpu"]
        for period in ("month", "quarterly", "annual", "total")
    ]
    assert sums == sorted(sums)
    assert sums[-1] == ledger.limit_usage({"cpu": backwards}, {"cpu": "total"}, month)["cpu"]


@given(amounts)
def test_amounts_are_written_exactly(amount):
    assert Decimal(ledger.as_text(amount)) == amount
    assert "E" not in ledger.as_text(amount)
    number = ledger.as_number(amount)
    assert Decimal(str(number)) == amount
    if abs(amount) < 2**53:
        assert isinstance(number, int) is (amount == int(amount))


@pytest.mark.parametrize(
    "digits", ["9007199254740993", "123456789012345678.25", "0.01", "7", "7.5"]
)
def test_no_digit_of_a_number_is_lost(digits):
    assert str(ledger.as_number(Decimal(digits))) == digits


@given(amounts)
def test_every_amount_with_two_decimals_may_be_reported(amount):
    check_amounts([amount])


@given(st.decimals(0, 10, places=4).filter(lambda amount: amount != round(amount, 2)))
def test_no_amount_with_more_decimals_may_be_reported(amount):
    with pytest.raises(AmountUnusable):
        check_amounts([amount])


def test_a_month_begins_in_the_east_and_ends_in_the_west():
    november = date(2026, 11, 1)
    assert not ledger.has_begun(november, datetime(2026, 10, 31, 9, 59, tzinfo=UTC))
    assert ledger.has_begun(november, datetime(2026, 10, 31, 10, tzinfo=UTC))
    assert not ledger.is_over(november, datetime(2026, 12, 1, 11, 59, tzinfo=UTC))
    assert ledger.is_over(november, datetime(2026, 12, 1, 12, tzinfo=UTC))
