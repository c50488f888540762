from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.times import FIRST_DAY, LAST_DAY, MOST_DAYS
from identity.end_dates import effective_end_date

DAY = date(2026, 5, 31)


@pytest.mark.parametrize(
    ("end_date", "project_days", "customer_days", "expected"),
    [
        (None, 30, 30, None),
        (DAY, None, None, DAY),
        (DAY, None, 30, date(2026, 6, 30)),
        (DAY, 1, 30, date(2026, 6, 1)),
        (DAY, 0, 30, DAY),
    ],
)
def test_a_projects_own_days_of_grace_go_before_its_organisations(
    end_date: Any, project_days: Any, customer_days: Any, expected: Any
) -> None:
    assert effective_end_date(end_date, project_days, customer_days) == expected


@given(
    st.dates(min_value=FIRST_DAY, max_value=LAST_DAY - timedelta(MOST_DAYS)),
    st.none() | st.integers(0, MOST_DAYS),
    st.none() | st.integers(0, MOST_DAYS),
)
def test_grace_never_ends_before_the_project(
    end_date: Any, project_days: Any, customer_days: Any
) -> None:
    effective = effective_end_date(end_date, project_days, customer_days)
    assert effective is not None
    assert effective - end_date in {timedelta(d or 0) for d in (project_days, customer_days)}


@given(st.dates(), st.integers(0, 2**31 - 1))
def test_whatever_stands_there_the_end_is_a_day_within_the_bounds(end_date: Any, days: Any) -> None:
    effective = effective_end_date(end_date, days, None)
    assert effective is not None
    assert FIRST_DAY <= effective <= LAST_DAY
