"""Which process runs which tests, and when, where several run them (`pytest -n`)."""

from __future__ import annotations

import os
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

from xdist.scheduler import LoadScopeScheduling

if TYPE_CHECKING:
    from collections.abc import Iterable

ON_THE_TEST_DATABASE = {"test_rebuild_example.py"}
WITH_BROKER = ("test_event_", "test_older_agent", "test_newer_agent")
LONGEST = ("agent with broker", "agent", "contract")
"""The groups that take longest, which begin first."""


class Together(LoadScopeScheduling):  # type: ignore[misc]
    """Sends tests that share servers to one process, all others wherever there is time.

    Those with servers wait more than they work: they begin first, on so many processes that there
    is one for each processor beside them, for the tests that work. The latter keep their order, as
    those with real transactions come last.
    """

    def _split_scope(self, nodeid: str) -> str:
        return together(nodeid)

    has_begun = False

    def _assign_work_unit(self, node: Any) -> None:
        if not self.has_begun:
            self.has_begun = True
            for group in reversed(waiting_first(self.workqueue)):
                self.workqueue.move_to_end(group, last=False)
        waiting = sum(
            any(waits(group) for group in groups)
            for other, groups in self.assigned_work.items()
            if other is not node
        )
        room = len(self.assigned_work) - (os.cpu_count() or 1)
        self.workqueue.move_to_end(next_group(self.workqueue, may_wait=waiting < room), last=False)
        super()._assign_work_unit(node)

    def mark_test_complete(self, node: Any, item_index: int, duration: float = 0) -> None:
        """Take note of what is done, and forget groups that are: all that is kept is counted."""
        super().mark_test_complete(node, item_index, duration)
        group = self._split_scope(self.registered_collections[node][item_index])
        if all(self.assigned_work[node][group].values()):
            del self.assigned_work[node][group]


def waiting_first(queue: Iterable[str]) -> list[str]:
    """Return the groups that wait, in the order in which they begin."""
    found = [group for group in queue if waits(group)]
    return sorted(found, key=lambda group: LONGEST.index(group) if group in LONGEST else 99)


def next_group(queue: Iterable[str], *, may_wait: bool) -> str:
    """Return what a process does next: what stands first, if it may wait or nothing else is left.

    :raises StopIteration: there is nothing left.
    """
    first = next(iter(queue))
    return first if may_wait else next((group for group in queue if not waits(group)), first)


def waits(group: str) -> bool:
    """Tell whether the tests of a group have servers of their own: a free test is its own group."""
    return "::" not in group


def together(nodeid: str) -> str:
    """Return what names the tests that belong into one process: a free one's own name."""
    path = PurePosixPath(nodeid.partition("::")[0])
    folder = "/".join(path.parts[1:-1])
    if folder == "agent":
        return "agent with broker" if path.name.startswith(WITH_BROKER) else "agent"
    if folder == "e2e" and path.name not in ON_THE_TEST_DATABASE:
        return path.name
    return folder if folder == "contract" else nodeid
