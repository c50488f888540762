"""Bounds of days and moments: whatever comes in, nothing overflows."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common import times

ZONES = st.integers(-1439, 1439).map(lambda minutes: timezone(timedelta(minutes=minutes)))


@given(st.datetimes(), st.none() | ZONES)
def test_a_moment_comes_in_as_utc_or_not_at_all(written: datetime, zone: timezone | None) -> None:
    moment = written.replace(tzinfo=zone)
    assert times.FIRST_MOMENT <= times.clamped(moment) <= times.LAST_MOMENT
    with suppress(times.OutOfRange):
        found = times.in_utc(moment)
        assert found == times.clamped(moment) == (moment if zone else moment.replace(tzinfo=UTC))
        assert found.utcoffset() == timedelta(0)


@given(st.dates(), st.integers())
def test_days_after_a_day_end_with_the_calendar(day: date, days: int) -> None:
    within = times.clamped_day(day)
    assert times.FIRST_DAY <= times.days_after(within, days) <= times.LAST_DAY


@pytest.mark.parametrize(
    "text", ["0001-01-01T00:00:00+14:00", "0001-01-01T00:00:00", "0026-11-30", "9999-12-31"]
)
def test_what_no_calendar_of_ours_has_is_refused(text: str) -> None:
    with pytest.raises(times.OutOfRange):
        times.in_utc(datetime.fromisoformat(text))


@pytest.mark.parametrize("seconds", [float("nan"), float("inf"), -1e400, 1e18, -1e18])
def test_what_is_no_time_after_1970_is_refused(seconds: float) -> None:
    with pytest.raises(times.OutOfRange):
        times.from_epoch(seconds)


@pytest.mark.parametrize("value", [None, 20261130, "", "2026-13-01", ["2026-11-30"]])
def test_what_is_no_day_is_refused(value: object) -> None:
    with pytest.raises(ValueError, match=r".+") as refusal:
        times.day_from(value)
    assert not isinstance(refusal.value, times.OutOfRange)
