"""A real RabbitMQ for a test, and where there is none, saying so."""

from __future__ import annotations

import os
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

from standalone.rabbitmq_node import BrokerNode, installed

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

MISSING = "RabbitMQ is not installed: `apt-get install rabbitmq-server` lets this test run"


def is_needed_and_missing() -> bool:
    """Tell whether tests with a broker are left out here; CI has one and leaves nothing out."""
    return installed() is None and not os.environ.get("CI")


@contextmanager
def running_node(folder: Path) -> Iterator[BrokerNode]:
    """Run a node for a while; where none is installed, the test is skipped, but never in CI."""
    if is_needed_and_missing():
        pytest.skip(MISSING)
    with BrokerNode(folder) as node:
        yield node
