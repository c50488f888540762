"""The file system broker hands each message to one worker, whole, however many look."""

from __future__ import annotations

import multiprocessing
from typing import TYPE_CHECKING, Any

import pytest
from kombu import Connection, Exchange, Queue

import config.celery  # noqa: F401 (names the transport)
from standalone.file_broker import Transport

if TYPE_CHECKING:
    from collections.abc import Callable
    from multiprocessing.process import BaseProcess
    from pathlib import Path

MESSAGES = 300
EXCHANGE = Exchange("efp")


@pytest.fixture(autouse=True)
def _forget_bindings() -> None:
    """kombu remembers in the process what it bound, and each test has a folder of its own."""
    Transport.global_state.clear()


def connect(folder: Path) -> Connection:
    for name in ("messages", "control"):
        (folder / name).mkdir(exist_ok=True)
    return Connection(
        "filesystem://localhost",
        transport_options={
            "data_folder_in": str(folder / "messages"),
            "data_folder_out": str(folder / "messages"),
            "control_folder": str(folder / "control"),
            "polling_interval": 0.001,
        },
    )


def declare(connection: Connection, name: str = "work") -> Any:
    queue = Queue(name, EXCHANGE, routing_key=name)(connection.default_channel)
    queue.declare()
    return queue


def send(connection: Connection, body: object, key: str = "work") -> None:
    connection.Producer().publish(body, exchange=EXCHANGE, routing_key=key)


def bindings(connection: Connection) -> list[tuple[str, str, str]]:
    channel: Any = connection.default_channel
    return list(channel.get_table("efp"))


def produce(folder: Path, who: int) -> None:
    with connect(folder) as connection:
        declare(connection)
        for number in range(MESSAGES):
            send(connection, [who, number])


def consume(folder: Path, _who: int, found: multiprocessing.Queue[list[int]]) -> None:
    with connect(folder) as connection:
        queue = declare(connection)
        while not (folder / "done").exists():
            if message := queue.get(no_ack=True):
                found.put(message.payload)


def bind(folder: Path, who: int) -> None:
    with connect(folder) as connection:
        for number in range(20):
            declare(connection, f"queue-{who}-{number}")


def start_two(work: Callable[..., None], folder: Path, *arguments: object) -> list[BaseProcess]:
    fresh = multiprocessing.get_context("spawn")
    processes: list[BaseProcess] = [
        fresh.Process(target=work, args=(folder, who, *arguments)) for who in (1, 2)
    ]
    for process in processes:
        process.start()
    return processes


def test_messages_come_in_the_order_in_which_they_were_sent(tmp_path: Path) -> None:
    with connect(tmp_path) as connection:
        queue = declare(connection)
        for number in range(3):
            send(connection, {"number": number})
        assert [queue.get(no_ack=True).payload["number"] for _ in range(3)] == [0, 1, 2]
        assert queue.get() is None


def test_a_message_goes_to_the_queue_of_its_key_only(tmp_path: Path) -> None:
    with connect(tmp_path) as connection:
        work, other = declare(connection), declare(connection, "other")
        send(connection, "for work")
        assert other.get() is None
        assert work.get().payload == "for work"


def test_a_deleted_queue_is_bound_no_more_and_leaves_no_message(tmp_path: Path) -> None:
    with connect(tmp_path) as connection:
        queue = declare(connection)
        send(connection, "lost")
        queue.delete()
        assert bindings(connection) == []
        assert list((tmp_path / "messages").iterdir()) == []


@pytest.mark.slow
def test_processes_that_write_and_read_at_once_lose_and_double_nothing(tmp_path: Path) -> None:
    connect(tmp_path).close()
    found = multiprocessing.get_context("spawn").Queue()
    processes = start_two(consume, tmp_path, found) + start_two(produce, tmp_path)
    try:
        received = sorted(found.get(timeout=180) for _ in range(2 * MESSAGES))
    finally:
        (tmp_path / "done").touch()
    for process in processes:
        process.join(180)
    assert [process.exitcode for process in processes] == [0, 0, 0, 0]
    assert received == [[who, number] for who in (1, 2) for number in range(MESSAGES)]
    assert list((tmp_path / "messages").iterdir()) == []


@pytest.mark.slow
def test_processes_that_bind_at_once_keep_each_others_bindings(tmp_path: Path) -> None:
    connect(tmp_path).close()
    processes = start_two(bind, tmp_path)
    for process in processes:
        process.join(60)
    assert [process.exitcode for process in processes] == [0, 0]
    with connect(tmp_path) as connection:
        assert len(bindings(connection)) == 40
