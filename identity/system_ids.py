"""Numbers of accounts and groups that belong to the machines themselves. Pure.

A person with one of them would be the superuser of every machine that believes the service, or a
program of it. Linux keeps 0 to 999 for itself (`login.defs`), and 65534 and the highest of 16 and
32 bits for nobody.
"""

from __future__ import annotations

from django.core.exceptions import ValidationError

FIRST_OF_PEOPLE = 1000
USERS = 100
"""The one group below that people are in by default on many distributions."""

LARGEST = 2**31 - 1
NOBODY = frozenset({65_534, 65_535})


def site_uid(number: int) -> None:
    """Refuse what can be no person's account.

    :raises ValidationError: it belongs to the system.
    """
    if number < 0:
        return  # that it is none is said elsewhere
    if not FIRST_OF_PEOPLE <= number <= LARGEST or number in NOBODY:
        raise ValidationError("This number belongs to the system, not to a person.", code="system")


def site_gid(number: int) -> None:
    """Refuse what can be no person's group.

    :raises ValidationError: it belongs to the system.
    """
    if number != USERS:
        site_uid(number)
