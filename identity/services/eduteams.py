"""Finding people by their CUID, the name that MyAccessID gives them.

They are found among the users known here. Waldur asks eduTEAMS about the others; here they become
known with their first login.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from common.errors import Forbidden, Missing
from identity import access
from identity.models import Customer
from identity.permissions import Permission
from identity.services import cuids

if TYPE_CHECKING:
    from identity.models import User


class LookupNotAllowed(Forbidden):
    """Only allocators and those who manage identities look people up."""

    code = "not_allowed"


class UnknownCuid(Missing):
    """Nobody known here has that CUID."""

    code = "unknown_cuid"


def find(cuid: str, *, actor: User) -> User:
    """Return the person with a CUID, in whatever case it is written.

    :raises LookupNotAllowed: the actor is no staff, identity manager or owner of an allocator.
    :raises UnknownCuid: nobody has it, the person was deactivated, or several differ in case.
    """
    if not may_look_up(actor):
        raise LookupNotAllowed(
            "Only staff, identity managers and allocators are allowed to find users."
        )
    found = cuids.people_with(cuid.strip())
    if len(found) != 1 or not found[0].is_active:
        raise UnknownCuid("Eduteams error: Unable to get user info.")
    return found[0]


def may_look_up(actor: User) -> bool:
    """Tell whether somebody may ask who has a CUID."""
    if actor.is_staff or actor.is_identity_manager:
        return True
    adding = access.reach(actor, Permission.CREATE_PROJECT).customers
    return Customer.objects.filter(pk__in=adding, is_allocator=True).exists()
