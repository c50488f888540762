"""Finding people by their CUID, the name that MyAccessID gives them.

They are found among the users known here, and in the federation's registry if one is configured.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from common.errors import Forbidden
from identity import access
from identity.models import Customer
from identity.permissions import Permission
from identity.services import cuids, registry

if TYPE_CHECKING:
    from datetime import datetime

    from identity.models import User


class LookupNotAllowed(Forbidden):
    """Only allocators and those who manage identities look people up."""

    code = "not_allowed"


def find(cuid: str, *, actor: User, now: datetime) -> User:
    """Return the person with a CUID, in whatever case it is written.

    :raises LookupNotAllowed: the actor is no staff, identity manager or owner of an allocator.
    :raises cuids.CuidOfElsewhere: the CUID is not of this platform's environment.
    :raises registry.UnknownCuid: nobody has it, the person may not come in, or several have it.
    :raises registry.RegistryAway: nobody here has it, and the registry does not answer.
    :raises registry.LookedUpTooOften: the actor has had too many looked up there.
    """
    if not may_look_up(actor):
        raise LookupNotAllowed(
            "Only staff, identity managers and allocators are allowed to find users."
        )
    cuid = cuid.strip()
    cuids.check_environment(cuid, key="cuid", strictly=True)
    found = cuids.people_with(cuid)
    if not found:
        return registry.find(cuid, actor=actor, now=now)
    if len(found) != 1 or not found[0].is_active:
        raise registry.UnknownCuid
    return found[0]


def may_look_up(actor: User) -> bool:
    """Tell whether somebody may ask who has a CUID."""
    if actor.is_staff or actor.is_identity_manager:
        return True
    adding = access.reach(actor, Permission.CREATE_PROJECT).customers
    return Customer.objects.filter(pk__in=adding, is_allocator=True).exists()
