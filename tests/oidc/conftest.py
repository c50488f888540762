from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from identity.oidc import published
from tests.oidc.publisher import publishing

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.oidc.publisher import Publisher


@pytest.fixture(autouse=True)
def _nothing_kept() -> Iterator[None]:
    """No test sees what another one's provider published."""
    published.forget()
    yield
    published.forget()


@pytest.fixture
def publisher() -> Iterator[Publisher]:
    """A provider that behaves as the test wants."""
    with publishing() as running:
        yield running
