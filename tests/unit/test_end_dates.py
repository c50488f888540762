from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

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
    st.dates(max_value=date(9000, 1, 1)),
    st.none() | st.integers(0, 3650),
    st.none() | st.integers(0, 3650),
)
def test_grace_never_ends_before_the_project(
    end_date: Any, project_days: Any, customer_days: Any
) -> None:
    effective = effective_end_date(end_date, project_days, customer_days)
    assert effective is not None
    assert effective - end_date in {timedelta(d or 0) for d in (project_days, customer_days)}
