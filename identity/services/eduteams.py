"""Finding people by their CUID, the name that MyAccessID gives them.

They are found among the users known here. Waldur asks eduTEAMS about the others; here they become
known with their first login.
"""

from __future__ import annotations

from common.errors import Forbidden, Missing
from identity import access
from identity.models import Customer, User
from identity.permissions import Permission


class LookupNotAllowed(Forbidden):
    """Only allocators and those who manage identities look people up."""

    code = "not_allowed"


class UnknownCuid(Missing):
    """Nobody known here has that CUID."""

    code = "unknown_cuid"


def find(cuid: str, *, actor: User) -> User:
    """Return the person with a CUID.

    :raises LookupNotAllowed: the actor is no staff, identity manager or owner of an allocator.
    :raises UnknownCuid: nobody has it, or the person was deactivated.
    """
    if not may_look_up(actor):
        raise LookupNotAllowed(
            "Only staff, identity managers and allocators are allowed to find users."
        )
    user = User.objects.filter(username=cuid.strip(), is_active=True).first()
    if user is None:
        raise UnknownCuid("Eduteams error: Unable to get user info.")
    return user


def may_look_up(actor: User) -> bool:
    """Tell whether somebody may ask who has a CUID."""
    if actor.is_staff or actor.is_identity_manager:
        return True
    adding = access.reach(actor, Permission.CREATE_PROJECT).customers
    return Customer.objects.filter(pk__in=adding, is_allocator=True).exists()
