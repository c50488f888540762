"""Whether the database's secrets can be opened, asked before a server has any workers."""

import os
import sys

import django

from config.starting import REFUSED


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
