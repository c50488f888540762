"""Whether what is sealed in the database can be opened: looked at when a process starts.

Somebody who restores a database without its keys would otherwise hear of it weeks later, from every
receiver of a webhook at once. A start that opens none of the secrets goes no further; one that
cannot open some of them goes on, since one damaged row must not stop the others, and says so.
"""

from __future__ import annotations

import logging

from django.conf import settings
from django.db import DatabaseError, connections, models

from allocations.models import ResourceApiKey
from common.sealing import Unreadable, unseal
from config.starting import refuse
from identity.models import Erasure, SecondFactor
from notifications.models import Hook
from standalone.embedded_postgres import CannotStart

log = logging.getLogger(__name__)

SEALED: tuple[tuple[type[models.Model], tuple[str, ...]], ...] = (
    (Hook, ("sealed_secret", "sealed_previous")),
    (ResourceApiKey, ("sealed",)),
    (Erasure, ("sealed",)),
    (SecondFactor, ("sealed_secret",)),
)
"""Every column that holds a sealed secret."""

LOOKED_AT = 200
"""How many secrets of each column are tried, the newest: opening one takes some microseconds."""


class Locked(Exception):
    """None of the secrets in the database can be opened."""


def check() -> None:
    """Try to open what is sealed; say in the log how many secrets cannot be opened.

    :raises Locked: none of those that there are.
    """
    found = [_opens(sealed) for sealed in _sealed()]
    closed = found.count(False)
    if closed and closed == len(found):
        keys = "ENCRYPTION_KEYS" if settings.KEYS_FROM_ENVIRONMENT else "var/encryption_key"
        raise Locked(
            "None of the secrets in this database (webhooks, keys, second factors) can be opened "
            f"with {keys}: the key belongs to another database, or was lost. Put the right one "
            "back (docs/operations.md, Backups). If it is lost for good, `manage.py reseal_secrets "
            "--give-up-lost` replaces what it had sealed."
        )
    if closed:
        log.critical(
            "%s of %s secrets cannot be opened with the ENCRYPTION_KEYS; `manage.py "
            "reseal_secrets` names them",
            closed,
            len(found),
        )


def check_or_exit() -> None:
    """Do the same for a process that is starting: end it with one clear line.

    A database that is away or empty is no reason not to start: the process waits for it.
    """
    try:
        check()
    except Locked as error:
        refuse(str(error))
    except (DatabaseError, CannotStart):
        log.warning("The sealed secrets were not looked at: the database does not answer")
    finally:
        connections.close_all()


def _sealed() -> list[str]:
    return [
        sealed
        for model, columns in SEALED
        for column in columns
        for sealed in model._default_manager.exclude(**{column: ""})
        .order_by("-pk")
        .values_list(column, flat=True)[:LOOKED_AT]
    ]


def _opens(sealed: str) -> bool:
    try:
        unseal(sealed)
    except Unreadable:
        return False
    return True
