"""In which order the processes of a test run take their work."""

from __future__ import annotations

from tests.scheduling import next_group, together, waiting_first

QUEUE = ["agent", "contract", "test_run.py", "tests/api/test_a.py::test_a", "tests/unit/b.py::test"]


def test_what_waits_begins_first_and_the_longest_of_it_before_all() -> None:
    mixed = ["contract", "tests/api/test_a.py::test_a", "test_run.py", "agent", "agent with broker"]
    first = ["agent with broker", "agent", "contract", "test_run.py"]
    assert waiting_first(mixed) == first
    assert next_group(QUEUE, may_wait=True) == "agent"


def test_what_works_is_done_beside_it() -> None:
    assert next_group(QUEUE, may_wait=False) == "tests/api/test_a.py::test_a"
    assert next_group(QUEUE[3:], may_wait=True) == "tests/api/test_a.py::test_a"


def test_nobody_is_idle_where_all_that_is_left_waits() -> None:
    assert next_group(["test_run.py", "test_hooks.py"], may_wait=False) == "test_run.py"


def test_only_tests_that_share_servers_belong_together() -> None:
    assert together("tests/agent/test_event_mode.py::test_x") == "agent with broker"
    assert together("tests/agent/test_moab.py::test_x") == "agent"
    assert together("tests/e2e/test_run.py::test_x[1]") == "test_run.py"
    assert together("tests/contract/test_paging.py::test_x") == "contract"
    free = "tests/api/identity/test_users.py::test_x"
    assert together(free) == free
