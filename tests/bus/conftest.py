from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.bus.broker import running_node

if TYPE_CHECKING:
    from collections.abc import Iterator

    from standalone.rabbitmq_node import BrokerNode


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark everything here."""
    here = Path(__file__).parent
    for item in items:
        if item.path.is_relative_to(here):
            for mark in (pytest.mark.bus, pytest.mark.slow):
                item.add_marker(mark)


@pytest.fixture(scope="session")
def node(tmp_path_factory: pytest.TempPathFactory) -> Iterator[BrokerNode]:
    """A broker for the tests of a process."""
    with running_node(tmp_path_factory.mktemp("rabbitmq")) as running:
        yield running
