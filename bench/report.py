"""The table that a bench prints."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bench.endpoints import PAGE_SIZE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bench.endpoints import Endpoint
    from bench.measure import Counts, Times

LIMIT = 3.0
"""How many times its floor a list of a full page may take."""

HEAD = ("endpoint", "as", "rows", "of", "bytes", "SQL", "p50 ms", "p95 ms", "req/s", "floor ms")
LAYOUT = "{:<40} {:<9} {:>5} {:>6} {:>8} {:>4} {:>8} {:>8} {:>8} {:>9} {:>7}"

Measured = tuple["Endpoint", "Counts", "Times"]


def head() -> str:
    """Return the names of the columns."""
    return LAYOUT.format(*HEAD, "x floor")


def line(endpoint: Endpoint, counts: Counts, times: Times) -> str:
    """Return an endpoint's line; what is beyond the limit is marked."""
    mark = "!" if is_beyond((endpoint, counts, times)) else ""
    return LAYOUT.format(
        endpoint.name,
        endpoint.role,
        shown(counts.rows),
        shown(counts.total),
        counts.size,
        counts.statements,
        milliseconds(times.p50),
        milliseconds(times.p95),
        f"{times.per_second:.1f}",
        milliseconds(times.floor_p50),
        "" if times.ratio is None else f"{times.ratio:.2f}{mark}",
    ).rstrip()


def shown(number: int | None) -> str:
    """Return a number, or nothing."""
    return "" if number is None else str(number)


def milliseconds(seconds: float | None) -> str:
    """Return a time in milliseconds, or nothing."""
    return "" if seconds is None else f"{seconds * 1000:.2f}"


def is_beyond(measured: Measured) -> bool:
    """Tell whether a list of a full page takes more than the limit."""
    _, counts, times = measured
    return counts.rows == PAGE_SIZE and times.ratio is not None and times.ratio > LIMIT


def summary(measured: Sequence[Measured]) -> str:
    """Return how many of the full lists are within the limit."""
    full = [one for one in measured if one[1].rows == PAGE_SIZE and one[2].ratio is not None]
    beyond = sum(is_beyond(one) for one in full)
    return (
        f"{len(full) - beyond} of {len(full)} lists of {PAGE_SIZE} rows take at most "
        f"{LIMIT:g} times their floor: the same rows by hand-written SQL and orjson, through the "
        "same server and authentication, count included (median of interleaved requests).\n"
        "p50, p95: one client with a kept connection; req/s: two clients at once."
    )
