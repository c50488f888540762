"""Which process runs which tests, where several run them (`pytest -n`)."""

from __future__ import annotations

from pathlib import PurePosixPath

from xdist.scheduler import LoadScopeScheduling

ON_THE_TEST_DATABASE = {"test_rebuild_example.py"}
WITH_BROKER = ("test_event_", "test_older_agent", "test_newer_agent")


class Together(LoadScopeScheduling):  # type: ignore[misc]
    """Sends tests that share servers to one process, all others wherever there is time.

    Those with servers wait more than they work, and begin first: other processes use the time for
    the tests that work. The latter keep their order, as those with real transactions come last.
    """

    def _split_scope(self, nodeid: str) -> str:
        return together(nodeid)


def together(nodeid: str) -> str:
    """Return what names the tests that belong into one process: a free one's own name."""
    path = PurePosixPath(nodeid.partition("::")[0])
    folder = "/".join(path.parts[1:-1])
    if folder == "agent":
        return "agent with broker" if path.name.startswith(WITH_BROKER) else "agent"
    if folder == "e2e" and path.name not in ON_THE_TEST_DATABASE:
        return path.name
    return folder if folder == "contract" else nodeid
