"""Many things, some at a time: what a transaction or a query takes at once. Pure."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

T = TypeVar("T")


def batches(things: Iterable[T], size: int) -> Iterator[list[T]]:
    """Return the things in order, in lists of at most `size`, as they are asked for."""
    rest = iter(things)
    while batch := list(islice(rest, size)):
        yield batch
