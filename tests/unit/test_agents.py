"""What site agents are, and when one counts as silent."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from allocations import observables
from allocations.agents import (
    OLDEST_SERVED,
    SEEN_WITHIN,
    AgentType,
    ServiceState,
    compatibility,
    release,
    state_of,
    type_of,
)

NOW = datetime(2026, 11, 28, 3, tzinfo=UTC)
numbers = st.integers(0, 999_999_999)


@pytest.mark.parametrize(
    ("name", "mode", "does"),
    [
        ("order_process", "order_process", AgentType.ORDER_PROCESSING),
        ("whatever", "report", AgentType.USAGE_REPORTING),
        ("membership_sync", "", AgentType.RESOURCE_SYNC),
        ("event_process-order", "", AgentType.EVENT_PROCESSING),
        ("event_process-user_role", "event_process", AgentType.EVENT_PROCESSING),
        ("initial-offering-process", "event_process", AgentType.EVENT_PROCESSING),
        ("initial-offering-process", "", AgentType.UNKNOWN),
        ("order_process", "something new", AgentType.ORDER_PROCESSING),
        ("x", "y", AgentType.UNKNOWN),
        ("", "", AgentType.UNKNOWN),
    ],
)
def test_what_a_service_does_follows_from_its_mode_or_its_name(name, mode, does):
    assert type_of(name, mode) is does


@given(st.text(), st.text())
def test_every_service_does_something_that_has_a_rhythm(name, mode):
    assert type_of(name, mode) in SEEN_WITHIN


def test_every_type_has_a_rhythm():
    assert set(SEEN_WITHIN) == set(AgentType)


@given(st.sampled_from(AgentType), st.integers(-(10**6), 10**6), st.text(max_size=3))
def test_a_service_is_idle_exactly_when_it_was_not_seen_in_time(kind, seconds, error):
    last_seen = NOW - timedelta(seconds=seconds)
    state = state_of(kind, error, last_seen=last_seen, now=NOW)
    assert (state is ServiceState.IDLE) == (timedelta(seconds=seconds) > SEEN_WITHIN[kind])
    if state is not ServiceState.IDLE:
        assert (state is ServiceState.ERROR) == bool(error)


@pytest.mark.parametrize(
    ("version", "numbers"),
    [
        ("1.0.7", (1, 0, 7)),
        ("v2.1", (2, 1, 0)),
        ("3", (3, 0, 0)),
        (" 1.0.7.dev1+g12 ", (1, 0, 7)),
        ("8.1.2rc1", (8, 1, 2)),
        ("", None),
        ("unknown", None),
        ("main-1.0", None),
    ],
)
def test_a_version_is_read_up_to_its_release(version, numbers):
    assert release(version) == numbers


@given(numbers, numbers, numbers)
def test_a_version_is_compatible_from_the_oldest_that_is_served_on(major, minor, patch):
    version = f"{major}.{minor}.{patch}"
    found = compatibility(version)
    expected = "compatible" if (major, minor, patch) >= OLDEST_SERVED else "incompatible"
    assert found["status"] == expected
    assert version in found["message"]
    assert found["minimum_required"] == "1.0.0"


@given(st.text())
def test_whatever_an_agent_calls_its_version_something_is_said_of_it(version):
    found = compatibility(version)
    assert found["status"] in {"compatible", "incompatible", "unknown"}
    assert found["message"]


def test_queues_are_called_as_agents_expect():
    one, other = UUID(int=1), UUID(int=2)
    assert observables.vhost(one) == "0" * 31 + "1"
    assert observables.consumer_queue(one) == "consumer_" + "0" * 31 + "1"
    name = observables.subscription_queue(one, other, "course_account")
    assert name == f"subscription_{one.hex}_offering_{other.hex}_course_account"
