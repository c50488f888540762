"""What stops a start is told in a line: a traceback would hide it from whoever set it wrong."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NoReturn

import django
from django.core.exceptions import ImproperlyConfigured
from django.db import OperationalError

from config.embedded_postgres import CannotStart, UnreadableUrl

REFUSED = 78  # EX_CONFIG of sysexits.h


@contextmanager
def told_in_a_line() -> Iterator[None]:
    """End the process, with what is wrong on standard error, when a setting is refused."""
    try:
        yield
    except (ImproperlyConfigured, UnreadableUrl, CannotStart) as error:
        refuse(str(error))
    except OperationalError as error:
        if getattr(error.__cause__, "pgcode", None) is not None:
            raise  # the database answers, and objects
        refuse(f"the database does not answer: {error}".strip())


def refuse(why: str) -> NoReturn:
    """End the process with a line that says why."""
    sys.stderr.write(f"Cannot start: {' '.join(why.split())}\n")  # libpq writes several lines
    sys.stderr.flush()
    sys.exit(REFUSED)


def refuse_lost_key() -> None:
    """End the process where nothing that is sealed in the database can be opened.

    A child looks, so that a server's main process, which comes before its workers, loads none of
    the application and can give them a newer one.
    """
    child = os.fork()
    if child == 0:
        os._exit(_status_of_look())
    if os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == REFUSED:
        sys.exit(REFUSED)


def _status_of_look() -> int:
    try:
        django.setup()
        from config import sealed  # noqa: PLC0415 - needs the loaded applications

        sealed.check_or_exit()
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else 1
    except Exception:
        return 0  # what else is wrong, the workers find and tell
    return 0
