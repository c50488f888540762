"""Taking the time of an endpoint and of its floor by turns, so that noise hits both alike."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from statistics import median, quantiles
from time import perf_counter
from typing import TYPE_CHECKING

from bench.client import Client
from bench.counting import HEADER

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bench.client import MeasuredAnswer
    from bench.endpoints import Endpoint, MeasuredRequest

WARM_UP = 3
FEWEST, MOST = 10, 1000
PARALLEL_CLIENTS = 2
COUNT = "x-result-count"
COMPARABLE_BYTES = 0.8
"""A floor's answer has at least this part of the real one's bytes; else it would be no floor."""


class Unexpected(RuntimeError):
    """An endpoint did not answer as it should, so there is nothing to measure."""


@dataclass(frozen=True)
class Counts:
    """What does not depend on time: rows in the answer and in all, bytes, statements."""

    rows: int | None
    total: int | None
    size: int
    statements: int


@dataclass(frozen=True)
class Times:
    """How long an endpoint takes, in seconds, and how many requests a second it answers."""

    p50: float
    p95: float
    per_second: float
    floor_p50: float | None
    ratio: float | None


def count(client: Client, endpoint: Endpoint) -> Counts:
    """Look at one answer of an endpoint, and compare its floor's with it.

    :raises Unexpected: for another status than expected, or a floor that is none.
    """
    send(client, endpoint, next(endpoint.requests))  # what is looked up once is not counted
    answer = send(client, endpoint, next(endpoint.requests))
    total = answer.headers.get(COUNT)
    rows = len(answer.data) if total is not None else None
    if endpoint.floor is not None:
        compare(answer, client.send("GET", endpoint.floor), endpoint)
    return Counts(
        rows=rows,
        total=None if total is None else int(total),
        size=len(answer.body),
        statements=int(answer.headers[HEADER]),
    )


def send(client: Client, endpoint: Endpoint, request: MeasuredRequest) -> MeasuredAnswer:
    """Send a request of an endpoint.

    :raises Unexpected: when the answer is not the expected one.
    """
    answer = client.send(request.method, request.path, request.body)
    if answer.status != endpoint.expected:
        raise Unexpected(
            f"{request.method} {request.path} as {endpoint.role} answered {answer.status}, not "
            f"{endpoint.expected}: {answer.body[:300]!r}"
        )
    return answer


def compare(real: MeasuredAnswer, floor: MeasuredAnswer, endpoint: Endpoint) -> None:
    """Make sure that the floor answers the same rows, with about as much in them.

    :raises Unexpected: when it does not.
    """
    if floor.status != 200:
        raise Unexpected(f"{endpoint.floor} answered {floor.status}: {floor.body[:300]!r}")
    differing = [
        name
        for name, of_real, of_floor in (
            ("rows", len(real.data), len(floor.data)),
            (COUNT, real.headers.get(COUNT), floor.headers.get(COUNT)),
            ("uuids", uuids(real), uuids(floor)),
        )
        if of_real != of_floor
    ]
    if len(floor.body) < COMPARABLE_BYTES * len(real.body):
        differing.append(f"bytes ({len(floor.body)} of {len(real.body)})")
    if differing:
        raise Unexpected(f"{endpoint.floor} as {endpoint.role} differs in {', '.join(differing)}")


def uuids(answer: MeasuredAnswer) -> Sequence[str]:
    """Return the UUIDs of an answer's rows."""
    return [row.get("uuid", "") for row in answer.data]


def take_times(port: int, token: str, endpoint: Endpoint, seconds: float) -> Times:
    """Measure an endpoint for so many seconds, half of them with one client.

    :raises Unexpected: when an answer is not the expected one.
    """
    client = Client(port, token)
    for _ in range(WARM_UP):
        measure_both_ways(client, endpoint, floor_first=False)
    pairs: list[tuple[float, float | None]] = []
    deadline = perf_counter() + seconds / 2
    while len(pairs) < FEWEST or (perf_counter() < deadline and len(pairs) < MOST):
        pairs.append(measure_both_ways(client, endpoint, floor_first=len(pairs) % 2 == 1))
    client.close()
    real = [pair[0] for pair in pairs]
    floors = [pair[1] for pair in pairs if pair[1] is not None]
    return Times(
        p50=median(real),
        p95=quantiles(real, n=20)[-1],
        per_second=throughput(port, token, endpoint, seconds / 2),
        floor_p50=median(floors) if floors else None,
        ratio=median(r / f for r, f in pairs if f is not None) if floors else None,
    )


def measure_both_ways(
    client: Client, endpoint: Endpoint, *, floor_first: bool
) -> tuple[float, float | None]:
    """Return how long one request takes, and one for its floor."""
    if endpoint.floor is None:
        return send(client, endpoint, next(endpoint.requests)).seconds, None
    if floor_first:
        floor = client.send("GET", endpoint.floor).seconds
        return send(client, endpoint, next(endpoint.requests)).seconds, floor
    real = send(client, endpoint, next(endpoint.requests)).seconds
    return real, client.send("GET", endpoint.floor).seconds


def throughput(port: int, token: str, endpoint: Endpoint, seconds: float) -> float:
    """Return how many requests a second are answered to a few clients at once."""
    lock, done, failures = threading.Lock(), [0] * PARALLEL_CLIENTS, list[Unexpected]()

    def work(number: int, deadline: float) -> None:
        client = Client(port, token)
        while perf_counter() < deadline and done[number] < MOST and not failures:
            with lock:
                request = next(endpoint.requests)
            try:
                send(client, endpoint, request)
            except Unexpected as error:
                failures.append(error)
            done[number] += 1
        client.close()

    started = perf_counter()
    threads = [
        threading.Thread(target=work, args=(number, started + seconds))
        for number in range(PARALLEL_CLIENTS)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        raise failures[0]
    return sum(done) / (perf_counter() - started)
