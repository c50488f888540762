"""What stops a start is told in a line: a traceback would hide it from whoever set it wrong."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NoReturn

from django.core.exceptions import ImproperlyConfigured
from django.db import OperationalError

from common.database_url import UnreadableUrl
from standalone.embedded_postgres import CannotStart

REFUSED = 78  # EX_CONFIG of sysexits.h


@contextmanager
def exit_on_bad_settings() -> Iterator[None]:
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
