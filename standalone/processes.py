"""The service's processes as children of one supervisor: started together, stopped together."""

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from types import TracebackType
from typing import Self

DIE_WITH_PARENT = 1  # PR_SET_PDEATHSIG of prctl(2)
GRACE_SECONDS = 25.0


class ChildDied(RuntimeError):
    """A process of the service ended although nobody asked it to."""


class Failed(RuntimeError):
    """A program that was run to its end did not succeed."""


class Stopped(BaseException):
    """Ctrl-C, or a polite request to end: no error, so no `except Exception` may swallow it."""


class Processes:
    """Children that never outlive this block, whatever ends it."""

    def __init__(self) -> None:
        """Start with none."""
        self._children: dict[str, subprocess.Popen[bytes]] = {}

    def __enter__(self) -> Self:
        """Turn the signals that end a process into an exception that unwinds this block."""
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._on_signal)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> bool:
        """Stop what still runs; being asked to stop is a good end."""
        self._ignore_signals()
        self._stop()
        return kind is Stopped

    def start(self, name: str, command: Sequence[str], environment: Mapping[str, str]) -> None:
        """Start a child in a session of its own, so that Ctrl-C reaches it through us alone."""
        self._children[name] = subprocess.Popen(  # noqa: S603 (our own programs, no shell)
            command,
            env={**os.environ, **environment},
            stdin=subprocess.DEVNULL,
            start_new_session=True,
            preexec_fn=die_with_parent if sys.platform == "linux" else None,  # noqa: PLW1509
        )

    def check(self) -> None:
        """Raise `ChildDied` when a child has ended.

        :raises ChildDied: the message says which, and how.
        """
        for name, child in self._children.items():
            if (code := child.poll()) is not None:
                raise ChildDied(f"the {name} ended by itself with code {code}; its log is above")

    def wait(self) -> None:
        """Wait until a child dies or a signal comes.

        :raises ChildDied: a child ended by itself.
        """
        while True:
            self.check()
            time.sleep(0.5)

    def _on_signal(self, _number: int, _frame: object) -> None:
        self._ignore_signals()
        os.write(2, b"\nStopping; a task that runs may finish first.\n")
        raise Stopped

    def _ignore_signals(self) -> None:
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.SIG_IGN)

    def _stop(self) -> None:
        """Ask every child to end, wait, and kill what does not or what it left behind."""
        for child in self._children.values():
            if child.poll() is None:
                child.terminate()
        deadline = time.monotonic() + GRACE_SECONDS
        for child in self._children.values():
            with suppress(subprocess.TimeoutExpired):
                child.wait(max(0.0, deadline - time.monotonic()))
            with suppress(ProcessLookupError):  # nobody of its session is left: the usual case
                os.killpg(child.pid, signal.SIGKILL)
            child.wait()


def run_to_end(command: Sequence[str], environment: Mapping[str, str]) -> str:
    """Run a program of ours and return what it printed.

    :raises Failed: it did not succeed; the message holds what it complained of.
    """
    done = subprocess.run(  # noqa: S603 (our own programs, no shell)
        command,
        env={**os.environ, **environment},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise Failed(f"{' '.join(command)} failed:\n{done.stderr.strip()}")
    return done.stdout


def die_with_parent() -> None:
    """Ask the kernel to end this child when the supervisor is killed and cannot do it."""
    signal.pthread_sigmask(signal.SIG_SETMASK, [])
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_DFL)
    ctypes.CDLL(None).prctl(DIE_WITH_PARENT, signal.SIGTERM)
